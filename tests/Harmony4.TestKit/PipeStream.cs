namespace Harmony4.TestKit;

/// <summary>Bytes that come once and in order: neither a length nor a position.</summary>
public sealed class PipeStream(byte[] bytes) : MemoryStream(bytes, writable: false)
{
    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin loc) => throw new NotSupportedException();
}
