namespace BehaviorDashboard.Reviews.Ml;

/// <summary>A text as the different pieces it holds and how often each.</summary>
public readonly record struct CutText(ulong[] Keys, int[] Counts, byte[] Blocks)
{
    public static CutText Of(string text, TextShape shape)
    {
        var pieces = new List<Piece>();
        TextPieces.Cut(text, shape, pieces);
        var counted = new Dictionary<ulong, (int Count, byte Block)>(pieces.Count);
        foreach (var piece in pieces) counted[piece.Key] = (counted.GetValueOrDefault(piece.Key).Count + 1, (byte)piece.Block);
        return new CutText([.. counted.Keys], [.. counted.Values.Select(c => c.Count)], [.. counted.Values.Select(c => c.Block)]);
    }
}
