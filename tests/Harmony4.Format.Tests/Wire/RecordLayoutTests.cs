using Harmony4.Format.Internal;

namespace Harmony4.Format.Tests.Wire;

/// <summary>Each record of the wire, byte for byte as docs/format says, whatever was in the buffer before; and its fields again from those bytes.</summary>
public sealed class RecordLayoutTests
{
    private static readonly Sha256Digest First = new([.. Enumerable.Range(0xA0, 32).Select(i => (byte)i)]);
    private static readonly Sha256Digest Second = new([.. Enumerable.Range(0x40, 32).Select(i => (byte)i)]);
    private static readonly Sha256Digest Third = new([.. Enumerable.Range(0x00, 32).Select(i => (byte)i)]);

    private delegate void Write(Span<byte> destination);

    [Fact]
    public void ChunkHeader_OfAChunk_HasItsLayout()
    {
        var header = new ChunkHeader(new ChunkTag("note"), 0x01020304, 0x05060708);
        var bytes = AssertLayout(header.Write, ChunkHeader.Size, "6e6f7465 01020304 05060708");
        Assert.Equal(header, ChunkHeader.Read(bytes));
        Assert.Equal(new ChunkInfo { Tag = header.Tag, Offset = 99, Length = header.Length, Crc = header.Crc }, header.At(99));
        Assert.Equal((111, 111 + 0x01020304L), (header.At(99).PayloadOffset, header.At(99).EndOffset));
    }

    [Fact]
    public void Token_OfABlock_HasItsLayout()
    {
        var token = new TokenRecord(0x0102030405060708, 0x090A0B0C, 1, 9, 0x1112, 0x13141516, 0x1718191A);
        Assert.Equal(token, TokenRecord.Read(AssertLayout(token.Write, TokenRecord.Size, "0102030405060708 090a0b0c 01 09 1112 13141516 1718191a")));
    }

    [Fact]
    public void IndexEntry_OfABlock_HasItsLayout()
    {
        var entry = new IndexEntry(0x0102030405060708, 0x090A0B0C, 0x0D0E0F10, 0x11121314, 0x15161718, First);
        var bytes = AssertLayout(entry.Write, IndexEntry.Size, "0102030405060708 090a0b0c 0d0e0f10 11121314 15161718 " + First);
        Assert.Equal(entry, IndexEntry.Read(bytes));
        Assert.Equal(0x0D0E0F10u, IndexEntry.ReadLength(bytes));
        Assert.Equal([false, true, false, true], Enumerable.Range(0, 4).Select(flags => (entry with { Flags = (uint)flags }).IsKey));
    }

    [Fact]
    public void PageHeader_OfAPage_HasItsLayout()
    {
        var header = new PageHeader(0x0102, 0x0304, 0x05060708, 0x090A0B0C0D0E0F10);
        Assert.Equal(header, PageHeader.Read(AssertLayout(header.Write, PageHeader.Size, "0102 0304 05060708 090a0b0c0d0e0f10")));
        Assert.Equal([16, 16 + 64, 16 + 640], ((int[])[0, 1, 10]).Select(PageHeader.PayloadLength));
        Assert.Equal((56 + 8, 8), (PageHeader.BytesPerBlock, PageHeader.FileOffsetSize));
    }

    [Fact]
    public void PageRecord_OfAPage_HasItsLayout()
    {
        var record = new PageRecord(0x0102030405060708, 0x090A0B0C0D0E0F10, First);
        var bytes = AssertLayout(record.Write, PageRecord.Size, "0102030405060708 090a0b0c0d0e0f10 " + First);
        Assert.Equal(record, PageRecord.Read(bytes));
        Assert.Equal((record.FirstKeyPts, record.StreamOffset), (PageRecord.ReadFirstKeyPts(bytes), PageRecord.ReadStreamOffset(bytes)));
        Assert.Equal(First.ToArray(), PageRecord.RootOf(bytes).ToArray());
    }

    [Fact]
    public void AuxRecord_OfAChunk_HasItsLayout()
    {
        var record = new AuxRecord(ChunkTag.Meta, 0x01020304, First);
        Assert.Equal(record, AuxRecord.Read(AssertLayout(record.Write, AuxRecord.Size, "4d455441 01020304 " + First)));
    }

    [Fact]
    public void TrackRecord_OfATrack_HasItsLayout()
    {
        var record = new TrackRecord
        {
            Id = 0x0102,
            BlockCount = 0x03040506,
            KeyCount = 0x0708090A,
            LastKey = 0x0B0C0D0E,
            PayloadLength = 0x0F10111213141516,
            FirstPts = 0x1718191A1B1C1D1E,
            EndPts = 0x1F20212223242526,
            Root = First,
        };
        var bytes = AssertLayout(record.Write, TrackRecord.Size, "0102 0000 03040506 0708090a 0b0c0d0e 0f10111213141516 1718191a1b1c1d1e 1f20212223242526 " + First);
        Assert.True(TrackRecord.TryRead(bytes, out var read));
        Assert.Equal(record, read);
        AssertOneValue(bytes, [2, 3], b => TrackRecord.TryRead(b, out _));
    }

