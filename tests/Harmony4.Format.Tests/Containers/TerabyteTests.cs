using System.Buffers;
using Harmony4.Format.Tests.Allocations;

namespace Harmony4.Format.Tests.Containers;

/// <summary>What opening and seeking cost does not depend on how large a container is. Memory is measured, so nothing else may run beside it.</summary>
[Collection(nameof(AllocationTests))]
public sealed class TerabyteTests
{
    private const long Terabyte = 1_000_000_000_000;

    [Theory]
    [InlineData(Terabyte, 1024 * 1024, 10, 52_548)]
    [InlineData(Terabyte, 256 * 1024, 10, 209_012)]
    [InlineData(Terabyte, 64 * 1024, 12, 209_012)]
    [InlineData(Terabyte / 100, 1024 * 1024, 10, 0)]
    public async Task OpenSeekRead_OfAnySize_CostsOneReadAndTwo(long size, int blockLength, int pageLog2, int rootLength)
    {
        var simulated = new SimulatedContainer((size + blockLength - 1) / blockLength, blockLength, pageLog2);
        await using var container = await H4mkContainer.OpenAsync(simulated.OpenSource());
        Assert.Equal(1, container.Source.ReadCount);
        Assert.InRange(container.Source.BytesRead, 1, 256 * 1024);
        Assert.Equal(simulated.BlockCount, container.BlockCount);
        if (rootLength > 0)
        {
            Assert.Equal(rootLength, (int)container.FindChunk(ChunkTag.Root)!.Value.Length + 12);
        }

        var random = new Random(3);
        var before = 0L;
        for (var i = 0; i < 50; i++)
        {
            before = i == 10 ? GC.GetTotalMemory(forceFullCollection: true) : before;
            var ordinal = random.NextInt64(simulated.BlockCount);
            await using var fresh = await H4mkContainer.OpenAsync(simulated.OpenSource());
            var keyframe = await fresh.FindKeyframeAsync(0, SimulatedContainer.PtsOf(ordinal) + 1);
            Assert.Equal(ordinal - (ordinal % 24), keyframe!.Value.Block);
            Assert.Equal(blockLength, await fresh.ReadBlockAsync(0, keyframe.Value.Block!.Value, new ArrayBufferWriter<byte>(blockLength + 12)));
            Assert.InRange(fresh.Source.ReadCount, 2, 3);
            Assert.InRange(fresh.Source.BytesRead, 1, (256 * 1024) + 28 + (64 << pageLog2) + 12 + blockLength);
        }

        // The root, some pages and one block at a time: nothing for each block.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4 * 1024 * 1024);
    }

    [Fact]
    public async Task Simulated_SmallOne_VerifiesAsAFileOfItsKind()
    {
        var simulated = new SimulatedContainer(2_500, 1_000, 8);
        var result = await H4mkContainer.VerifyAsync(simulated.OpenSource());
        Assert.Equal((VerificationState.Unsigned, 2_500, 0), (result.State, result.BlockCount, result.FindingCount));
    }

    [Fact]
    public async Task FindNextKeyframe_AcrossPages_IsTheNext()
    {
        var simulated = new SimulatedContainer(500, 10, 3);
        await using var container = await H4mkContainer.OpenAsync(simulated.OpenSource());
        for (var ordinal = 0L; ordinal < 500; ordinal++)
        {
            var next = await container.FindNextKeyframeAsync(0, SimulatedContainer.PtsOf(ordinal));
            Assert.Equal(ordinal / 24 * 24 + 24 is var expected && expected < 500 ? expected : null, next?.Block);
        }

        Assert.Null(await container.FindNextKeyframeAsync(0, ulong.MaxValue));
        Assert.Equal(480, (await container.FindKeyframeAsync(0, ulong.MaxValue))!.Value.Block);
    }
}
