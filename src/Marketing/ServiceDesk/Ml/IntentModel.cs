using BehaviorDashboard.Reviews.Ml;

namespace BehaviorDashboard.ServiceDesk.Ml;

/// <summary>An intent and how likely it is.</summary>
public readonly record struct IntentChance(string Intent, double Chance);

/// <summary>What somebody seems to want.</summary>
/// <param name="Best">Up to three, the likeliest first.</param>
/// <param name="Sure">False: the model abstains; somebody should read the message.</param>
public sealed record IntentGuess(IReadOnlyList<IntentChance> Best, bool Sure)
{
    /// <summary>The intent, or null where the model abstains.</summary>
    public string? Intent => Sure && Best.Count > 0 ? Best[0].Intent : null;
}

/// <summary>A linear model of several intents: for each a weighted sum, together calibrated chances. Immutable; any number of threads may ask it.</summary>
/// <param name="sharpness">Multiplies the sums before they become chances: the calibration.</param>
/// <param name="threshold">A likeliest intent below this chance is not sure.</param>
public sealed class IntentModel(IReadOnlyList<string> intents, Vectorizer vectorizer, float[][] weights, float[] biases, double sharpness, double threshold)
{
    public const int Shown = 3;
    private const int Format = 1;

    public IReadOnlyList<string> Intents => intents;

    public double Threshold => threshold;

    public IntentGuess Guess(string text)
    {
        var chances = Chances(Scores(vectorizer.Of(text)), sharpness);
        var best = Enumerable.Range(0, chances.Length).OrderByDescending(i => chances[i]).Take(Shown).Select(i => new IntentChance(intents[i], chances[i])).ToList();
        return new IntentGuess(best, best.Count > 0 && best[0].Chance >= threshold);
    }

    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        var shape = vectorizer.Shape;
        foreach (var n in (int[])[Format, shape.Words, shape.CharsFrom, shape.CharsTo, shape.AcrossWords ? 1 : 0, vectorizer.Size, intents.Count]) writer.Write(n);
        writer.Write(sharpness);
        writer.Write(threshold);
        for (var c = 0; c < intents.Count; c++)
        {
            writer.Write(intents[c]);
            writer.Write(biases[c]);
            foreach (var weight in weights[c]) writer.Write(weight);
        }
        foreach (var (key, place) in vectorizer.Keys.Select((k, i) => (k, i)))
        {
            writer.Write(key);
            writer.Write(vectorizer.Rarity[place]);
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are of another format.</exception>
    public static IntentModel Read(Stream content)
    {
        using var reader = new BinaryReader(content);
        if (reader.ReadInt32() != Format) throw new InvalidDataException("This is no model of intents of this version.");
        var shape = new TextShape(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32() == 1, false);
        var (size, count, sharpness, threshold) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble());
        var (intents, biases, weights) = (new string[count], new float[count], new float[count][]);
        for (var c = 0; c < count; c++)
        {
            (intents[c], biases[c], weights[c]) = (reader.ReadString(), reader.ReadSingle(), new float[size]);
            for (var i = 0; i < size; i++) weights[c][i] = reader.ReadSingle();
        }
        var (keys, rarity) = (new ulong[size], new float[size]);
        for (var i = 0; i < size; i++) (keys[i], rarity[i]) = (reader.ReadUInt64(), reader.ReadSingle());
        return new IntentModel(intents, new Vectorizer(shape, keys, rarity, true), weights, biases, sharpness, threshold);
    }

    internal double[] Scores(SparseVector vector)
    {
        var sums = new double[intents.Count];
        for (var c = 0; c < sums.Length; c++)
        {
            sums[c] = biases[c];
            for (var i = 0; i < vector.Places.Length; i++) sums[c] += vector.Values[i] * weights[c][vector.Places[i]];
        }
        return sums;
    }

    internal static double[] Chances(double[] scores, double sharpness)
    {
        if (scores.Length == 0) return [];
        var most = scores.Max();
        var chances = Array.ConvertAll(scores, s => Math.Exp(sharpness * (s - most)));
        var sum = chances.Sum();
        return Array.ConvertAll(chances, c => c / sum);
    }
}
