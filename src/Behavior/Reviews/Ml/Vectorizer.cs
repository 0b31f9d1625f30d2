namespace BehaviorDashboard.Reviews.Ml;

/// <summary>A text as a sparse vector: places in ascending order and their values.</summary>
public readonly record struct SparseVector(int[] Places, float[] Values);

/// <summary>
/// Turns texts into vectors: (1 + ln count) × ln((1 + N) / (1 + documents)) + 1 for each known piece, each block of pieces
/// scaled to length one. Knows at most so many pieces, those in most texts.
/// </summary>
public sealed class Vectorizer
{
    private readonly Dictionary<ulong, int> _places;

    public Vectorizer(TextShape shape, IReadOnlyList<ulong> keys, float[] rarity, bool countUnknown)
    {
        (Shape, Rarity, CountUnknown) = (shape, rarity, countUnknown);
        _places = new Dictionary<ulong, int>(keys.Count);
        foreach (var key in keys) _places[key] = _places.Count;
    }

    public TextShape Shape { get; }

    /// <summary>ln((1 + N) / (1 + documents)) + 1 of each piece.</summary>
    public float[] Rarity { get; }

    /// <summary>Whether pieces never seen lengthen a text, so that one of strange words stays near nothing.</summary>
    public bool CountUnknown { get; }

    public int Size => Rarity.Length;

    public IEnumerable<ulong> Keys => _places.OrderBy(p => p.Value).Select(p => p.Key);

    public static Vectorizer Learn(IReadOnlyList<CutText> texts, TextShape shape, int fewestTexts, int most, bool countUnknown = false)
    {
        var documents = new Dictionary<ulong, int>();
        foreach (var text in texts)
            foreach (var key in text.Keys) documents[key] = documents.GetValueOrDefault(key) + 1;
        var kept = documents.Where(d => d.Value >= fewestTexts).ToList();
        if (kept.Count > most) kept = [.. kept.OrderByDescending(d => d.Value).ThenBy(d => d.Key).Take(most)];
        return new Vectorizer(shape, [.. kept.Select(k => k.Key)], [.. kept.Select(k => (float)(Math.Log((1.0 + texts.Count) / (1 + k.Value)) + 1))], countUnknown);
    }

    public bool TryPlace(ulong key, out int place) => _places.TryGetValue(key, out place);

    public SparseVector Of(string text) => Of(CutText.Of(text, Shape));

    public SparseVector Of(CutText text)
    {
        Span<double> squares = stackalloc double[TextPieces.Blocks];
        var (places, values, blocks) = (new List<int>(text.Keys.Length), new List<float>(text.Keys.Length), new List<byte>(text.Keys.Length));
        var rarest = CountUnknown && Rarity.Length > 0 ? Rarity.Max() : 0f;
        for (var i = 0; i < text.Keys.Length; i++)
        {
            var often = 1 + Math.Log(text.Counts[i]);
            var known = _places.TryGetValue(text.Keys[i], out var place);
            var value = (float)(often * (known ? Rarity[place] : rarest));
            squares[text.Blocks[i]] += value * value;
            if (!known) continue;
            places.Add(place);
            values.Add(value);
            blocks.Add(text.Blocks[i]);
        }
        for (var i = 0; i < values.Count; i++) values[i] /= (float)Math.Sqrt(squares[blocks[i]]);
        var (sorted, along) = (places.ToArray(), values.ToArray());
        Array.Sort(sorted, along);
        return new SparseVector(sorted, along);
    }
}
