using System.IO.Compression;
using System.Text;
using UtfUnknown;

namespace BehaviorDashboard.Imports;

/// <summary>A file as text: gzip, a zip of one file, or plain, in whatever encoding it is; never more of it than may be unpacked.</summary>
internal sealed class SourceFile : IDisposable
{
    private const int Sample = 128 * 1024;
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];
    private const int LookedAt = 256 * 1024;
    private readonly FileStream? _file;

    private SourceFile(string path, FileFormat format, TextReader text) => (Path, Format, Reader) = (path, format, text);

    private SourceFile(string path, FileFormat format, long largest)
    {
        (Path, Format) = (path, format);
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024);
        Reader = new StreamReader(Unpack(_file, largest), format.Encoding, detectEncodingFromByteOrderMarks: true, 64 * 1024);
    }

    public string Path { get; }

    public FileFormat Format { get; }

    public TextReader Reader { get; }

    /// <summary>How much of the file has been read, from 0 to 1.</summary>
    public double Progress => _file is null or { Length: 0 } ? 1 : (double)_file.Position / _file.Length;

    public IEnumerable<TableRow> Rows() => Table.Read(Reader, Format.Delimiter);

    /// <exception cref="ImportException">The file is missing or cannot be read.</exception>
    public static SourceFile Open(string path, FileFormat format, long largest) => Guarded(path, () => new SourceFile(path, format, largest));

    /// <summary>The first rows only, whole ones, for a look.</summary>
    /// <exception cref="ImportException">The file is missing or cannot be read.</exception>
    public static SourceFile Beginning(string path, FileFormat format, long largest)
    {
        using var whole = Open(path, format, largest);
        var buffer = new char[LookedAt];
        var text = new string(buffer, 0, Guarded(path, () => whole.Reader.ReadBlock(buffer, 0, LookedAt)));
        return new SourceFile(path, format, new StringReader(text.Length < LookedAt || !text.Contains('\n', StringComparison.Ordinal) ? text : text[..text.LastIndexOf('\n')]));
    }

    /// <summary>Delimiter and encoding, as wished or as the first part of the file shows; decimal mark and dates only as wished.</summary>
    /// <exception cref="ImportException">The file is missing or cannot be read, or there is no such encoding.</exception>
    public static FileFormat Detect(string path, FormatWish wish, long largest) => Guarded(path, () =>
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var start = Start(path, largest);
        var encoding = wish.Encoding is { } name ? Named(name) : EncodingOf(start);
        using var text = new StreamReader(new MemoryStream(start), encoding, detectEncodingFromByteOrderMarks: true);
        return new FileFormat(wish.Delimiter ?? DelimiterOf(text.ReadToEnd()), encoding, wish.DecimalMark, wish.Dates);
    });

    public void Dispose()
    {
        Reader.Dispose();
        _file?.Dispose();
    }

    private static T Guarded<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ImportException($"Cannot read {System.IO.Path.GetFileName(path)}: {problem.Message}");
        }
    }

    private static Stream Unpack(FileStream file, long largest)
    {
        Span<byte> magic = stackalloc byte[4];
        var read = file.ReadAtLeast(magic, 4, throwOnEndOfStream: false);
        file.Position = 0;
        if (read >= 2 && magic is [0x1f, 0x8b, ..]) return new LimitedStream(new GZipStream(file, CompressionMode.Decompress), largest, System.IO.Path.GetFileName(file.Name));
        return read == 4 && magic is [(byte)'P', (byte)'K', 3, 4] ? Entry(file, largest) : file;
    }

    private static LimitedStream Entry(FileStream file, long largest)
    {
        var entries = new ZipArchive(file, ZipArchiveMode.Read).Entries.Where(e => e.Length > 0).Take(2).ToList();
        if (entries.Count != 1) throw new ImportException($"{System.IO.Path.GetFileName(file.Name)} holds {(entries.Count == 0 ? "no file" : "several files")}; unpack it and name the one to import.");
        return new LimitedStream(entries[0].Open(), largest, System.IO.Path.GetFileName(file.Name));
    }

    private static byte[] Start(string path, long largest)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var content = Unpack(file, largest);
        var buffer = new byte[Sample];
        return buffer[..content.ReadAtLeast(buffer, Sample, throwOnEndOfStream: false)];
    }

    private static Encoding Named(string name)
    {
        try
        {
            return Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            throw new ImportException($"There is no encoding '{name}'; write one such as utf-8, windows-1252 or gb18030.");
        }
    }

    private static Encoding EncodingOf(byte[] start)
    {
        if (Wide(start) is { } wide) return wide;
        try
        {
            // Text that is valid UTF-8 is UTF-8; the last character of the sample may be cut.
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(start, 0, Math.Max(0, start.Length == Sample ? LastWhole(start) : start.Length));
            return Encoding.UTF8;
        }
        catch (DecoderFallbackException)
        {
            return CharsetDetector.DetectFromBytes(start).Detected?.Encoding ?? Encoding.Latin1;
        }
    }

    /// <summary>Two bytes a character, without a byte order mark: no other text has zeros, and here they stand on one side.</summary>
    private static Encoding? Wide(byte[] start)
    {
        var zeros = new int[2];
        for (var i = 0; i < start.Length; i++)
            if (start[i] == 0) zeros[i & 1]++;
        if (zeros[0] + zeros[1] < start.Length / 16 || Math.Max(zeros[0], zeros[1]) < 10 * Math.Min(zeros[0], zeros[1])) return null;
        return zeros[1] > zeros[0] ? Encoding.Unicode : zeros[0] > 0 ? Encoding.BigEndianUnicode : null;
    }

    private static char DelimiterOf(string start)
    {
        var line = start.TrimStart('\r', '\n').Split('\n')[0];
        return Delimiters.MaxBy(d => Outside(line, d));
    }

    /// <summary>How often a character stands outside quotes.</summary>
    private static int Outside(string line, char wanted)
    {
        var (count, quoted) = (0, false);
        foreach (var c in line)
        {
            if (c == '"') quoted = !quoted;
            else if (c == wanted && !quoted) count++;
        }
        return count;
    }

    private static int LastWhole(byte[] buffer)
    {
        var end = buffer.Length;
        while (end > buffer.Length - 4 && (buffer[end - 1] & 0xC0) == 0x80) end--;
        return end - 1;
    }
}

/// <summary>The import cannot go on, for a reason the person can act on.</summary>
public class ImportException(string message) : Exception(message);
