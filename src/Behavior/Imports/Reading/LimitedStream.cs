namespace BehaviorDashboard.Imports;

/// <summary>Unpacked content that ends in words where a small file would unpack without end.</summary>
internal sealed class LimitedStream(Stream content, long largest, string file) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var read = content.Read(buffer);
        _read += read;
        if (_read > largest) throw new ImportException($"{file} unpacks to more than {largest / 1024 / 1024:N0} MB (Imports:UnpackedMegabytes). If it is sound, raise the limit or split the file.");
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) content.Dispose();
        base.Dispose(disposing);
    }
}
