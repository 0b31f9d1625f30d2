namespace BehaviorDashboard.Reviews.Ml;

/// <summary>Tells English and Chinese from everything else by script and small words; in doubt it abstains.</summary>
public static class TextLanguage
{
    public const string English = "en";
    public const string Chinese = "zh";

    private static readonly HashSet<string> EnglishWords =
    [
        "the", "a", "an", "and", "is", "it", "was", "of", "to", "in", "for", "with", "on", "this", "that", "i", "my", "not", "are", "be", "but", "have", "has", "had", "you", "as", "at", "very",
        "so", "they", "we", "me", "all", "from", "what", "how", "can", "will", "would", "if", "or", "there", "where", "when", "no", "do", "does", "did", "don't", "it's", "i'm", "than", "too", "just",
    ];

    // Small words of the languages most often mistaken for English; none of them is an English word.
    private static readonly HashSet<string> OtherWords =
    [
        "der", "das", "und", "ist", "nicht", "ein", "eine", "mit", "für", "sehr", "auch", "ich", "le", "la", "les", "et", "est", "une", "pas", "très", "je", "dans", "pour", "avec", "el", "los",
        "las", "muy", "que", "por", "para", "con", "una", "es", "pero", "il", "di", "che", "per", "sono", "molto", "gli", "della", "não", "muito", "uma", "com", "het", "een", "niet", "van", "zeer",
        "og", "det", "er", "som", "och", "inte", "bir", "çok", "ve", "bu", "nie", "jest", "bardzo", "yang", "tidak", "ini",
    ];

    /// <returns><c>en</c>, <c>zh</c>, or null where it is neither or cannot be told.</returns>
    public static string? Of(string text)
    {
        int han = 0, latin = 0, foreign = 0, accents = 0;
        foreach (var c in text)
        {
            if (c is >= '\u4e00' and <= '\u9fff' or >= '\u3400' and <= '\u4dbf') han++;
            else if (char.IsAsciiLetter(c)) latin++;
            else if (char.IsLetter(c))
            {
                if (c < '\u0250') (latin, accents) = (latin + 1, accents + 1);
                else foreign++;
            }
        }
        // A Han character says about as much as four letters; kana and hangul mark other languages written partly with Han.
        var (weight, all) = (han * 4, han * 4 + latin + foreign * 4);
        if (all == 0 || foreign * 4 > all * 0.2) return null;
        if (weight >= all * 0.4) return Chinese;
        if (weight > all * 0.2) return null;
        return IsEnglish(text, latin, accents) ? English : null;
    }

    private static bool IsEnglish(string text, int latin, int accents)
    {
        if (latin < 2 || accents > latin * 0.05) return false;
        int own = 0, other = 0;
        foreach (var word in text.ToLowerInvariant().Replace('’', '\'').Split([' ', '\t', '\r', '\n', '.', ',', '!', '?', ';', ':', '"', '(', ')', '-', '/'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (EnglishWords.Contains(word)) own++;
            else if (OtherWords.Contains(word)) other++;
        }
        return other == 0 ? own > 0 || accents == 0 : own > 2 * other;
    }
}
