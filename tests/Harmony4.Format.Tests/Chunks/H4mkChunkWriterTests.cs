using System.Buffers;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Chunks;

public sealed class H4mkChunkWriterTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(200_000)]
    public void WriteChunk_AnySegmentation_GivesTheSameBytes(int length)
    {
        var payload = Vectors.SeededBytes("chunk", length);
        var expected = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(expected);
        writer.WriteChunk(new ChunkTag("note"), payload);
        Assert.Equal(12 + length, writer.BytesWritten);
        Assert.Equal((byte[])[.. "note"u8, 0, (byte)(length >> 16), (byte)(length >> 8), (byte)length], expected.WrittenSpan[..8].ToArray());
        Assert.Equal(System.IO.Hashing.Crc32.HashToUInt32(payload), System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(expected.WrittenSpan[8..]));
        Assert.Equal(payload, expected.WrittenSpan[12..].ToArray());
        foreach (var cuts in (int[][])[[], [0], [length], [length / 2], [length / 3, length / 2, length / 2]])
        {
            var output = new ArrayBufferWriter<byte>();
            writer = new H4mkChunkWriter(output);
            writer.WriteChunk(new ChunkTag("note"), Segmentations.Cut(payload, cuts));
            Assert.Equal(expected.WrittenSpan.ToArray(), output.WrittenSpan.ToArray());
            Assert.Equal(output.WrittenCount, writer.BytesWritten);
        }
    }

    [Fact]
    public void WriteSeek_AnyEntries_AreWrittenAsGiven()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        writer.WriteSeek([new SeekEntry(9, 1), new SeekEntry(3, ulong.MaxValue)]);
        byte[] payload = [0, 0, 0, 2, .. new byte[7], 9, .. new byte[7], 1, .. new byte[7], 3, .. Enumerable.Repeat((byte)255, 8)];
        var expected = new ArrayBufferWriter<byte>();
        new H4mkChunkWriter(expected).WriteChunk(ChunkTag.Seek, payload);
        Assert.Equal(expected.WrittenSpan.ToArray(), output.WrittenSpan.ToArray());
        Assert.Equal(12 + 36, writer.BytesWritten);
    }

    [Fact]
    public void WriteChunk_LongerThanAChunk_IsRefused()
    {
        var segments = Recording.Huge.Of(new byte[1 << 20], 4096);
        var output = new ArrayBufferWriter<byte>();
        Assert.Throws<ArgumentException>("payload", () => new H4mkChunkWriter(output).WriteChunk(new ChunkTag("note"), segments));
        Assert.Equal(0, output.WrittenCount);
    }
}
