using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace BehaviorDashboard.Ingest;

/// <summary>Reads bodies into pooled memory, never more of one than allowed and never more at one time than the product may hold.</summary>
internal sealed class RequestBody(IngestOptions options)
{
    private long _held;

    public sealed class Lease(RequestBody owner, byte[] buffer, int length) : IDisposable
    {
        /// <summary>Without a byte order mark, which some senders write.</summary>
        public ReadOnlyMemory<byte> Bytes { get; } = buffer.AsSpan(0, length).StartsWith("\uFEFF"u8) ? buffer.AsMemory(3, length - 3) : buffer.AsMemory(0, length);

        public void Dispose()
        {
            Interlocked.Add(ref owner._held, -buffer.Length);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <returns>The body, or null when it is larger than a batch may be.</returns>
    /// <exception cref="BodiesFullException">Too much is held already.</exception>
    /// <param name="forms">Whether a form is taken, as PostHog's clients send.</param>
    public async ValueTask<Lease?> ReadAsync(HttpRequest request, bool forms, CancellationToken cancel)
    {
        var limit = options.BatchBytes;
        if (request.ContentLength > options.RequestBytes) throw new BadHttpRequestException($"A request may have {options.RequestBytes / 1024:N0} KB.", StatusCodes.Status413PayloadTooLarge);
        // What the host could unpack it has unpacked, and taken the header away.
        if (!string.IsNullOrEmpty(request.Headers.ContentEncoding)) throw new BadHttpRequestException("Content-Encoding may be gzip, deflate or br.", StatusCodes.Status415UnsupportedMediaType);
        if (!forms && request.HasFormContentType) throw new BadHttpRequestException("The body must be JSON, not a form.", StatusCodes.Status415UnsupportedMediaType);
        var buffer = Rent((int)Math.Min(Math.Max(request.ContentLength ?? 16_384, 4_096) + 1, limit + 1));
        var length = 0;
        try
        {
            while (true)
            {
                var read = await request.Body.ReadAsync(buffer.AsMemory(length, Math.Min(buffer.Length, limit + 1) - length), cancel);
                if (read == 0) return new Lease(this, Take(ref buffer), length);
                length += read;
                if (length > limit) return null;
                if (length == buffer.Length) buffer = Grow(buffer, Math.Min(buffer.Length * 2, limit + 1));
            }
        }
        finally
        {
            if (buffer is not null) Release(buffer);
        }
    }

    private static byte[] Take(ref byte[] buffer)
    {
        var taken = buffer;
        buffer = null!;
        return taken;
    }

    private byte[] Grow(byte[] buffer, int size)
    {
        var larger = Rent(size);
        buffer.CopyTo(larger, 0);
        Release(buffer);
        return larger;
    }

    private byte[] Rent(int size)
    {
        if (Interlocked.Read(ref _held) + size > options.HeldBytes) throw new BodiesFullException();
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        Interlocked.Add(ref _held, buffer.Length);
        return buffer;
    }

    private void Release(byte[] buffer)
    {
        Interlocked.Add(ref _held, -buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}

/// <summary>As many request bodies are held as the product may hold.</summary>
internal sealed class BodiesFullException : Exception;
