namespace Harmony4.Format.Internal;

/// <summary>Waits for an interval to pass or for a signal, whichever comes first.</summary>
internal sealed class FollowerWait(TimeSpan interval, TimeProvider timeProvider)
{
    private TaskCompletionSource _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Signal() => Volatile.Read(ref _signal).TrySetResult();

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(interval, timeProvider, stop.Token);
        var signal = Volatile.Read(ref _signal).Task;
        await Task.WhenAny(delay, signal).ConfigureAwait(false);
        if (signal.IsCompleted)
        {
            Volatile.Write(ref _signal, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await stop.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
