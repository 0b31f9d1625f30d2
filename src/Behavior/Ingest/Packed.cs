using System.Buffers;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace BehaviorDashboard.Ingest;

/// <summary>
/// How PostHog's browser client packs a body without saying so in Content-Encoding: <c>compression=gzip-js</c> (the body is
/// gzip), <c>compression=base64</c> and forms (<c>data=</c> with the JSON, often as base64).
/// </summary>
internal static class Packed
{
    /// <summary>Whether the body is JSON as it stands.</summary>
    public static bool IsPlain(HttpRequest request, ReadOnlySpan<byte> body) =>
        request.Query["compression"].Count == 0 && !request.HasFormContentType && !(body.Length > 5 && body.StartsWith("data="u8));

    /// <returns>The JSON, or null when it is larger than <paramref name="largest"/>.</returns>
    /// <exception cref="InvalidDataException">It is not packed as it says.</exception>
    public static byte[]? Open(string? compression, ReadOnlySpan<byte> body, int largest)
    {
        var content = body.StartsWith("data="u8) ? FormValue(body["data="u8.Length..]) : body.ToArray();
        if (content.AsSpan() is [0x1f, 0x8b, ..]) return Unpack(content, largest);
        // Base64 never begins as JSON does.
        if (content.Length > 0 && content[0] is not ((byte)'{' or (byte)'[')) content = FromBase64(content);
        if (content.AsSpan() is [0x1f, 0x8b, ..]) return Unpack(content, largest);
        if (compression is "gzip-js" or "gzip") throw new InvalidDataException("The body is no gzip.");
        return content.Length > largest ? null : content;
    }

    private static byte[] FormValue(ReadOnlySpan<byte> form)
    {
        var end = form.IndexOf((byte)'&');
        var value = end < 0 ? form : form[..end];
        return Encoding.UTF8.GetBytes(Uri.UnescapeDataString(Encoding.UTF8.GetString(value).Replace('+', ' ')));
    }

    private static byte[] FromBase64(ReadOnlySpan<byte> text)
    {
        // A plus that a form turned into a blank.
        var clean = Encoding.ASCII.GetString(text).Trim().Replace(' ', '+').Replace('-', '+').Replace('_', '/');
        try
        {
            return Convert.FromBase64String(clean.PadRight((clean.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            throw new InvalidDataException("The body is neither JSON nor base64 of it.");
        }
    }

    private static byte[]? Unpack(byte[] packed, int largest)
    {
        using var content = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        var buffer = ArrayPool<byte>.Shared.Rent(largest + 1);
        try
        {
            var length = content.ReadAtLeast(buffer.AsSpan(0, largest + 1), largest + 1, throwOnEndOfStream: false);
            return length > largest ? null : buffer[..length];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
