using System.Buffers;
using System.Security.Cryptography;
using Harmony4.Format.Internal;

namespace Harmony4.Format.Tests.Recording.Internal;

public sealed class BlockHasherTests
{
    private const int MiB = 1024 * 1024;

    /// <summary>What docs/performance.md says of the memory of a writer, with 320 bytes for each block of a batch beside.</summary>
    [Theory]
    [InlineData(MiB, 32)]
    [InlineData(MiB - 1, 32)]
    [InlineData(700 * 1024, 32)]
    [InlineData(512 * 1024, 24)]
    [InlineData(300 * 1024, 24)]
    [InlineData(64 * 1024, 24)]
    [InlineData(1000, 24)]
    [InlineData(0, 24)]
    public async Task Add_BlocksOfOneLength_KeepsCopiesOfSoManyMebibytes(int length, int most)
    {
        var index = Index();
        using var hasher = new BlockHasher(index, 32 * MiB);
        await AddAsync(hasher, index, Enumerable.Repeat(length, Math.Min(4000, (100 * MiB / Math.Max(1, length)) + 20)), (most * MiB) + (3 * 1024 * 320));
    }

    [Fact]
    public async Task Add_BlocksOfAnyLengths_KeepsAtMostThreeBatches()
    {
        var index = Index();
        using var hasher = new BlockHasher(index, 32 * MiB);
        var random = new Random(5);
        foreach (var most in (int[])[MiB, 1000, MiB, 300_000, 64])
        {
            await AddAsync(hasher, index, Enumerable.Range(0, Math.Min(2000, (60 * MiB / most) + 20)).Select(_ => random.Next(most + 1)), 3L * ((16 * MiB) + (1024 * 320)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Add_LittleMemory_KeepsAtMostThreeHalvesOfIt(int memory)
    {
        var index = Index();
        using var hasher = new BlockHasher(index, memory * MiB);
        var random = new Random(6);
        await AddAsync(hasher, index, Enumerable.Range(0, 200).Select(_ => random.Next(MiB)), (3 * memory * MiB / 2) + (3 * 1024 * 320));
        Assert.InRange(hasher.Capacity, 1, hasher.MostMemory((long)index.PayloadLength, index.BlockCount));
    }

    [Fact]
    public async Task Add_ABlockTooLongForABatch_IsHashedAtOnce()
    {
        var index = Index();
        using var hasher = new BlockHasher(index, 32 * MiB);
        var payload = new byte[MiB + 1];
        var place = index.AddBlock(0, new IndexEntry(0, 0, (uint)payload.Length, 0, 0, default), 0);
        await hasher.AddAsync(0, place, new ReadOnlySequence<byte>(payload));
        Assert.Equal(0, hasher.Capacity);
        Assert.Equal(SHA256.HashData(payload), index.Tracks[0].OpenEntry(place)[IndexEntry.DigestOffset..].ToArray());
    }

    private static RecordedIndex Index() => new(new TrackList(14, [new H4mkTrackInfo { Id = 0, Kind = TrackKind.Data }]), hasSeek: false);

    private static async Task AddAsync(BlockHasher hasher, RecordedIndex index, IEnumerable<int> lengths, long most)
    {
        var payload = new byte[MiB];
        var (last, lastLength) = (0, 0);
        foreach (var length in lengths)
        {
            lastLength = length;
            last = index.AddBlock(0, new IndexEntry(0, 0, (uint)length, 0, 0, default), 0);
            await hasher.AddAsync(0, last, new ReadOnlySequence<byte>(payload, 0, length));
            Assert.InRange(hasher.Capacity, 0, most);
        }

        await hasher.DrainAsync();
        Assert.Equal(SHA256.HashData(payload.AsSpan(0, lastLength)), index.Tracks[0].OpenEntry(last)[IndexEntry.DigestOffset..].ToArray());
    }
}
