using System.Buffers;
using System.Security.Cryptography;
using Harmony4.Format.Internal;

namespace Harmony4.Format.Tests.Recording.Internal;

public sealed class HashBatchTests
{
    private const int MaxLength = 16 * 1024 * 1024;

    [Fact]
    public void Fits_AtTheLimit_IsTrue()
    {
        using var batch = new HashBatch(MaxLength);
        Assert.True(batch.Fits(MaxLength));
        Assert.False(batch.Fits(MaxLength + 1));
        batch.Add(0, 0, new ReadOnlySequence<byte>(new byte[100]));
        Assert.True(batch.Fits(MaxLength - 100));
        Assert.False(batch.Fits(MaxLength - 99));
        for (var i = 1; i < 1024; i++)
        {
            Assert.True(batch.Fits(0));
            batch.Add(0, 0, ReadOnlySequence<byte>.Empty);
        }

        Assert.False(batch.Fits(0));
    }

    [Fact]
    public void HasEnough_FullLanesOf4MiBOrAsManyBlocksAsFit()
    {
        using var batch = new HashBatch(MaxLength);
        Assert.False(batch.HasEnough);
        for (var i = 1; i <= 32; i++)
        {
            batch.Add(0, 0, new ReadOnlySequence<byte>(new byte[4 * 1024 * 1024 / 32]));
            Assert.Equal(i == 32, batch.HasEnough);
        }

        using var small = new HashBatch(MaxLength);
        for (var i = 1; i <= 1024; i++)
        {
            small.Add(0, 0, ReadOnlySequence<byte>.Empty);
            Assert.Equal(i == 1024, small.HasEnough);
        }
    }

    [Fact]
    public async Task Add_ManyLengthsTwice_HasTheDigestOfEach()
    {
        using var batch = new HashBatch(MaxLength);
        for (var round = 0; round < 2; round++)
        {
            var index = new RecordedIndex(new TrackList(10, [new H4mkTrackInfo { Id = 0, Kind = TrackKind.Data }, new H4mkTrackInfo { Id = 1, Kind = TrackKind.Data }]), hasSeek: false);
            var random = new Random(round);
            var expected = new List<(int Track, int Place, byte[] Digest)>();
            var arrays = new List<byte[]>();
            foreach (var length in (int[])[100, 0, 70_000, 3, 900_000, 64, 2_000_000])
            {
                var payload = new byte[length];
                random.NextBytes(payload);
                var track = random.Next(2);
                var place = index.AddBlock(track, new IndexEntry(0, 0, (uint)length, 0, 0, default), 0);
                batch.Add(track, place, new ReadOnlySequence<byte>(payload));
                expected.Add((track, place, SHA256.HashData(payload)));

                // What a growing batch has given back is another's, who writes to it.
                foreach (var size in (int[])[64 * 1024, 1 << 17, 1 << 18, 1 << 19, 1 << 20, 1 << 21, 1 << 22])
                {
                    arrays.Add(ArrayPool<byte>.Shared.Rent(size));
                    Array.Fill(arrays[^1], (byte)0xee);
                }
            }

            batch.Start();
            await batch.WaitAsync();
            batch.Retire(index);
            Assert.All(expected, e => Assert.Equal(e.Digest, index.Tracks[e.Track].OpenEntry(e.Place)[IndexEntry.DigestOffset..].ToArray()));
            Assert.Equal((0, 0, false), (batch.Count, batch.Length, batch.IsRunning));
            arrays.ForEach(a => ArrayPool<byte>.Shared.Return(a));
        }
    }

    [Fact]
    public void Dispose_Twice_GivesItsMemoryBackOnce()
    {
        var batch = new HashBatch(MaxLength);
        batch.Add(0, 0, new ReadOnlySequence<byte>(new byte[100_000]));
        batch.Dispose();
        batch.Dispose();
        var rented = Enumerable.Range(0, 3).Select(_ => ArrayPool<byte>.Shared.Rent(1 << 21)).ToArray();
        Assert.Equal(3, rented.Distinct().Count());
        Assert.Throws<ObjectDisposedException>(() => batch.Add(0, 0, ReadOnlySequence<byte>.Empty));
    }
}
