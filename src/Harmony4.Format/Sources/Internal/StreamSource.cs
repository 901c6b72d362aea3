using System.Runtime.CompilerServices;

namespace Harmony4.Format.Internal;

internal sealed class StreamSource : H4mkSource
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly SemaphoreSlim _turn = new(1, 1);

    public StreamSource(Stream stream, bool leaveOpen)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
        {
            throw new ArgumentException("the stream must be able to read and seek", nameof(stream));
        }

        _stream = stream;
        _leaveOpen = leaveOpen;
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_leaveOpen)
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }

        _turn.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        ReadInTurnAsync(offset, fromEnd: false, destination, cancellationToken);

    protected override ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
        ReadInTurnAsync(0, fromEnd: true, destination, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SourceRead> ReadInTurnAsync(long offset, bool fromEnd, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var length = _stream.Length;
            if (!fromEnd && offset >= length)
            {
                // Not every stream can stand past its end.
                return new SourceRead(0, length);
            }

            _stream.Position = fromEnd ? Math.Max(0, length - destination.Length) : offset;
            var count = await _stream.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return new SourceRead(count, Math.Max(_stream.Length, _stream.Position));
        }
        finally
        {
            _turn.Release();
        }
    }
}
