using System.IO.Compression;
using System.Text;

namespace BehaviorDashboard.Imports;

/// <summary>A file as text: gzip, a zip of one file, or plain, in whatever encoding it is; never more of it than may be unpacked.</summary>
internal sealed class SourceFile : IDisposable
{
    private const int Sample = 128 * 1024;
    private const int LookedFor = 16 * 1024 * 1024;
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
        var (first, telling, cut) = Start(path, largest);
        var encoding = wish.Encoding is { } name ? Named(name) : EncodingGuess.Of(telling, cut);
        using var text = new StreamReader(new MemoryStream(first), encoding, detectEncodingFromByteOrderMarks: true);
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

    /// <summary>The first part of the file, and where that is plain ASCII the part in which the first other character stands: it tells the encoding.</summary>
    private static (byte[] First, byte[] Telling, bool Cut) Start(string path, long largest)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var content = Unpack(file, largest);
        var buffer = new byte[Sample];
        var read = content.ReadAtLeast(buffer, Sample, throwOnEndOfStream: false);
        var first = buffer[..read];
        for (var looked = 0; read == Sample && looked < LookedFor && Ascii.IsValid(buffer); looked += Sample) read = content.ReadAtLeast(buffer, Sample, throwOnEndOfStream: false);
        return (first, buffer[..read], read == Sample);
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
}

/// <summary>The import cannot go on, for a reason the person can act on.</summary>
public class ImportException(string message) : Exception(message);
