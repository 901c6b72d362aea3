using Harmony4.Format.Internal;
using Harmony4.Format.Tests.Sources;

namespace Harmony4.Format.Tests.Recovery;

public sealed class SoundChunkSearchTests
{
    private const long Checked = 1L << 25;

    [Theory]
    [InlineData(40L << 20, 32)]
    [InlineData(33L * (Checked / 16), 33)]
    public async Task IsSound_SoMuchCheckedAlready_IsRefusedBeyondAGigabyteAndSixteenTimesTheFile(long length, int most)
    {
        // A header alone: of the payload nothing is there, and what it claims counts.
        var header = new byte[ChunkHeader.Size];
        new ChunkHeader(ChunkTag.Core, (uint)Checked, 0).Write(header);
        await using var source = new DelegateSource((offset, destination) => DelegateSource.Copy(header, offset, destination, int.MaxValue), yields: false);
        var search = new SoundChunkSearch(source, length);
        for (var i = 0; i < most; i++)
        {
            Assert.False(await search.IsSoundAsync(0, CancellationToken.None));
        }

        var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await search.IsSoundAsync(0, CancellationToken.None));
        Assert.Equal((H4mkErrorCode.Limit, ChunkTag.Core, 0L), (fault.Code, fault.Tag, fault.Offset));
    }

    [Fact]
    public async Task IsSound_AtTheEndOfTheFile_IsTakenUpToItsLastByte()
    {
        foreach (var length in (int[])[0, 1, 1024 * 1024, (1024 * 1024) + 1])
        {
            byte[] bytes = [.. new byte[3], .. Chunk("more", new byte[length])];
            Assert.True(await Search(bytes).IsSoundAsync(3, CancellationToken.None));
            Assert.False(await Search(bytes[..^1]).IsSoundAsync(3, CancellationToken.None));
            Assert.True(await Search([.. bytes, 0]).IsSoundAsync(3, CancellationToken.None));

            // The file is longer than its source has become.
            Assert.False(await new SoundChunkSearch(H4mkSource.FromMemory(bytes.AsMemory(..^1)), bytes.Length).IsSoundAsync(3, CancellationToken.None));
            bytes[11] ^= 1;
            Assert.False(await Search(bytes).IsSoundAsync(3, CancellationToken.None));
        }
    }

    [Theory]
    [InlineData("TOKN", true, true)]
    [InlineData("INDX", true, true)]
    [InlineData("SEEK", true, true)]
    [InlineData("more", true, false)]
    [InlineData("SEAL", true, false)]
    [InlineData("INDY", false, false)]
    [InlineData("CO E", false, false)]
    public async Task IsFollowed_ByATag_NeedsASoundPayloadUnlessTheTagTells(string tag, bool whenSound, bool whenDamaged)
    {
        var bytes = Chunk(tag, [1, 2, 3]);
        Assert.Equal(whenSound, await Search(bytes).IsFollowedAsync(0, CancellationToken.None));
        bytes[^1] ^= 1;
        Assert.Equal(whenDamaged, await Search(bytes).IsFollowedAsync(0, CancellationToken.None));
        Assert.False(await Search(bytes[..11]).IsFollowedAsync(0, CancellationToken.None));
        Assert.Equal(whenDamaged, await Search(bytes[..12]).IsFollowedAsync(0, CancellationToken.None));
    }

    [Fact]
    public async Task Find_ATokenWithItsCore_IsTheNextSoundOne()
    {
        byte[] block = [.. Chunk("TOKN", Token(4)), .. Chunk("CORE", [1, 2, 3, 4])];
        byte[][] others =
        [
            [.. Chunk("TOKN", Token(5)), .. Chunk("CORE", [1, 2, 3, 4])],
            [.. Chunk("TOKN", Token(4)), .. Chunk("more", [1, 2, 3, 4])],
            [.. Chunk("TOKN", Token(4)), .. Chunk("CORE", [1, 2, 3, 4])[..^1], 5],
            [.. Chunk("TOKN", Token(4))[..^1], 9, .. Chunk("CORE", [1, 2, 3, 4])],
        ];
        foreach (var other in others)
        {
            byte[] bytes = [7, .. other, .. block];
            Assert.Equal(1 + other.Length, await Search(bytes).FindAsync(0, CancellationToken.None));
            Assert.Equal(1 + other.Length, await Search(bytes).FindAsync(1 + other.Length, CancellationToken.None));
            Assert.Equal(-1, await Search(bytes).FindAsync(2 + other.Length, CancellationToken.None));
            Assert.Equal(-1, await Search(bytes[..^1]).FindAsync(0, CancellationToken.None));
        }

        // Where no payload is, the two headers are all.
        byte[] empty = [.. Chunk("TOKN", Token(0)), .. Chunk("CORE", [])];
        Assert.Equal(0, await Search(empty).FindAsync(0, CancellationToken.None));
        Assert.Equal(-1, await Search(empty[..^1]).FindAsync(0, CancellationToken.None));
        Assert.Equal(-1, await Search(empty).FindAsync(empty.Length, CancellationToken.None));
    }

    [Fact]
    public async Task Find_AChunkByItsTag_IsTheNextSoundOne()
    {
        byte[] damaged = [.. Chunk("META", "{}"u8.ToArray())[..^1], 0];
        byte[] bytes = [.. damaged, .. Chunk("SAFE", "{}"u8.ToArray()), .. Chunk("META", "{}"u8.ToArray())];
        Assert.Equal(28, await Search(bytes).FindAsync(0, ChunkTag.Meta, CancellationToken.None));
        Assert.Equal(14, await Search(bytes).FindAsync(0, ChunkTag.Safe, CancellationToken.None));
        Assert.Equal(-1, await Search(bytes).FindAsync(15, ChunkTag.Safe, CancellationToken.None));
        Assert.Equal(-1, await Search("MET"u8.ToArray()).FindAsync(0, ChunkTag.Meta, CancellationToken.None));
    }

    private static SoundChunkSearch Search(byte[] bytes) => new(H4mkSource.FromMemory(bytes), bytes.Length);

    private static byte[] Token(uint length)
    {
        var payload = new byte[TokenRecord.Size];
        new TokenRecord(0, 0, 0, 0, 0, 0, length).Write(payload);
        return payload;
    }

    private static byte[] Chunk(string tag, byte[] payload)
    {
        var bytes = new byte[ChunkHeader.Size + payload.Length];
        var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(System.Text.Encoding.ASCII.GetBytes(tag));
        new ChunkHeader(new ChunkTag(value), (uint)payload.Length, Hashing.Crc32.Compute(payload)).Write(bytes);
        payload.CopyTo(bytes, ChunkHeader.Size);
        return bytes;
    }
}
