using System.Buffers;
using System.IO.Pipelines;

namespace Harmony4.Format.Tests.Containers;

/// <summary>What containers and copies of their streams take of a budget, and when it is given back.</summary>
public sealed class MemoryTests
{
    private const int Block = 300_000;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    [Theory]
    [InlineData(true, 5000)]
    [InlineData(true, 1)]
    [InlineData(false, 5000)]
    [InlineData(false, 1)]
    public async Task OpenAsync_TakesTheIndexAndGivesItBack(bool isVersion10, int blocks)
    {
        var bytes = await WriteAsync(isVersion10, blocks, 0);
        var budget = new MemoryBudget(100_000_000, Moment);
        var container = await H4mkContainer.OpenAsync(bytes, new H4mkContainerOptions { Memory = budget });
        Assert.InRange(budget.Taken, isVersion10 ? 24 * blocks : 1, isVersion10 ? 24 * (blocks + 2048) + 256 : 80 * blocks + 1000);
        await container.FindKeyframeAsync(0, 7);
        Assert.Equal(container.IndexMemory, budget.Taken);
        var most = budget.TakePeak();
        await container.DisposeAsync();
        await container.DisposeAsync();
        Assert.Equal(0, budget.Taken);

        // One byte less than it needs is too little, and leaves nothing taken.
        var small = new MemoryBudget(most - 1, Moment);
        await Assert.ThrowsAsync<MemoryBudgetException>(async () =>
        {
            await using var opened = await H4mkContainer.OpenAsync(bytes, new H4mkContainerOptions { Memory = small });
            await opened.FindKeyframeAsync(0, 7);
        });
        Assert.Equal(0, small.Taken);
    }

    [Fact]
    public async Task OpenAsync_DamagedFile_GivesBackWhatItTook()
    {
        var bytes = await WriteAsync(isVersion10: true, 5000, 0);
        var budget = new MemoryBudget(100_000_000, Moment);
        await Assert.ThrowsAsync<H4mkFormatException>(async () => await H4mkContainer.OpenAsync(bytes.AsMemory(0, bytes.Length - 1), new H4mkContainerOptions { Memory = budget }));
        Assert.True(budget.TakePeak() > 0);
        Assert.Equal(0, budget.Taken);
    }

    [Theory]
    [InlineData(Block, true)]
    [InlineData(Block, false)]
    [InlineData(1_500_000, false)]
    public async Task CopyTrack_Budget_IsGivenBack(int block, bool isVersion10)
    {
        var budget = new MemoryBudget(100_000_000, Moment);
        await using var container = await H4mkContainer.OpenAsync(await WriteAsync(isVersion10, 3, block), new H4mkContainerOptions { Memory = budget, BlockMemory = budget });
        await container.CopyTrackAsync(0, 1, block, Stream.Null);
        var before = container.IndexMemory;
        Assert.Equal(before, budget.Taken);
        Assert.True(budget.TakePeak() > before + (64 * 1024));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CopyTrack_SlowOutput_HoldsNoBlockAndStillGivesTheBytes(bool isTight)
    {
        var bytes = await WriteAsync(isVersion10: false, 3, Block);
        var budget = new MemoryBudget(10_000_000, Moment);
        await using var container = await H4mkContainer.OpenAsync(bytes, new H4mkContainerOptions { Memory = budget, BlockMemory = budget, CheckedBlockMemory = 0 });
        var others = isTight ? 5_000_000 : 0;
        await budget.TakeAsync(others);
        var free = budget.Taken;
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 20_000, resumeWriterThreshold: 10_000));
        var copying = container.CopyTrackAsync(0, 100, (2 * Block) + 50, pipe.Writer);
        var read = new List<byte>();
        var piece = isTight ? 16 * 1024 : 64 * 1024;
        for (var stops = 0; read.Count < (2 * Block) + 50;)
        {
            var result = await pipe.Reader.ReadAsync();
            if (stops < 2 && read.Count >= stops * Block)
            {
                // While the output takes nothing, only the piece that it was given counts.
                stops++;
                await TestKit.Eventually.HoldsAsync(() => budget.Taken <= free + piece);
            }

            read.AddRange(result.Buffer.ToArray());
            pipe.Reader.AdvanceTo(result.Buffer.End);
        }

        await copying;
        Assert.Equal(Enumerable.Range(100, (2 * Block) + 50).Select(i => (byte)((i % Block) + (i / Block))), read);
        Assert.Equal(free, budget.Taken);
    }

    [Fact]
    public async Task CopyTrack_SlowOutput_JudgesWhatItReadsAgain()
    {
        var bytes = await WriteAsync(isVersion10: false, 2, Block);
        var budget = new MemoryBudget(10_000_000, Moment);
        await using var container = await H4mkContainer.OpenAsync(bytes, new H4mkContainerOptions { Memory = budget, BlockMemory = budget, CheckedBlockMemory = 0 });
        var free = budget.Taken;
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 20_000, resumeWriterThreshold: 10_000));
        var copying = container.CopyTrackAsync(0, 0, 2 * Block, pipe.Writer);
        var result = await pipe.Reader.ReadAsync();
        await TestKit.Eventually.HoldsAsync(() => budget.Taken <= free + (64 * 1024));
        bytes[(await container.GetBlockAsync(0, 0)).FileOffset + 250_000] ^= 1;
        pipe.Reader.AdvanceTo(result.Buffer.End);
        await Assert.ThrowsAsync<H4mkFormatException>(() => copying);
        Assert.Equal(free, budget.Taken);
    }

    [Fact]
    public async Task CopyTrack_NoRoom_FailsBeforeItGivesAByte()
    {
        var budget = new MemoryBudget(2_000_000, Moment);
        await using var container = await H4mkContainer.OpenAsync(await WriteAsync(isVersion10: false, 2, Block), new H4mkContainerOptions { Memory = budget, BlockMemory = budget });
        await budget.TakeAsync(budget.Capacity - budget.Taken - 100_000);
        using var output = new MemoryStream();
        Assert.True((await Assert.ThrowsAsync<MemoryBudgetException>(() => container.CopyTrackAsync(0, 0, Block, output))).MayFitLater);
        Assert.Equal(0, output.Length);
    }

    private static async Task<byte[]> WriteAsync(bool isVersion10, int count, int length)
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Version = isVersion10 ? H4mkVersion.V10 : H4mkVersion.V11 }, leaveOpen: true);
        for (var i = 0; i < count; i++)
        {
            var start = i;
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i, IsKey = true }, Enumerable.Range(0, length).Select(j => (byte)(j + start)).ToArray());
        }

        await writer.CompleteAsync();
        return output.ToArray();
    }
}
