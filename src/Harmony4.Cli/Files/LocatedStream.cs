namespace Harmony4.Cli.Files;

/// <summary>A write-only stream whose failures name the file, so that a full disk is not blamed on the input.</summary>
internal sealed class LocatedStream : Stream
{
    private readonly Stream _inner;
    private readonly string _name;
    private readonly bool _leaveOpen;
    private readonly bool _isStandardOutput;

    public LocatedStream(Stream inner, string name, bool leaveOpen, bool isStandardOutput = false)
    {
        _inner = inner;
        _name = name;
        _leaveOpen = leaveOpen;
        _isStandardOutput = isStandardOutput;
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Locate(exception);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _inner.Write(buffer);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Locate(exception);
        }
    }

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // A program downstream that has seen enough is no failure worth a line.
    private CliException Locate(Exception exception) => _isStandardOutput && IOFailure.IsClosedPipe(exception)
        ? new CliException(ExitCode.OutputClosed, "", exception)
        : CliException.Failed(_name, IOFailure.Describe(exception), exception);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaveOpen)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
