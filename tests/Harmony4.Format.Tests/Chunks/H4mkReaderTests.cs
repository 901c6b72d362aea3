using System.Buffers;
using Harmony4.Format.Tests.Properties;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Chunks;

public sealed class H4mkReaderTests
{
    private static readonly byte[] Bytes = Media.Small.Encode();

    [Fact]
    public void Read_AnySegmentation_GivesTheSameTrace()
    {
        var expected = Trace(new ReadOnlySequence<byte>(Bytes));
        Assert.All(Segmentations.Of(Bytes), cut => Assert.Equal(expected, Trace(cut)));
    }

    [Fact]
    public void Read_ResumedAtEveryByte_GivesTheSameTrace()
    {
        var expected = Trace(new ReadOnlySequence<byte>(Bytes));
        for (var step = 1; step < 40; step++)
        {
            var state = default(H4mkReaderState);
            var trace = new Trail();
            int start = 0, end = 0;
            while (start < Bytes.Length || end < Bytes.Length)
            {
                end = Math.Min(end + step, Bytes.Length);
                var reader = new H4mkReader(Bytes.AsSpan(start..end), end == Bytes.Length, state);
                Follow(ref reader, trace);
                start += (int)reader.BytesConsumed;
                state = reader.CurrentState;
                Assert.Equal(start, reader.Position);
            }

            Assert.Equal(expected, trace.ToString());
        }
    }

    [Fact]
    public void Read_NotFinal_AsksForMoreAtEveryCut()
    {
        for (var length = 0; length < Bytes.Length; length++)
        {
            var reader = new H4mkReader(Bytes.AsSpan(0, length), isFinalBlock: false);
            while (reader.Read())
            {
            }

            Assert.InRange(reader.BytesConsumed, 0, length);
        }
    }

    [Fact]
    public void Read_CrcMismatch_ThrowsAtTheChunkOrIsReported()
    {
        var bytes = (byte[])Bytes.Clone();
        bytes[8 + 12] ^= 1;
        var exception = Assert.Throws<H4mkFormatException>(() => Trace(new ReadOnlySequence<byte>(bytes)));
        Assert.Equal((H4mkErrorCode.Crc, 8L, ChunkTag.Core), (exception.Code, exception.Offset, exception.Tag!.Value));

        var lenient = new H4mkReader(bytes, isFinalBlock: true, new H4mkReaderState(new H4mkReaderOptions { ReportCrcMismatch = true }));
        var wrong = 0;
        while (lenient.Read())
        {
            wrong += lenient.Part == ChunkPart.End && !lenient.IsCrcValid ? 1 : 0;
        }

        Assert.Equal(1, wrong);
    }

    [Fact]
    public void Read_LengthNear32Bits_IsAnOverrunOnceTheFileEnds()
    {
        foreach (var length in (uint[])[0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF4, 0xFFFF_FFFF])
        {
            var output = new ArrayBufferWriter<byte>();
            var writer = new H4mkChunkWriter(output);
            writer.WriteFileHeader();
            writer.WriteChunkHeader(ChunkTag.Core, length, 0);
            writer.WriteRaw([1, 2, 3]);
            var bytes = output.WrittenSpan.ToArray();
            var whole = Assert.Throws<H4mkFormatException>(() => Trace(new ReadOnlySequence<byte>(bytes)));
            Assert.Equal((H4mkErrorCode.Overrun, 8L), (whole.Code, whole.Offset));

            // The payload comes as far as it goes; that it is short shows at the end.
            var first = new H4mkReader(bytes, isFinalBlock: false);
            while (first.Read())
            {
            }

            var state = first.CurrentState;
            var late = Assert.Throws<H4mkFormatException>(() => new H4mkReader([], isFinalBlock: true, state).Read());
            Assert.Equal((H4mkErrorCode.Overrun, 8L), (late.Code, late.Offset));
        }
    }

    [Fact]
    public void Read_PositionPast32Bits_IsCounted()
    {
        // 5 GiB of payload in pieces of one buffer: nothing of it is kept.
        var piece = new byte[1 << 20];
        var header = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(header);
        writer.WriteChunkHeader(ChunkTag.Core, 0x5000_0000, 0);
        var state = new H4mkReaderState(new H4mkReaderOptions { ReportCrcMismatch = true });
        state = Feed([.. "H4MK"u8, 0, 1, 0, 0], state);
        for (var chunk = 0; chunk < 4; chunk++)
        {
            state = Feed(header.WrittenSpan, state);
            for (var i = 0; i < 0x5000_0000 >> 20; i++)
            {
                state = Feed(piece, state);
            }
        }

        var reader = new H4mkReader([], isFinalBlock: true, state);
        Assert.False(reader.Read());
        Assert.Equal(8 + (4 * (12 + 0x5000_0000L)), reader.Position);
    }

    private static H4mkReaderState Feed(ReadOnlySpan<byte> bytes, H4mkReaderState state)
    {
        var reader = new H4mkReader(bytes, isFinalBlock: false, state);
        while (reader.Read())
        {
        }

        Assert.Equal(bytes.Length, reader.BytesConsumed);
        return reader.CurrentState;
    }

    private static string Trace(in ReadOnlySequence<byte> bytes)
    {
        var trail = new Trail();
        var reader = new H4mkReader(bytes, isFinalBlock: true);
        Follow(ref reader, trail);
        Assert.Equal(bytes.Length, reader.BytesConsumed);
        return trail.ToString();
    }

    private static void Follow(ref H4mkReader reader, Trail trail)
    {
        while (reader.Read())
        {
            trail.Add(reader.Part, reader.Chunk, reader.Payload);
        }
    }

    /// <summary>What a reader showed, with the pieces of a payload joined: how they are cut is the one thing that may differ.</summary>
    private sealed class Trail
    {
        private readonly System.Text.StringBuilder _text = new();

        public void Add(ChunkPart token, ChunkInfo chunk, ReadOnlySpan<byte> payload) => _text.Append(token switch
        {
            ChunkPart.Start => $"[{chunk} ",
            ChunkPart.End => "]",
            _ => Convert.ToHexString(payload),
        });

        public override string ToString() => _text.ToString();
    }
}
