namespace BehaviorDashboard.Reviews.Ml;

/// <summary>Which pieces of a text count.</summary>
/// <param name="Words">Longest run of words; 0: words are not looked at.</param>
/// <param name="CharsFrom">Shortest run of characters.</param>
/// <param name="CharsTo">Longest run of characters; 0: none are looked at.</param>
/// <param name="AcrossWords">Runs of characters over everything, as for Chinese; else within words.</param>
/// <param name="Tone">Whether words known to be good or bad are counted, and words after a "not" marked.</param>
public sealed record TextShape(int Words, int CharsFrom, int CharsTo, bool AcrossWords, bool Tone)
{
    public static readonly TextShape English = new(2, 3, 5, false, true);
    public static readonly TextShape Chinese = new(0, 1, 3, true, true);

    /// <param name="language">As <see cref="TextLanguage"/> tells it; null is read as English.</param>
    public static TextShape Of(string? language) => language == TextLanguage.Chinese ? Chinese : English;
}

/// <summary>A piece of a text: what it is, and where it stands in the text as it was given.</summary>
/// <param name="Block">Pieces of one block share a length of one, so that a block with many pieces does not drown another.</param>
public readonly record struct Piece(ulong Key, int Start, int Length, int Block);

/// <summary>Cuts texts into pieces. Positions are those of the text given, because no step changes its length.</summary>
public static class TextPieces
{
    public const int Blocks = 3;
    private const int WordBlock = 0;
    private const int CharBlock = 1;
    private const int ToneBlock = 2;
    private const int NegationReach = 3;

    /// <summary>Longer texts are cut here.</summary>
    public const int MaxLength = 4_000;

    private static readonly HashSet<string> Negations =
    [
        "not", "no", "never", "nothing", "neither", "nor", "cannot", "cant", "can't", "don't", "dont", "doesn't", "doesnt", "didn't", "didnt", "isn't", "isnt", "wasn't", "wasnt", "won't", "wont",
        "wouldn't", "shouldn't", "couldn't", "aren't", "weren't", "haven't", "hasn't", "hadn't", "ain't", "hardly", "without", "lacks", "lack", "far",
    ];

    /// <summary>A piece's key from its characters and what it is.</summary>
    public static ulong Key(ReadOnlySpan<char> text, int kind)
    {
        var hash = Start(kind);
        foreach (var c in text) hash = Step(hash, c);
        return hash;
    }

    public static void Cut(string given, TextShape shape, List<Piece> pieces)
    {
        pieces.Clear();
        Span<char> text = given.Length <= MaxLength ? new char[given.Length] : new char[MaxLength];
        for (var i = 0; i < text.Length; i++) text[i] = Plain(given[i]);
        if (shape.AcrossWords) CutChars(text, shape, pieces);
        else CutWords(text, shape, pieces);
        if (shape.AcrossWords && shape.Tone) SentimentWords.FindChinese(text, pieces, ToneBlock);
    }

    private static void CutChars(ReadOnlySpan<char> text, TextShape shape, List<Piece> pieces)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var hash = Start(2);
            for (var n = 1; n <= shape.CharsTo && i + n <= text.Length; n++)
            {
                if (text[i + n - 1] == ' ') break;
                hash = Step(hash, text[i + n - 1]);
                if (n >= shape.CharsFrom) pieces.Add(new Piece(hash, i, n, CharBlock));
            }
        }
    }

    private static void CutWords(ReadOnlySpan<char> text, TextShape shape, List<Piece> pieces)
    {
        var words = new List<(int Start, int Length, ulong Key)>();
        var negated = 0;
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            if (IsWord(text[i]))
            {
                while (i < text.Length && (IsWord(text[i]) || text[i] == '\'' && i + 1 < text.Length && IsWord(text[i + 1]))) i++;
                var word = text[start..i];
                words.Add((start, i - start, Key(word, 0)));
                if (shape.CharsTo > 0) CutWord(word, start, shape, pieces);
                if (!shape.Tone) continue;
                var tone = SentimentWords.English(word);
                if (tone != 0) pieces.Add(new Piece(SentimentWords.Key(negated > 0 ? -tone : tone), start, i - start, ToneBlock));
                if (negated > 0) pieces.Add(new Piece(Key(word, 3), start, i - start, WordBlock));
                negated = Negations.Contains(word.ToString()) ? NegationReach : Math.Max(0, negated - 1);
                continue;
            }
            if (text[i] is '!' or '?') words.Add((i, 1, Key(text.Slice(i, 1), 0)));
            if (text[i] is '.' or ',' or '!' or '?' or ';' or ':') negated = 0;
            i++;
        }
        for (var i = 0; i < words.Count; i++)
        {
            var hash = Start(1);
            for (var n = 0; n < shape.Words && i + n < words.Count; n++)
            {
                hash = Step(hash, words[i + n].Key);
                pieces.Add(new Piece(hash, words[i].Start, words[i + n].Start + words[i + n].Length - words[i].Start, WordBlock));
            }
        }
    }

    /// <summary>Runs within one word, its edges marked by a blank.</summary>
    private static void CutWord(ReadOnlySpan<char> word, int start, TextShape shape, List<Piece> pieces)
    {
        Span<char> padded = word.Length < 62 ? stackalloc char[word.Length + 2] : new char[word.Length + 2];
        (padded[0], padded[^1]) = (' ', ' ');
        word.CopyTo(padded[1..]);
        for (var i = 0; i < padded.Length; i++)
        {
            var hash = Start(2);
            for (var n = 1; n <= shape.CharsTo && i + n <= padded.Length; n++)
            {
                hash = Step(hash, padded[i + n - 1]);
                if (n >= shape.CharsFrom) pieces.Add(new Piece(hash, start, word.Length, CharBlock));
            }
        }
    }

    /// <summary>Lower case, narrow forms, one kind of blank and apostrophe.</summary>
    private static char Plain(char c) => c switch
    {
        >= '\uff01' and <= '\uff5e' => char.ToLowerInvariant((char)(c - 0xfee0)),
        '\u3000' or '\u00a0' or '\ufeff' or '\u200b' or '\t' or '\r' or '\n' => ' ',
        '’' or '‘' => '\'',
        _ => char.ToLowerInvariant(c),
    };

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || char.IsSurrogate(c);

    // FNV-1a over 64 bits: among a million pieces two meet with a chance of 3 in 100 million.
    private static ulong Start(int kind) => Step(14695981039346656037, (ulong)kind);

    private static ulong Step(ulong hash, ulong value) => (hash ^ value) * 1099511628211 ^ (hash >> 47);
}
