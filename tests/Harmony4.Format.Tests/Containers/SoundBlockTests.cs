using Harmony4.Format.Internal;

namespace Harmony4.Format.Tests.Containers;

/// <summary>Blocks that were found sound are judged by their pieces: the same bytes, fewer reads, and damage that comes later is found.</summary>
public sealed class SoundBlockTests
{
    private const int Piece = SoundBlocks.PieceLength;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Copy_AnyRangeASecondTime_GivesTheSameBytes(bool isV11)
    {
        var (file, media) = await MakeAsync(isV11, [1, Piece - 1, Piece, Piece + 1, (5 * Piece) + 7, 0, 200_000, 1_300_000]);
        await using var container = await H4mkContainer.OpenAsync(file);
        await CopyAsync(container, 0, media.Length);
        var random = new Random(11);
        for (var i = 0; i < 400; i++)
        {
            var start = random.Next(4) == 0 ? random.Next(media.Length / Piece) * Piece : random.Next(media.Length);
            var length = Math.Min(media.Length - start, random.Next(3) == 0 ? random.Next(1, 100) : random.Next(1, 400_000));
            Assert.True((await CopyAsync(container, start, length)).AsSpan().SequenceEqual(media.AsSpan(start, length)), $"{start} {length}");
        }
    }

    [Fact]
    public async Task Copy_OfARememberedBlock_ReadsTheAskedPiecesOnly()
    {
        var (file, _) = await MakeAsync(true, [512 * 1024, 2 * 1024 * 1024]);
        await using var container = await H4mkContainer.OpenAsync(file);
        foreach (var start in (int[])[1000, (512 * 1024) + 1000])
        {
            Assert.True(await BytesReadAsync(container, start, 65_536) > 512 * 1024);
            Assert.InRange(await BytesReadAsync(container, start, 65_536), 65_536, 65_536 + (2 * Piece));
        }
    }

    [Fact]
    public async Task Copy_DamageAfterABlockWasFoundSound_IsFoundAndNotSent()
    {
        var (file, media) = await MakeAsync(true, [100_000, 100_000]);
        await using var container = await H4mkContainer.OpenAsync(file);
        await CopyAsync(container, 0, media.Length);
        var block = await container.GetBlockAsync(0, 1);
        file[block.FileOffset + 50_000] ^= 1;
        foreach (var (start, length) in ((int, int)[])[(100_000, 100_000), (149_999, 2), (150_000, 1)])
        {
            var output = new MemoryStream();
            var exception = await Assert.ThrowsAsync<H4mkFormatException>(() => container.CopyTrackAsync(0, start, length, output));
            Assert.Equal(H4mkErrorCode.Block, exception.Code);
            Assert.Empty(output.ToArray());
        }

        // Bytes that are right again are sent again.
        file[block.FileOffset + 50_000] ^= 1;
        Assert.Equal(media, await CopyAsync(container, 0, media.Length));
    }

    [Fact]
    public async Task Copy_MemoryOfRememberedBlocks_IsBoundedCountedAndGivenBack()
    {
        var (file, media) = await MakeAsync(true, [.. Enumerable.Repeat(40_000, 30)]);
        var budget = new MemoryBudget(10_000_000, TimeSpan.Zero);
        await using (var container = await H4mkContainer.OpenAsync(file, new H4mkContainerOptions { Memory = budget, CheckedBlockMemory = 1500 }))
        {
            var before = (budget.Taken, container.IndexMemory);
            await CopyAsync(container, 0, media.Length);
            Assert.InRange(budget.Taken - before.Taken, 1000, 1500);
            Assert.Equal(budget.Taken - before.Taken, container.IndexMemory - before.IndexMemory);
            Assert.InRange(await BytesReadAsync(container, media.Length - 10, 10), 1, Piece);
            Assert.True(await BytesReadAsync(container, 5, 10) > 40_000);
        }

        Assert.Equal(0, budget.Taken);
        await using var forgetful = await H4mkContainer.OpenAsync(file, new H4mkContainerOptions { CheckedBlockMemory = 0 });
        await CopyAsync(forgetful, 0, media.Length);
        Assert.True(await BytesReadAsync(forgetful, 5, 10) > 40_000);
    }

    [Fact]
    public async Task Copy_SlowOutputInARememberedBlock_KeepsNothingOfTheBlockBefore()
    {
        var (file, media) = await MakeAsync(true, [400_000, 400_000]);
        var budget = new MemoryBudget(10_000_000, TimeSpan.FromSeconds(1));
        await using var container = await H4mkContainer.OpenAsync(file, new H4mkContainerOptions { BlockMemory = budget });
        await CopyAsync(container, 400_000, 400_000);
        var pipe = new System.IO.Pipelines.Pipe(new System.IO.Pipelines.PipeOptions(pauseWriterThreshold: 20_000, resumeWriterThreshold: 10_000));
        var copying = container.CopyTrackAsync(0, 0, media.Length, pipe.Writer);
        var read = 0L;
        while (read < media.Length)
        {
            var result = await pipe.Reader.ReadAsync();
            read += result.Buffer.Length;
            pipe.Reader.AdvanceTo(result.Buffer.End);
            if (read is > 500_000 and < 700_000)
            {
                await TestKit.Eventually.HoldsAsync(() => budget.Taken <= (64 * 1024) + Piece);
            }
        }

        await copying;
        Assert.Equal(0, budget.Taken);
    }

    private static async Task<(byte[] File, byte[] Media)> MakeAsync(bool isV11, int[] lengths)
    {
        var output = new MemoryStream();
        var media = new byte[lengths.Sum()];
        new Random(5).NextBytes(media);
        await using (var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Version = isV11 ? H4mkVersion.V11 : H4mkVersion.V10 }, leaveOpen: true))
        {
            var at = 0;
            for (var i = 0; i < lengths.Length; i++)
            {
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i, IsKey = true }, media.AsMemory(at, lengths[i]));
                at += lengths[i];
            }

            await writer.CompleteAsync();
        }

        return (output.ToArray(), media);
    }

    private static async Task<byte[]> CopyAsync(H4mkContainer container, long start, long length)
    {
        var output = new MemoryStream();
        await container.CopyTrackAsync(0, start, length, output);
        return output.ToArray();
    }

    private static async Task<long> BytesReadAsync(H4mkContainer container, long start, long length)
    {
        var before = container.Source.BytesRead;
        await CopyAsync(container, start, length);
        return container.Source.BytesRead - before;
    }
}
