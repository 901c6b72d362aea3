namespace Harmony4.Cli.Files;

/// <summary>
/// A pipe that nobody has to wait for while it is silent: a read of it can be cancelled, and standard input can be ended by the user, from when on it reads as if it had come
/// to its end.
/// </summary>
internal sealed class EndableStream : Stream
{
    private const int BufferLength = 256 * 1024;

    private readonly Stream _inner;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _registration;

    // A read of a pipe cannot be called back: it fills a buffer of its own, so that nobody else's is written to after the end.
    private readonly byte[] _buffer = new byte[BufferLength];
    private Task<int>? _read;
    private int _start;
    private int _end;

    public EndableStream(Stream inner, CancellationToken end)
    {
        _inner = inner;
        _registration = end.Register(_ended.SetResult);
    }

    public override bool CanRead => true;

    public override bool CanSeek => _inner.CanSeek;

    public override bool CanWrite => false;

    public override long Length => _inner.Length;

    public override long Position
    {
        get => _inner.Position - (_end - _start);
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start == _end)
        {
            if (_ended.Task.IsCompleted)
            {
                return 0;
            }

            _read ??= _inner.ReadAsync(_buffer, CancellationToken.None).AsTask();
            if (await Task.WhenAny(_read, _ended.Task).WaitAsync(cancellationToken).ConfigureAwait(false) != _read)
            {
                return 0;
            }

            (_start, _end) = (0, await _read.ConfigureAwait(false));
            _read = null;
        }

        var count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _registration.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
