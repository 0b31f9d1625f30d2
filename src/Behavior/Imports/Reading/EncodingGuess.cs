using System.Text;
using UtfUnknown;

namespace BehaviorDashboard.Imports;

/// <summary>
/// The encoding of a file by its bytes: UTF-8 where they are valid UTF-8, then Chinese (GB18030) or Western (windows-1252) by what
/// reads as words, then whatever a detector of many encodings says. A few characters are enough, for a shop's export may hold no more.
/// </summary>
internal static class EncodingGuess
{
    /// <summary>Bytes beyond ASCII from which on statistics of letters tell more than a few words do.</summary>
    private const int Plenty = 64;

    private static readonly Encoding Chinese = Registered(54936), Western = Registered(1252);

    /// <param name="cut">Whether the file goes on behind these bytes, so that the last character may not be whole.</param>
    public static Encoding Of(ReadOnlySpan<byte> bytes, bool cut)
    {
        if (Wide(bytes) is { } wide) return wide;
        if (IsUtf8(bytes, cut)) return Encoding.UTF8;
        var found = CharsetDetector.DetectFromBytes(bytes.ToArray()).Detected?.Encoding;
        var foundChinese = found is { CodePage: 54936 or 936 or 20936 or 52936 };
        var words = Words.Read(bytes, cut);
        // Japanese and Korean pair up as Chinese does; given enough of it, the detector tells them apart.
        if (words.IsChinese) return found is null || found.IsSingleByte || foundChinese || words.IsFew ? Chinese : found;
        return found is null || (words.IsFew && (foundChinese || words.AllWestern)) ? Western : found;
    }

    private static Encoding Registered(int codePage)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding(codePage);
    }

    private static bool IsUtf8(ReadOnlySpan<byte> bytes, bool cut)
    {
        // The last character may be cut: up to three bytes of it are there.
        var end = bytes.Length;
        for (var back = 1; cut && back <= 3 && back <= bytes.Length; back++)
        {
            if (bytes[^back] < 0x80) break;
            if (bytes[^back] < 0xC0) continue;
            end -= back;
            break;
        }
        return System.Text.Unicode.Utf8.IsValid(bytes[..end]);
    }

    /// <summary>Two bytes a character, without a byte order mark: no other text has zeros, and here they stand on one side.</summary>
    private static Encoding? Wide(ReadOnlySpan<byte> bytes)
    {
        Span<int> zeros = [0, 0];
        for (var i = 0; i < bytes.Length; i++)
            if (bytes[i] == 0) zeros[i & 1]++;
        if (zeros[0] + zeros[1] < bytes.Length / 16 || Math.Max(zeros[0], zeros[1]) < 10 * Math.Min(zeros[0], zeros[1])) return null;
        return zeros[1] > zeros[0] ? Encoding.Unicode : zeros[0] > 0 ? Encoding.BigEndianUnicode : null;
    }

    /// <summary>What bytes beyond ASCII would be in either reading.</summary>
    /// <param name="Whole">Whether they can be read as GB18030 at all.</param>
    /// <param name="Common">Characters that Chinese text is made of.</param>
    /// <param name="Rare">Characters of GB18030 that hardly anybody writes: letters of the West pair up to them.</param>
    /// <param name="West">Runs of bytes that stand in a Western word, or are a sign on their own.</param>
    private readonly record struct Words(bool Whole, int Common, int Rare, int West, int Runs, bool IsFew)
    {
        public bool IsChinese => Whole && Common > 0 && Common >= Rare && Common > West;

        public bool AllWestern => West == Runs;

        public static Words Read(ReadOnlySpan<byte> bytes, bool cut)
        {
            var (common, rare, whole) = (0, 0, true);
            for (var i = 0; whole && i < bytes.Length;)
            {
                if (bytes[i] < 0x80)
                {
                    i++;
                    continue;
                }
                var length = Length(bytes[i..]);
                if (length == 0)
                {
                    whole = cut && bytes.Length - i < 4;
                    break;
                }
                var kind = length == 4 ? -1 : Kind(bytes[i], bytes[i + 1], Letter(bytes, i - 1) || Letter(bytes, i + 2));
                if (kind > 0) common++;
                if (kind < 0) rare++;
                i += length;
            }
            var (west, runs, beyond) = InTheWest(bytes);
            return new Words(whole, common, rare, west, runs, beyond < Plenty);
        }

        /// <returns>Bytes of the GB18030 character that begins here; 0: none does.</returns>
        private static int Length(ReadOnlySpan<byte> at) => at switch
        {
            [0x80 or 0xFF, ..] or [_] => 0,
            [_, >= 0x40 and not 0x7F and not 0xFF, ..] => 2,
            [_, >= 0x30 and <= 0x39, >= 0x81 and not 0xFF, >= 0x30 and <= 0x39, ..] => 4,
            _ => 0,
        };

        /// <returns>1: usual in Chinese text, -1: hardly ever written, 0: neither, such as Greek letters.</returns>
        private static int Kind(byte lead, byte trail, bool besideLetter) => (lead, trail) switch
        {
            ( >= 0xB0 and <= 0xD7, >= 0xA1) => 1,                        // the 3,755 characters of everyday use
            ( >= 0xD8 and <= 0xF7, >= 0xA1) => besideLetter ? -1 : 1,    // the others of GB 2312; beside a letter, accented small letters: "ação"
            (0xA3, >= 0xA1) => besideLetter ? 0 : 1,                     // wide digits and letters
            (0xA1, >= 0xA1 and < 0xC0) => 1,                             // punctuation
            ( >= 0xA1 and <= 0xA9, >= 0xA1) => 0,
            _ => -1,
        };

        private static (int West, int Runs, int Bytes) InTheWest(ReadOnlySpan<byte> bytes)
        {
            var (west, runs, beyond) = (0, 0, 0);
            for (var i = 0; i < bytes.Length; i++)
            {
                if (bytes[i] < 0x80) continue;
                var start = i;
                while (i + 1 < bytes.Length && bytes[i + 1] >= 0x80) i++;
                var run = bytes[start..(i + 1)];
                (runs, beyond) = (runs + 1, beyond + run.Length);
                if (run.Length == 1 || (run.Length == 2 && InWord(run, Letter(bytes, start - 1), Letter(bytes, i + 1)))) west++;
            }
            return (west, runs, beyond);
        }

        /// <summary>Two letters in a row as in "ação" and "AÇÃO", or one behind a sign: "¿Éste", "l’été".</summary>
        private static bool InWord(ReadOnlySpan<byte> pair, bool before, bool after) =>
            ((before || after) && (Small(pair) || Capital(pair))) || (after && pair[0] is 0x92 or 0x93 or 0xA1 or 0xAB or 0xBF && pair[1] >= 0xC0);

        private static bool Letter(ReadOnlySpan<byte> bytes, int at) => (uint)at < (uint)bytes.Length && char.IsAsciiLetter((char)bytes[at]);

        private static bool Small(ReadOnlySpan<byte> run) => !run.ContainsAnyExceptInRange((byte)0xDF, (byte)0xFF) && !run.ContainsAny((byte)0xF7, (byte)0xF0, (byte)0xFE);

        private static bool Capital(ReadOnlySpan<byte> run) => !run.ContainsAnyExceptInRange((byte)0xC0, (byte)0xDD) && !run.ContainsAny((byte)0xD7, (byte)0xD0);
    }
}
