using System.IO.Compression;
using System.Runtime.InteropServices;

namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>A trained blend as bytes. What learns nothing from behaviour is named, not written: it is made anew where the blend is used.</summary>
internal static class BlendFile
{
    public static void Write(BinaryWriter output, Blend blend)
    {
        output.Write(blend.Parts.Count);
        foreach (var (name, scorer, weight) in blend.Parts)
        {
            output.Write(name);
            output.Write(weight);
            switch (scorer)
            {
                case ItemWeights weights when name is Recipe.LinearVoice or Recipe.NeighbourVoice:
                    output.Write((byte)1);
                    WriteWeights(output, weights);
                    break;
                case ImplicitFactors factors:
                    output.Write((byte)2);
                    WriteArray<float>(output, factors.Vectors);
                    output.Write(factors.Settings.Factors);
                    output.Write(factors.Settings.Confidence);
                    output.Write(factors.Settings.Ridge);
                    break;
                case Popularity popularity:
                    output.Write((byte)3);
                    WriteArray<float>(output, popularity.Interest);
                    break;
                default:
                    output.Write((byte)0);
                    break;
            }
        }
    }

    /// <param name="named">Makes a voice that was only named; null leaves it out.</param>
    public static Blend Read(BinaryReader input, Func<string, IItemScorer?> named)
    {
        var parts = new List<BlendPart>();
        for (var count = input.ReadInt32(); count > 0; count--)
        {
            var (name, weight) = (input.ReadString(), input.ReadSingle());
            IItemScorer? scorer = input.ReadByte() switch
            {
                1 => ReadWeights(input),
                2 => ImplicitFactors.Of(ReadArray<float>(input), new FactorSettings(input.ReadInt32(), input.ReadSingle(), input.ReadSingle())),
                3 => Popularity.Of(ReadArray<float>(input)),
                0 => named(name),
                var kind => throw new InvalidDataException($"A voice of kind {kind} is not known: the model was written by a newer version."),
            };
            if (scorer is not null) parts.Add(new BlendPart(name, scorer, weight));
        }
        return new Blend(parts);
    }

    public static void WriteWeights(BinaryWriter output, ItemWeights weights)
    {
        output.Write(weights.ItemCount);
        for (var item = 0; item < weights.ItemCount; item++)
        {
            WriteArray(output, weights.TargetsOf(item));
            WriteArray(output, weights.WeightsOf(item));
        }
    }

    public static ItemWeights ReadWeights(BinaryReader input)
    {
        var count = input.ReadInt32();
        var rows = new ItemWeights.Builder(count);
        for (var item = 0; item < count; item++)
        {
            rows.Room(input.ReadInt32(), out var targets, out var weights);
            input.BaseStream.ReadExactly(MemoryMarshal.AsBytes(targets));
            if (input.ReadInt32() != weights.Length) throw new InvalidDataException("A row of weights is not as long as its products: the model is damaged.");
            input.BaseStream.ReadExactly(MemoryMarshal.AsBytes(weights));
        }
        return rows.Build();
    }

    public static byte[] Pack(Action<BinaryWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var packed = new BrotliStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var output = new BinaryWriter(packed)) write(output);
        return bytes.ToArray();
    }

    public static T Unpack<T>(byte[] content, Func<BinaryReader, T> read)
    {
        using var packed = new BrotliStream(new MemoryStream(content), CompressionMode.Decompress);
        using var input = new BinaryReader(packed);
        return read(input);
    }

    private static void WriteArray<T>(BinaryWriter output, ReadOnlySpan<T> values) where T : unmanaged
    {
        output.Write(values.Length);
        output.Write(MemoryMarshal.AsBytes(values));
    }

    private static T[] ReadArray<T>(BinaryReader input) where T : unmanaged
    {
        var values = new T[input.ReadInt32()];
        input.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
