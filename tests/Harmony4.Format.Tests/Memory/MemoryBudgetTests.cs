namespace Harmony4.Format.Tests.Memory;

public sealed class MemoryBudgetTests
{
    private static readonly TimeSpan Forever = Timeout.InfiniteTimeSpan;

    [Fact]
    public async Task TakeAsync_WhatFits_IsThereAtOnce()
    {
        var budget = new MemoryBudget(100, TimeSpan.Zero);
        await budget.TakeAsync(60);
        await budget.TakeAsync(40);
        await budget.TakeAsync(0);
        Assert.Equal(100, budget.Taken);
        budget.Return(70);
        Assert.Equal(30, budget.Taken);
        Assert.Equal(100, budget.TakePeak());
        Assert.Equal(30, budget.TakePeak());
    }

    [Fact]
    public async Task TakeAsync_MoreThanIsLeft_FailsAfterTheWaitAndTakesNothing()
    {
        var budget = new MemoryBudget(100, TimeSpan.FromMilliseconds(20));
        await budget.TakeAsync(60);
        Assert.True((await Assert.ThrowsAsync<MemoryBudgetException>(() => budget.TakeAsync(41).AsTask())).MayFitLater);
        Assert.Equal(60, budget.Taken);
        await budget.TakeAsync(40);
        Assert.False((await Assert.ThrowsAsync<MemoryBudgetException>(() => budget.TakeAsync(101).AsTask())).MayFitLater);
    }

    [Fact]
    public async Task TakeAsync_Waiters_AreServedInOrder()
    {
        var budget = new MemoryBudget(100, Forever);
        await budget.TakeAsync(100);
        var first = budget.TakeAsync(80).AsTask();
        var second = budget.TakeAsync(10).AsTask();
        budget.Return(20);
        Assert.False(budget.TryTake(1));
        Assert.False(first.IsCompleted || second.IsCompleted);
        budget.Return(60);
        await first;
        Assert.False(second.IsCompleted);
        budget.Return(10);
        await second;
        Assert.Equal(100, budget.Taken);
    }

    [Fact]
    public async Task TakeAsync_CancelledInFront_LetsThoseBehindGoOn()
    {
        var budget = new MemoryBudget(100, Forever);
        await budget.TakeAsync(50);
        using var cancellation = new CancellationTokenSource();
        var first = budget.TakeAsync(80, cancellation.Token).AsTask();
        var second = budget.TakeAsync(50).AsTask();
        Assert.False(second.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await second;
        Assert.Equal(100, budget.Taken);
    }

    [Fact]
    public async Task TakeAsync_Share_IsTakenOfTheWholeToo()
    {
        var whole = new MemoryBudget(100, TimeSpan.FromMilliseconds(20));
        var share = new MemoryBudget(75, TimeSpan.FromMilliseconds(20), whole);
        await share.TakeAsync(70);
        Assert.Equal((70, 70), (share.Taken, whole.Taken));
        await Assert.ThrowsAsync<MemoryBudgetException>(() => share.TakeAsync(6).AsTask());
        await whole.TakeAsync(30);
        await Assert.ThrowsAsync<MemoryBudgetException>(() => share.TakeAsync(1).AsTask());
        Assert.Equal((70, 100), (share.Taken, whole.Taken));
        whole.Return(30);
        await share.TakeAsync(5);
        share.Return(75);
        Assert.Equal((0, 0), (share.Taken, whole.Taken));
    }

    [Fact]
    public async Task TakeAsync_WhatCanBeHadAgain_IsAskedForFirst()
    {
        var budget = new MemoryBudget(100, TimeSpan.Zero);
        await budget.TakeAsync(90);
        var asked = 0L;
        budget.Reclaim = missing =>
        {
            asked = missing;
            budget.Return(missing);
        };
        await budget.TakeAsync(30);
        Assert.Equal((20, 100), (asked, budget.Taken));
    }

    [Fact]
    public async Task IsTight_FromAQuarterOn()
    {
        var whole = new MemoryBudget(100, TimeSpan.Zero);
        var share = new MemoryBudget(100, TimeSpan.Zero, whole);
        await whole.TakeAsync(25);
        Assert.False(share.IsTight);
        await whole.TakeAsync(1);
        Assert.True(share.IsTight);
    }

    [Fact]
    public void Return_MoreThanIsTaken_IsRefused()
    {
        var budget = new MemoryBudget(100, TimeSpan.Zero);
        Assert.True(budget.TryTake(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => budget.Return(6));
        Assert.Equal(5, budget.Taken);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryBudget(0, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryBudget(1, TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public async Task TakeAsync_ManyAtOnce_NeverExceedsTheCapacityAndLeavesNothing()
    {
        var whole = new MemoryBudget(1000, Forever);
        var share = new MemoryBudget(750, Forever, whole);
        var most = 0L;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Task.Run(async () =>
        {
            var random = new Random(n);
            for (var i = 0; i < 300; i++)
            {
                var budget = random.Next(2) == 0 ? share : whole;
                var bytes = random.Next(1, 400);
                using var cancellation = new CancellationTokenSource();
                var taking = budget.TakeAsync(bytes, random.Next(3) == 0 ? TimeSpan.FromMilliseconds(random.Next(3)) : Forever, cancellation.Token).AsTask();
                if (random.Next(8) == 0)
                {
                    await cancellation.CancelAsync();
                }

                try
                {
                    await taking;
                }
                catch (Exception exception) when (exception is MemoryBudgetException or OperationCanceledException)
                {
                    continue;
                }

                InterlockedMax(ref most, whole.Taken);
                await Task.Yield();
                budget.Return(bytes);
            }
        })));
        Assert.InRange(most, 1, 1000);
        Assert.Equal((0, 0), (share.Taken, whole.Taken));
    }

    private static void InterlockedMax(ref long target, long value)
    {
        var known = Volatile.Read(ref target);
        while (value > known && Interlocked.CompareExchange(ref target, value, known) is var found && found != known)
        {
            known = found;
        }
    }
}
