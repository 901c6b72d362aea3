using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Containers;

public sealed class OpeningTests
{
    [Fact]
    public async Task Open_LongBlocks_ReadsNoneOfTheirPayload()
    {
        var bytes = await WriteAsync(Enumerable.Repeat(64 * 1024, 50));
        var source = new RecordingSource(bytes);
        await using var container = await H4mkContainer.OpenAsync(source);

        for (var i = 0; i < 50; i++)
        {
            var block = await container.GetBlockAsync(0, i);
            Assert.DoesNotContain(source.Reads.Skip(1), r => r.Offset < block.FileOffset + block.Length && block.FileOffset < r.Offset + r.Count);
        }

        // The first read looks for the TAIL of a 1.1 file.
        Assert.InRange(container.Source.BytesRead - source.Reads[0].Count, 1, bytes.Length - (50 * 64 * 1024));
    }

    [Fact]
    public async Task Open_OneShortBlockAmongLongOnes_CostsAPage()
    {
        var bytes = await WriteAsync([1000, 100_000, 300_000]);
        await using var container = await H4mkContainer.OpenAsync(H4mkSource.FromMemory(bytes));
        Assert.InRange(container.Source.BytesRead, 1, (256 * 1024) + (3 * 4096));
    }

    [Fact]
    public async Task Open_ManyShortBlocks_ReadsThemTogether()
    {
        var bytes = await WriteAsync(Enumerable.Repeat(100, 20_000));
        await using var container = await H4mkContainer.OpenAsync(H4mkSource.FromMemory(bytes));
        Assert.Equal(20_000, container.BlockCount);
        Assert.InRange(container.Source.ReadCount, 1, 60);
    }

    private static async Task<byte[]> WriteAsync(IEnumerable<int> lengths)
    {
        var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Version = H4mkVersion.V10 });
        foreach (var length in lengths)
        {
            await writer.WriteBlockAsync(0, new BlockInfo(), Vectors.SeededBytes("opening", length));
        }

        await writer.CompleteAsync();
        return output.ToArray();
    }

    private sealed class RecordingSource(byte[] bytes) : H4mkSource
    {
        public List<(long Offset, int Count)> Reads { get; } = [];

        protected override ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            var count = (int)Math.Min(destination.Length, Math.Max(0, bytes.Length - offset));
            bytes.AsMemory((int)offset, count).CopyTo(destination);
            Reads.Add((offset, count));
            return new ValueTask<SourceRead>(new SourceRead(count, bytes.Length));
        }

        protected override ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
            ReadCoreAsync(Math.Max(0, bytes.Length - destination.Length), destination, cancellationToken);
    }
}