    [Fact]
    public void RootHeader_OfAContainer_HasItsLayout()
    {
        var header = new RootHeader
        {
            PageLog2 = 10,
            TrackCount = 0x0102,
            AuxCount = 0x0304,
            BlockCount = 0x0506070809101112,
            PayloadLength = 0x1314151617181920,
            TracksRoot = First,
            AuxRoot = Second,
            PagesDigest = Third,
        };
        var bytes = AssertLayout(header.Write, RootHeader.Size, $"48345231 0001 01 0a 0102 0304 00000000 0506070809101112 1314151617181920 {First} {Second} {Third}");
        Assert.True(RootHeader.TryRead(bytes, out var read));
        Assert.Equal(header, read);
        AssertOneValue(bytes, [0, 1, 2, 3, 4, 5, 6, 12, 13, 14, 15], b => RootHeader.TryRead(b, out _));
        Assert.Equal(RootHeader.IdentityOf(bytes), RootHeader.IdentityOf([.. bytes, 1]));
    }

    [Fact]
    public void Tail_OfAContainer_HasItsLayout()
    {
        var tail = new TailRecord(0x0102030405060708, 0x090A0B0C, 0x0D0E, 0x0F10, First);
        Assert.Equal(tail, TailRecord.Read(AssertLayout(tail.Write, TailRecord.Size, $"0102030405060708 090a0b0c 0d0e 0f10 {First} 4b4d3448")));
    }

    [Fact]
    public void Tail_AsTheLastChunk_IsToldByEachOfItsBytes()
    {
        var payload = new byte[TailRecord.Size];
        new TailRecord(1, 2, 1, 0, First).Write(payload);
        var chunk = new byte[TailRecord.ChunkSize];
        new ChunkHeader(ChunkTag.Tail, TailRecord.Size, System.IO.Hashing.Crc32.HashToUInt32(payload)).Write(chunk);
        payload.CopyTo(chunk, ChunkHeader.Size);
        Assert.Equal(64, chunk.Length);
        Assert.True(TailRecord.IsTail(chunk));
        AssertOneValue(chunk, [.. Enumerable.Range(0, chunk.Length)], b => TailRecord.IsTail(b));
        Assert.False(TailRecord.IsTail(chunk.AsSpan(1)));
        Assert.False(TailRecord.IsTail((byte[])[.. chunk, 0]));
    }

    [Theory]
    [InlineData(ProofKind.Block)]
    [InlineData(ProofKind.Keyframe)]
    [InlineData(ProofKind.Extension)]
    public void ProofHeader_OfAProof_HasItsLayout(ProofKind kind)
    {
        var header = new ProofHeader(kind, 0x0102);
        var bytes = AssertLayout(header.Write, ProofHeader.Size, $"48345031 0{(int)kind} 00 0102");
        Assert.True(ProofHeader.TryRead(bytes, out var read));
        Assert.Equal(header, read);
        Assert.True(ProofHeader.TryRead([.. bytes, 7], out read));
        Assert.Equal(header, read);
        Assert.False(ProofHeader.TryRead(bytes.AsSpan(1), out read));
        Assert.Equal(default, read);
        AssertOneValue(bytes, [0, 1, 2, 3, 5], b => ProofHeader.TryRead(b, out _));
        foreach (var none in (byte[])[0, 4, 255])
        {
            bytes[4] = none;
            Assert.False(ProofHeader.TryRead(bytes, out _));
        }
    }

    [Fact]
    public void SignHeader_OfAPayload_IsReadWithItsHint()
    {
        Assert.True(SignHeader.TryRead([7, 0, 1, 2, .. new byte[0x0102]], out var header));
        Assert.Equal(new SignHeader(7, 0x0102), header);
        Assert.True(SignHeader.TryRead([7, 0, 0, 0], out header));
        Assert.Equal(new SignHeader(7, 0), header);
        Assert.False(SignHeader.TryRead([7, 0, 1, 2, .. new byte[0x0101]], out _));
        Assert.False(SignHeader.TryRead([7, 0, 0], out _));
        Assert.False(SignHeader.TryRead([7, 1, 0, 0], out _));
    }

    /// <summary>Writes a record over other bytes.</summary>
    private static byte[] AssertLayout(Write write, int size, string hex)
    {
        var buffer = new byte[size + 1];
        Array.Fill(buffer, (byte)0xEE);
        write(buffer.AsSpan(0, size));
        Assert.Equal(0xEE, buffer[size]);
        Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(buffer.AsSpan(0, size)));
        return buffer[..size];
    }

    /// <summary>Bytes that have one value: with any bit of theirs flipped the record is none.</summary>
    private static void AssertOneValue(byte[] bytes, int[] fixedBytes, Func<byte[], bool> isRead)
    {
        Assert.True(isRead(bytes));
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            if (Array.IndexOf(fixedBytes, bit / 8) >= 0)
            {
                var flipped = bytes.ToArray();
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(isRead(flipped), $"bit {bit}");
            }
        }
    }
}
