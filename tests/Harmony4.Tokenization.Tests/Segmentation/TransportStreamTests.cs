using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Transport streams as captures and muxers leave them.</summary>
public sealed class TransportStreamTests
{
    private const int PacketLength = 188;
    private const int VideoPid = 0x100;

    private static readonly byte[] Media = Vectors.Read("media/clip.ts");

    [Fact]
    public void TryRead_RandomAccessSaidByAPacketOfItsOwn_CountsForTheNextPes()
    {
        var clean = SegmentationRun.Of(Media, MediaFormats.Ts);
        var input = Packets().SelectMany(p => IsRandomAccess(p) ? [.. AdaptationOnly(p), .. WithoutRandomAccess(p)] : p).ToArray();
        var run = SegmentationRun.Of(input, MediaFormats.Ts);
        Assert.Equal(clean.Blocks.Select(b => (b.Pts, b.Duration, b.IsKey)), run.Blocks.Select(b => (b.Pts, b.Duration, b.IsKey)));
        Assert.Equal(3, run.Blocks.Count(b => b.IsKey));
        Assert.Null(run.Notice);
    }

    [Fact]
    public void TryRead_NoRandomAccess_GivesBlocksByTimeWithoutKeys()
    {
        var clean = SegmentationRun.Of(Media, MediaFormats.Ts);
        var input = Packets().SelectMany(p => IsRandomAccess(p) ? WithoutRandomAccess(p) : p).ToArray();
        var run = SegmentationRun.Of(input, MediaFormats.Ts);
        Assert.DoesNotContain(run.Blocks, b => b.IsKey);
        Assert.True(run.Blocks.Count > 2);
        Assert.Equal(clean.Blocks[1].Pts, run.Blocks[1].Pts);
        for (var i = 2; i < run.Blocks.Count; i++)
        {
            Assert.InRange(run.Blocks[i].Pts - run.Blocks[i - 1].Pts, 1_000_000UL, 1_200_000UL);
        }

        Assert.Equal(clean.Blocks.Sum(b => (long)b.Duration), run.Blocks.Sum(b => (long)b.Duration));

        var keyed = SegmentationRun.Of(input, MediaFormats.Ts, new SegmenterOptions { Gop = 2 });
        Assert.Equal(run.Blocks.Select(b => (b.Length, b.Pts)), keyed.Blocks.Select(b => (b.Length, b.Pts)));
        Assert.Equal(run.Blocks.Select((_, i) => i % 2 == 1), keyed.Blocks.Select(b => b.IsKey));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void TryRead_CaptureThatBeginsBehindTheTables_KeepsTheMediaBeforeTheNext(int packets)
    {
        var clean = SegmentationRun.Of(Media, MediaFormats.Ts);
        var input = Packets().Skip(packets).SelectMany(p => p).ToArray();
        var run = SegmentationRun.Of(input, MediaFormats.Ts);
        var expected = clean.Blocks.Where(b => b.IsKey).Select(b => (b.Pts, b.Duration)).ToList();

        // With the packet in which the first frame begins, its key is gone.
        Assert.Equal(packets == 3 ? expected : expected.Skip(1), run.Blocks.Where(b => b.IsKey).Select(b => (b.Pts, b.Duration)));
        Assert.Equal(clean.TimeTrack, run.TimeTrack with { IsOneOfSeveral = clean.TimeTrack.IsOneOfSeveral });
        Assert.Null(run.Notice);
    }

    [Fact]
    public void TryRead_CaptureWithoutTables_TakesTheTrackThatIsAskedFor()
    {
        var input = Packets().Where(p => PidOf(p) is not (0 or 0x1000 or 0x11)).SelectMany(p => p).ToArray();
        var run = SegmentationRun.Of(input, MediaFormats.Ts);
        Assert.Equal((MediaKind.Video, (ulong?)VideoPid), (run.TimeTrack.Kind, run.TimeTrack.Id));
        Assert.Equal(3, run.Blocks.Count(b => b.IsKey));
        var other = SegmentationRun.Of(input, MediaFormats.Ts, new SegmenterOptions { TimeTrack = 0x101 });
        Assert.NotEqual((ulong?)VideoPid, other.TimeTrack.Id);
    }

    private static IEnumerable<byte[]> Packets() => Media.Chunk(PacketLength);

    private static int PidOf(byte[] packet) => ((packet[1] & 0x1F) << 8) | packet[2];

    private static bool IsRandomAccess(byte[] packet) =>
        PidOf(packet) == VideoPid && (packet[3] & 0x20) != 0 && packet[4] > 0 && (packet[5] & 0x40) != 0;

    private static byte[] WithoutRandomAccess(byte[] packet)
    {
        var copy = packet.ToArray();
        copy[5] &= 0xBF;
        return copy;
    }

    /// <summary>A packet of the same stream with nothing but an adaptation field that says random access.</summary>
    private static byte[] AdaptationOnly(byte[] packet)
    {
        var copy = Enumerable.Repeat((byte)0xFF, PacketLength).ToArray();
        packet.AsSpan(0, 4).CopyTo(copy);
        copy[1] &= 0xBF;
        copy[3] = (byte)((copy[3] & 0x0F) | 0x20);
        copy[4] = PacketLength - 5;
        copy[5] = 0x40;
        return copy;
    }
}
