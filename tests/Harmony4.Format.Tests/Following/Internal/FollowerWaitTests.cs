using Harmony4.Format.Internal;

namespace Harmony4.Format.Tests.Following.Internal;

public sealed class FollowerWaitTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Wait_Signalled_EndsOnceForEachSignal()
    {
        var wait = new FollowerWait(TimeSpan.FromDays(1), TimeProvider.System);
        wait.Signal();
        for (var i = 0; i < 2; i++)
        {
            await wait.WaitAsync(CancellationToken.None).AsTask().WaitAsync(Long);
            var next = wait.WaitAsync(CancellationToken.None).AsTask();
            Assert.False(next.IsCompleted);
            wait.Signal();
            await next.WaitAsync(Long);
            wait.Signal();
        }
    }

    [Fact]
    public async Task Wait_WithoutASignal_EndsWithItsInterval()
    {
        var wait = new FollowerWait(TimeSpan.FromTicks(1), TimeProvider.System);
        for (var i = 0; i < 2; i++)
        {
            await wait.WaitAsync(CancellationToken.None).AsTask().WaitAsync(Long);
        }
    }

    [Fact]
    public async Task Wait_Cancelled_EndsSo()
    {
        using var stop = new CancellationTokenSource();
        var wait = new FollowerWait(TimeSpan.FromDays(1), TimeProvider.System);
        var waiting = wait.WaitAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Long));
    }
}
