namespace Harmony4.AspNetCore.Internal;

/// <summary>The body of a recording: where its producer vanishes or falls silent, or the host stops, it is over, and what came is what there is.</summary>
internal sealed class LiveBody(Stream body, TimeSpan silence, CancellationToken stopping) : Stream
{
    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private bool _hasEnded;

    /// <summary>Gets why the recording was ended before its body; null when it was not.</summary>
    public string? Reason { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_hasEnded)
        {
            return 0;
        }

        try
        {
            _limit.CancelAfter(silence);
            var count = await body.ReadAsync(buffer, _limit.Token);

            // Silence is the producer's: how long what came is worked on does not count.
            _limit.CancelAfter(Timeout.InfiniteTimeSpan);
            _hasEnded = count == 0;
            return count;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Reason = "the host stopped";
        }
        catch (OperationCanceledException) when (_limit.IsCancellationRequested)
        {
            Reason = FormattableString.Invariant($"no byte came for {silence.TotalSeconds:0.###} s");
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ClientGoneException)
        {
            Reason = "the producer vanished";
        }

        _hasEnded = true;
        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read asynchronously");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _limit.Dispose();
        }

        base.Dispose(disposing);
    }
}
