using System.IO.Compression;
using System.Text;
using UtfUnknown;

namespace BehaviorDashboard.Imports;

/// <summary>A file as text: gzip, a zip of one file, or plain, in whatever encoding it is.</summary>
internal sealed class SourceFile : IDisposable
{
    private const int Sample = 128 * 1024;
    private readonly FileStream _file;
    private readonly Stream _content;

    private SourceFile(string path, FileStream file, Stream content, Encoding encoding)
    {
        (Path, _file, _content, Encoding) = (path, file, content, encoding);
        Reader = new StreamReader(content, encoding, detectEncodingFromByteOrderMarks: true, 64 * 1024);
    }

    public string Path { get; }

    public Encoding Encoding { get; }

    public TextReader Reader { get; }

    /// <summary>How much of the file has been read, from 0 to 1.</summary>
    public double Progress => _file.Length == 0 ? 1 : (double)_file.Position / _file.Length;

    /// <exception cref="ImportException">The file is missing or cannot be read.</exception>
    public static SourceFile Open(string path)
    {
        try
        {
            var encoding = Detect(path);
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024);
            return new SourceFile(path, file, Unpack(file), encoding);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ImportException($"Cannot read {path}: {problem.Message}");
        }
    }

    public void Dispose()
    {
        Reader.Dispose();
        _content.Dispose();
        _file.Dispose();
    }

    private static Stream Unpack(FileStream file)
    {
        Span<byte> magic = stackalloc byte[4];
        var read = file.ReadAtLeast(magic, 4, throwOnEndOfStream: false);
        file.Position = 0;
        if (read >= 2 && magic is [0x1f, 0x8b, ..]) return new GZipStream(file, CompressionMode.Decompress);
        return read == 4 && magic is [(byte)'P', (byte)'K', 3, 4] ? Entry(file) : file;
    }

    private static Stream Entry(FileStream file)
    {
        var entries = new ZipArchive(file, ZipArchiveMode.Read).Entries.Where(e => e.Length > 0).ToList();
        if (entries.Count != 1) throw new ImportException($"{System.IO.Path.GetFileName(file.Name)} holds {entries.Count} files; unpack it and name the one to import.");
        return entries[0].Open();
    }

    private static Encoding Detect(string path)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var content = Unpack(file);
        var buffer = new byte[Sample];
        var length = content.ReadAtLeast(buffer, Sample, throwOnEndOfStream: false);
        try
        {
            // Text that is valid UTF-8 is UTF-8; the last character of the sample may be cut.
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(buffer, 0, Math.Max(0, length == Sample ? LastWhole(buffer) : length));
            return Encoding.UTF8;
        }
        catch (DecoderFallbackException)
        {
            return CharsetDetector.DetectFromBytes(buffer[..length]).Detected?.Encoding ?? Encoding.Latin1;
        }
    }

    private static int LastWhole(byte[] buffer)
    {
        var end = buffer.Length;
        while (end > buffer.Length - 4 && (buffer[end - 1] & 0xC0) == 0x80) end--;
        return end - 1;
    }
}

/// <summary>The import cannot go on, for a reason the person can act on.</summary>
public sealed class ImportException(string message) : Exception(message);
