using System.Buffers;
using Harmony4.Format;

namespace Harmony4.Tests;

/// <summary>
/// A container taken apart, to be recorded anew with something changed: what somebody without any key can make of it. Every index, digest and CRC of the result is right again,
/// so that keys alone can tell.
/// </summary>
internal sealed record Recording
{
    public required int PageLog2 { get; init; }

    public required byte[] Trak { get; init; }

    public required byte[] Meta { get; init; }

    public required byte[] Safe { get; init; }

    public required IReadOnlyList<H4mkTrackInfo> Tracks { get; init; }

    /// <summary>Gets the payloads of SEAL, which all stand before the first block.</summary>
    public required IReadOnlyList<byte[]> Seals { get; init; }

    /// <summary>Gets the blocks as they are stored, in the order of the file.</summary>
    public required IReadOnlyList<RecordedBlock> Blocks { get; init; }

    public required IReadOnlyList<SignContent> Signs { get; init; }

    public static async Task<Recording> ReadAsync(byte[] bytes)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var blocks = new List<(long Offset, RecordedBlock Block)>();
        foreach (var track in container.Tracks)
        {
            for (long ordinal = 0; ordinal < track.BlockCount; ordinal++)
            {
                var location = await container.GetBlockAsync(track.Id, ordinal);
                var info = new BlockInfo { Pts = location.Pts!.Value, Duration = location.Duration, Flags = location.Flags };
                blocks.Add((location.FileOffset, new RecordedBlock(track.Id, info, await TestContainers.ReadBlockAsync(container, track.Id, ordinal))));
            }
        }

        return new Recording
        {
            PageLog2 = container.PageLog2!.Value,
            Trak = await PayloadAsync(ChunkTag.Trak),
            Meta = await PayloadAsync(ChunkTag.Meta),
            Safe = await PayloadAsync(ChunkTag.Safe),
            Tracks = await container.ReadTrackInfoAsync(),
            Seals = await TestContainers.ReadSealsAsync(container),
            Blocks = [.. blocks.OrderBy(b => b.Offset).Select(b => b.Block)],
            Signs = [.. container.Signs.Select(s => new SignContent((byte)s.Kind, s.Body))],
        };

        async Task<byte[]> PayloadAsync(ChunkTag tag)
        {
            var payload = new ArrayBufferWriter<byte>();
            await container.ReadChunkAsync(container.FindChunk(tag)!.Value, payload);
            return payload.WrittenSpan.ToArray();
        }
    }

    public async Task<byte[]> WriteAsync()
    {
        using var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Tracks = Tracks, PageLog2 = PageLog2, Trak = Trak, Meta = Meta, Safe = Safe }, leaveOpen: true))
        {
            foreach (var seal in Seals)
            {
                await writer.WriteSealAsync(seal);
            }

            foreach (var block in Blocks)
            {
                await writer.WriteBlockAsync(block.Track, block.Info, block.Payload);
            }

            await writer.CompleteAsync();
        }

        return await TestContainers.AddSignsAsync(output.ToArray(), [.. Signs]);
    }

    /// <summary>The recording with one of its blocks changed.</summary>
    public Recording With(int track, int ordinal, Func<RecordedBlock, RecordedBlock> change)
    {
        var blocks = Blocks.ToArray();
        var at = At(track, ordinal);
        blocks[at] = change(blocks[at]);
        return this with { Blocks = blocks };
    }

    /// <summary>The place of a block in the file, by its track and ordinal.</summary>
    public int At(int track, int ordinal) => Blocks.Select((b, i) => (b.Track, Index: i)).Where(b => b.Track == track).ElementAt(ordinal).Index;

    public RecordedBlock Block(int track, int ordinal) => Blocks[At(track, ordinal)];
}
