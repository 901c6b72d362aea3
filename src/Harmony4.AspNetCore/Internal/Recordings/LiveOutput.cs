namespace Harmony4.AspNetCore.Internal;

/// <summary>What a recording is written to: with the first flush, which hands over TRAK, META and SAFE, it is published.</summary>
internal sealed class LiveOutput(Stream output, Func<ValueTask> publishAsync) : Stream
{
    private bool _isPublished;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => output.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => output.WriteAsync(buffer, offset, count, cancellationToken);

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await output.FlushAsync(cancellationToken);
        if (!_isPublished)
        {
            await publishAsync();
            _isPublished = true;
        }
    }

    public override void Flush() => throw new NotSupportedException("flush asynchronously");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write asynchronously");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
