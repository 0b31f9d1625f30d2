namespace BehaviorDashboard.Reviews.Ml;

/// <summary>How much a stretch of the text speaks for a good review (above zero) or a bad one, in log-odds.</summary>
public readonly record struct WordWeight(int Start, int Length, double Weight);

/// <summary>
/// A linear model of good and bad: bias plus the sum of each piece's value × weight, turned into a calibrated probability.
/// Immutable; any number of threads may ask it.
/// </summary>
public sealed class SentimentModel(Vectorizer vectorizer, float[] weights, float bias, double slope, double shift)
{
    private const int Format = 1;

    /// <summary>Probability that the text is good.</summary>
    public double Predict(string text) => Calibrated(Score(vectorizer.Of(text)));

    internal double Score(SparseVector vector)
    {
        double sum = bias;
        for (var i = 0; i < vector.Places.Length; i++) sum += vector.Values[i] * weights[vector.Places[i]];
        return sum;
    }

    /// <summary>
    /// What each word (each character in Chinese) adds: a piece's share is divided among the words it covers. With the
    /// calibrated bias they sum to the log-odds of <see cref="Predict(string)"/>.
    /// </summary>
    public IReadOnlyList<WordWeight> Explain(string text)
    {
        var vector = vectorizer.Of(text);
        var share = new Dictionary<int, double>();
        for (var i = 0; i < vector.Places.Length; i++) share[vector.Places[i]] = slope * vector.Values[i] * weights[vector.Places[i]];
        var pieces = new List<Piece>();
        TextPieces.Cut(text, vectorizer.Shape, pieces);
        var often = new Dictionary<int, int>();
        foreach (var piece in pieces)
            if (vectorizer.TryPlace(piece.Key, out var place)) often[place] = often.GetValueOrDefault(place) + 1;
        var perChar = new double[text.Length];
        foreach (var piece in pieces)
            if (vectorizer.TryPlace(piece.Key, out var place) && piece.Length > 0)
                for (var i = piece.Start; i < piece.Start + piece.Length; i++) perChar[i] += share[place] / often[place] / piece.Length;
        return Group(text, perChar);
    }

    private List<WordWeight> Group(string text, double[] perChar)
    {
        var words = new List<WordWeight>();
        for (var i = 0; i < text.Length;)
        {
            var start = i++;
            if (!vectorizer.Shape.AcrossWords && !char.IsWhiteSpace(text[start]))
                while (i < text.Length && !char.IsWhiteSpace(text[i])) i++;
            else if (char.IsHighSurrogate(text[start]) && i < text.Length) i++;
            words.Add(new WordWeight(start, i - start, perChar[start..i].Sum()));
        }
        return words;
    }

    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        var shape = vectorizer.Shape;
        writer.Write(Format);
        foreach (var n in (int[])[shape.Words, shape.CharsFrom, shape.CharsTo, shape.AcrossWords ? 1 : 0, shape.Tone ? 1 : 0, vectorizer.Size]) writer.Write(n);
        writer.Write(bias);
        writer.Write(slope);
        writer.Write(shift);
        foreach (var (key, place) in vectorizer.Keys.Select((k, i) => (k, i)))
        {
            writer.Write(key);
            writer.Write(vectorizer.Rarity[place]);
            writer.Write(weights[place]);
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are of another format.</exception>
    public static SentimentModel Read(Stream content)
    {
        using var reader = new BinaryReader(content);
        if (reader.ReadInt32() != Format) throw new InvalidDataException("This is no sentiment model of this version.");
        var shape = new TextShape(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32() == 1, reader.ReadInt32() == 1);
        var size = reader.ReadInt32();
        var (bias, slope, shift) = (reader.ReadSingle(), reader.ReadDouble(), reader.ReadDouble());
        var (keys, rarity, weights) = (new ulong[size], new float[size], new float[size]);
        for (var i = 0; i < size; i++) (keys[i], rarity[i], weights[i]) = (reader.ReadUInt64(), reader.ReadSingle(), reader.ReadSingle());
        return new SentimentModel(new Vectorizer(shape, keys, rarity, false), weights, bias, slope, shift);
    }

    internal SentimentModel With(Vectorizer other, float[] its, float itsBias) => new(other, its, itsBias, slope, shift);

    private double Calibrated(double score) => 1 / (1 + Math.Exp(-(slope * score + shift)));
}
