using System.Buffers;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;

namespace Harmony4.Format.Tests.Properties;

/// <summary>A block as a test gives it to a writer.</summary>
public sealed record Block(ulong Pts, bool IsKey, byte[] Payload)
{
    public BlockInfo Info => new() { Pts = Pts, IsKey = IsKey };
}

/// <summary>What goes into a container, and the bytes that must come out.</summary>
public sealed record Media(Block[] Blocks)
{
    public static readonly byte[] Meta = "{\"project\":\"HarmonyØ4\",\"fps_hint\":30.0}"u8.ToArray();
    public static readonly byte[] Safe = "{\"scope\":\"tests\"}"u8.ToArray();

    public static H4mkWriterOptions Options => new() { Version = H4mkVersion.V10, Meta = Meta, Safe = Safe };

    public static Media Small { get; } = new([new(0, true, "first"u8.ToArray()), new(33_333, false, []), new(66_666, true, "the last"u8.ToArray())]);

    public byte[] Payloads => [.. Blocks.SelectMany(b => b.Payload)];

    /// <summary>The container, chunk by chunk from the raw layer and the platform's SHA-256: nothing of the async writer is in it.</summary>
    public byte[] Encode()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        writer.WriteFileHeader();
        var entries = new List<SeekEntry>();
        var offset = 0UL;
        foreach (var block in Blocks)
        {
            writer.WriteChunk(ChunkTag.Core, block.Payload);
            if (block.IsKey)
            {
                entries.Add(new SeekEntry(block.Pts, offset));
            }

            offset += (ulong)block.Payload.Length;
        }

        writer.WriteSeek([.. entries]);
        writer.WriteChunk(ChunkTag.Meta, Meta);
        writer.WriteChunk(ChunkTag.Safe, Safe);
        writer.WriteChunk(ChunkTag.Veri, SHA256.HashData(output.WrittenSpan[8..]));
        return output.WrittenSpan.ToArray();
    }

    public async Task<byte[]> WriteAsync(Stream output, Func<byte[], ReadOnlySequence<byte>>? cut = null)
    {
        await using (var writer = H4mkContainerWriter.Create(output, Options, leaveOpen: true))
        {
            foreach (var block in Blocks)
            {
                if (cut is null)
                {
                    await writer.WriteBlockAsync(0, block.Info, block.Payload);
                }
                else
                {
                    await writer.WriteBlockAsync(0, block.Info, cut(block.Payload));
                }
            }

            await writer.CompleteAsync();
        }

        return output is MemoryStream memory ? memory.ToArray() : [];
    }

    public override string ToString() =>
        string.Join(", ", Blocks.Select(b => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{b.Payload.Length}@{b.Pts}{(b.IsKey ? "k" : "")}")));
}

/// <summary>Generates media: few blocks or none, empty ones among them, some longer than every buffer of the writer.</summary>
public static class MediaArbitrary
{
    public static Arbitrary<Media> Media()
    {
        var length = Gen.Frequency((6, Gen.Choose(0, 40)), (2, Gen.Choose(41, 20_000)), (1, Gen.Choose(20_001, 300_000)));
        var block =
            from bytes in length
            from gap in Gen.Choose(1, 1_000_000)
            from isKey in Gen.Choose(0, 2)
            from seed in Gen.Choose(0, int.MaxValue)
            select (Gap: (ulong)gap, IsKey: isKey == 0, Payload: Bytes(seed, bytes));
        var media =
            from count in Gen.Choose(0, 12)
            from blocks in block.ArrayOf(count)
            select new Media(Place(blocks));
        return media.ToArbitrary();
    }

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static Block[] Place((ulong Gap, bool IsKey, byte[] Payload)[] blocks)
    {
        var pts = 0UL;
        return [.. blocks.Select(b => new Block(pts += b.Gap, b.IsKey, b.Payload))];
    }
}
