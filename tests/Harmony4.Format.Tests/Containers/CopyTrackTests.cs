using System.IO.Pipelines;
using FsCheck.Xunit;
using Harmony4.Format.Tests.Properties;
using Harmony4.Format.Tests.Sources;

namespace Harmony4.Format.Tests.Containers;

public sealed class CopyTrackTests
{
    private const int Long = (1024 * 1024) + 70_000;

    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 40, Replay = "(20261126,21)")]
    public async Task CopyTrack_AnyRange_GivesTheTrackStreamsBytes(Recorded recorded, int seed, bool check)
    {
        var bytes = await recorded.WriteAsync();
        await using var container = await H4mkContainer.OpenAsync(new DelegateSource((offset, destination) => DelegateSource.Copy(bytes, offset, destination, 5000)));
        var random = new Random(seed);
        foreach (var track in container.Tracks)
        {
            var expected = recorded.Of(track.Id).SelectMany(b => b.Payload).ToArray();
            for (var i = 0; i < 4; i++)
            {
                var start = random.Next(expected.Length + 1);
                var length = random.Next(expected.Length - start + 1);
                Assert.Equal(expected[start..(start + length)], await CopyAsync(container, track.Id, start, length, check));
            }

            Assert.Equal(expected, await CopyAsync(container, track.Id, 0, expected.Length, check));
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task CopyTrack_LongBlocks_GivesTheTrackStreamsBytes(bool isVersion10, bool check)
    {
        var (bytes, payload) = await LongAsync(isVersion10);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        foreach (var (start, length) in ((int, int)[])[(0, payload.Length), (3, 5), (99, Long), (101, 64 * 1024), (100 + Long - 1, 1), (100 + Long, 50), (100_000, 300_000)])
        {
            Assert.Equal(payload[start..(start + length)], await CopyAsync(container, 0, start, length, check));
        }
    }

    [Fact]
    public async Task CopyTrack_EmptyBlocks_AreNotRead()
    {
        var recorded = new Recorded(1, 4, [.. ((int[])[10, 0, 0, 20, 0, 5]).Select((length, i) => new TrackBlock(0, new BlockInfo { Pts = (ulong)i }, new byte[length]))]);
        await using var container = await H4mkContainer.OpenAsync(H4mkSource.FromStream(new MemoryStream(await recorded.WriteAsync())));
        await container.GetBlockAsync(0, 0);
        var before = container.Source.ReadCount;
        Assert.Equal(35, (await CopyAsync(container, 0, 0, 35, check: true)).Length);
        Assert.Equal(3, container.Source.ReadCount - before);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task CopyTrack_BlocksOverTheLimit_AreCheckedWhereTheyAreWhole(int limit)
    {
        var bytes = await new Recorded(1, 4, [new TrackBlock(0, default, new byte[] { 1, 2 }), new TrackBlock(0, default, new byte[] { 3, 4 })]).WriteAsync();
        await Damage(bytes, 1, 1);
        await using var container = await H4mkContainer.OpenAsync(bytes, new H4mkContainerOptions { MaxBlockLength = limit });
        await Assert.ThrowsAsync<H4mkFormatException>(() => container.CopyTrackAsync(0, 1, 3, new MemoryStream()));
        if (limit < 2)
        {
            Assert.Equal([2, 3], await CopyAsync(container, 0, 1, 2, check: true));
        }
        else
        {
            await Assert.ThrowsAsync<H4mkFormatException>(() => container.CopyTrackAsync(0, 1, 2, new MemoryStream()));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CopyTrack_DamagedBlock_HandsOutNothingOfIt(bool isVersion10)
    {
        var recorded = new Recorded(1, 2, [.. Enumerable.Range(0, 5).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i }, [.. Enumerable.Repeat((byte)i, 100_000)]))]);
        var bytes = isVersion10 ? new Media([.. recorded.Blocks.Select(b => new Block(b.Info.Pts, true, b.Payload))]).Encode() : await recorded.WriteAsync();
        await Damage(bytes, 3, 99_999);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var output = new MemoryStream();
        var fault = await Assert.ThrowsAsync<H4mkFormatException>(() => container.CopyTrackAsync(0, 0, 500_000, output));
        Assert.Equal(isVersion10 ? H4mkErrorCode.Crc : H4mkErrorCode.Block, fault.Code);
        Assert.DoesNotContain((byte)3, output.ToArray());
        Assert.Equal((await container.GetBlockAsync(0, 3)).FileOffset - 12, fault.Offset);

        // A part of the block is judged as well, also one without the damage; without checking all passes.
        await Assert.ThrowsAsync<H4mkFormatException>(() => container.CopyTrackAsync(0, 350_000, 10, new MemoryStream()));
        Assert.Equal(10, (await CopyAsync(container, 0, 350_000, 10, check: false)).Length);
        Assert.Equal(500_000, (await CopyAsync(container, 0, 0, 500_000, check: false)).Length);
        Assert.Equal(150_000, (await CopyAsync(container, 0, 150_000, 150_000, check: true)).Length);
    }

    [Theory]
    [InlineData(true, 5)]
    [InlineData(false, 5)]
    [InlineData(true, Long - 5)]
    [InlineData(false, Long - 5)]
    public async Task CopyTrack_DamagedLongBlock_WithholdsItsLastPiece(bool isVersion10, int at)
    {
        var (bytes, payload) = await LongAsync(isVersion10);
        await Damage(bytes, 1, at);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var output = new MemoryStream();
        await Assert.ThrowsAsync<H4mkFormatException>(() => container.CopyTrackAsync(0, 0, payload.Length, output));
        Assert.InRange(output.Length, 1024 * 1024 - (64 * 1024), 100 + Long - 1);
        await Assert.ThrowsAsync<H4mkFormatException>(() => container.CopyTrackAsync(0, 100 + 50_000, 70_000, output));

        // Longer than may be held: a part is not judged, the whole is.
        await using var limited = await H4mkContainer.OpenAsync(bytes, new H4mkContainerOptions { MaxBlockLength = Long - 1 });
        Assert.Equal(70_000, (await CopyAsync(limited, 0, 150 + 50_000, 70_000, check: true)).Length);
        await Assert.ThrowsAsync<H4mkFormatException>(() => limited.CopyTrackAsync(0, 100, Long, new MemoryStream()));
    }

    [Fact]
    public async Task CopyTrack_OtherHeaderOrShorterFile_Throws()
    {
        var (bytes, payload) = await LongAsync(isVersion10: false);
        var cut = bytes.Length;
        await using var container = await H4mkContainer.OpenAsync(new DelegateSource((offset, destination) =>
            DelegateSource.Copy(bytes, offset, destination[..(int)Math.Clamp(cut - offset, 0, destination.Length)], int.MaxValue) with { Length = cut }));
        var block = await container.GetBlockAsync(0, 1);
        bytes[block.FileOffset - 12] ^= 1;
        Assert.Equal(H4mkErrorCode.Block, (await Assert.ThrowsAsync<H4mkFormatException>(() => container.CopyTrackAsync(0, 200, 10, new MemoryStream()))).Code);
        bytes[block.FileOffset - 12] ^= 1;
        cut = (int)block.FileOffset + 100;
        foreach (var check in (bool[])[true, false])
        {
            Assert.Equal(H4mkErrorCode.Overrun, (await Assert.ThrowsAsync<H4mkFormatException>(() => container.CopyTrackAsync(0, 0, payload.Length, new MemoryStream(), check))).Code);
        }
    }

    [Fact]
    public async Task CopyTrack_OutputsReaderCompleted_EndsEarly()
    {
        var (bytes, payload) = await LongAsync(isVersion10: false);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        await container.GetBlockAsync(0, 0);
        foreach (var check in (bool[])[true, false])
        {
            var pipe = new Pipe();
            await pipe.Reader.CompleteAsync();
            await container.CopyTrackAsync(0, 0, payload.Length, pipe.Writer, check);
            await pipe.Writer.CompleteAsync();
        }
    }

    [Fact]
    public async Task CopyTrack_WrongArguments_Throw()
    {
        await using var container = await H4mkContainer.OpenAsync(await new Recorded(1, 2, [new TrackBlock(0, default, new byte[10])]).WriteAsync());
        foreach (var (track, offset, length) in ((int, long, long)[])[(1, 0, 1), (0, -1, 1), (0, 0, -1), (0, 11, 0), (0, 5, 6), (0, 1, long.MaxValue)])
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => container.CopyTrackAsync(track, offset, length, new MemoryStream()));
        }

        Assert.Empty(await CopyAsync(container, 0, 10, 0, check: true));
    }

    private static async Task<(byte[] Bytes, byte[] Payload)> LongAsync(bool isVersion10)
    {
        var random = new Random(4);
        var recorded = new Recorded(1, 2, [.. new[] { 100, Long, 50 }.Select((length, i) =>
        {
            var payload = new byte[length];
            random.NextBytes(payload);
            return new TrackBlock(0, new BlockInfo { Pts = (ulong)i, IsKey = true }, payload);
        })]);
        var bytes = isVersion10 ? new Media([.. recorded.Blocks.Select(b => new Block(b.Info.Pts, true, b.Payload))]).Encode() : await recorded.WriteAsync();
        return (bytes, [.. recorded.Blocks.SelectMany(b => b.Payload)]);
    }

    private static async Task Damage(byte[] bytes, long ordinal, int at)
    {
        await using var intact = await H4mkContainer.OpenAsync(bytes.ToArray());
        bytes[(await intact.GetBlockAsync(0, ordinal)).FileOffset + at] ^= 0x40;
    }

    private static async Task<byte[]> CopyAsync(H4mkContainer container, int track, long offset, long length, bool check)
    {
        var output = new MemoryStream();
        await container.CopyTrackAsync(track, offset, length, output, check);
        return output.ToArray();
    }
}
