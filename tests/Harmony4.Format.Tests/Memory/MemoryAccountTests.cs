using Harmony4.Format.Internal;

namespace Harmony4.Format.Tests.Memory;

public sealed class MemoryAccountTests
{
    [Fact]
    public async Task Dispose_WhileSomethingIsUnderWay_GivesBackWhatWasTakenOnce()
    {
        var budget = new MemoryBudget(100, TimeSpan.Zero);
        await budget.TakeAsync(7);
        var account = new MemoryAccount(budget);
        await account.TakeAsync(40, default);
        Assert.Equal((40, 47), (account.Taken, budget.Taken));
        account.Return(10);
        account.Dispose();
        account.Dispose();
        Assert.Equal((0, 7), (account.Taken, budget.Taken));

        // What others have is not given back with it, and what comes too late stays nobody's.
        account.Return(30);
        await account.TakeAsync(20, default);
        Assert.Equal((0, 7), (account.Taken, budget.Taken));
    }
}
