using static Harmony4.Tokenization.Tests.Segmentation.Mp4Builder;
using static Harmony4.Tokenization.Tests.Segmentation.Mp4TableFiles;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Sample tables that are damaged, cut, too long, or made to cost much.</summary>
public sealed class Mp4TableFaultTests
{
    [Fact]
    public void TryRead_CutInTheData_EndsThereAndSaysSo()
    {
        var whole = Front(Movie, 92);
        var run = Run(whole[..^60]);
        Assert.Equal([(20, 80_000, 120_000, true), (7, 240_000, 80_000, true)], Blocks(run)[1..]);
        Assert.Equal(whole.Length - 60, run.Notice!.Offset);
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "stts", "expected sample tables with times (stts) for 4 samples, found them for 3" },
        { "stsz", "expected sample tables with lengths (stsz) for 4 samples, found them for 2" },
        { "stco", "expected sample tables with places (stsc, stco) for 4 samples, found them for 2" },
        { "co64", "expected sample tables with places below 2^62 (stco) for 4 samples, found them for 2" },
    };

    [Theory, MemberData(nameof(Faults))]
    public void TryRead_TableTooShort_GoesAsFarAsItTells(string fault, string message)
    {
        var run = Run(Front(
            at =>
            [
                TrackOf(1, "vide", 10,
                    Counted("stts", 2, fault == "stts" ? 3 : 4, 1), Counted("stsc", 3, 1, 1, 1), fault == "stsz" ? Table("stsz", 0, 4, 10, 10) : Sizes(10, 10, 10, 10),
                    fault == "co64" ? Box("co64", new byte[4], U32(4), U64((ulong)at), U64((ulong)at + 10), U64(1UL << 62), U64((ulong)at + 30))
                    : fault == "stco" ? Counted("stco", 1, at, at + 10) : Counted("stco", 1, at, at + 10, at + 20, at + 30)),
            ],
            40));
        Assert.Equal(message, run.Notice!.Message);
        var found = message[^1] - '0';
        Assert.Equal(found, run.Blocks.Count(b => b.IsKey));
        Assert.Equal(40 - (10 * (found - 1)), run.Blocks[^1].Length);
    }

    [Theory]
    [InlineData("moov without tracks")]
    [InlineData("no tables")]
    [InlineData("no samples")]
    [InlineData("no timescale")]
    public void TryRead_NothingToGoBy_IsOpaqueAndSaysSo(string what)
    {
        byte[][] tracks = what switch
        {
            "moov without tracks" => [Box("mvhd", new byte[100])],
            "no tables" => [Box("trak", Box("tkhd", new byte[84]))],
            "no samples" => [TrackOf(1, "vide", 10, Counted("stts", 2), Counted("stsc", 3), Sizes(), Counted("stco", 1))],
            _ => [TrackOf(1, "vide", 0, Counted("stts", 2, 1, 1), Counted("stsc", 3, 1, 1, 1), Sizes(10), Counted("stco", 1, 0))],
        };
        var run = Run(Front(_ => tracks, 20));
        Assert.StartsWith("expected", run.Notice!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Blocks, b => b.IsKey || b.Pts > 0);
    }

    [Theory]
    [InlineData("soun", 1, 0xFFFF_FFFF)]
    [InlineData("vide", 1, 0xFFFF_FFFF)]
    [InlineData("soun", 0, 0xFFFF_FFFF)]
    [InlineData("vide", 0xFFFF_FFFF, 0xFFFF_FFFF)]
    [InlineData("soun", 1, 0)]
    public void TryRead_BillionsOfSamplesInAFewBytes_CostNothing(string handler, long size, long duration)
    {
        foreach (var at in new long[] { 0, 1, 200, 2000 })
        {
            byte[] input =
            [
                .. Head, .. Box("moov", TrackOf(1, handler, 1, Counted("stts", 2, 0xFFFF_FFFF, duration), Counted("stsc", 3, 1, 0xFFFF_FFFF, 1), Table("stsz", size, 0xFFFF_FFFF), Counted("stco", 1, at, 0))),
                .. Data(1000),
            ];
            Assert.InRange(Run(input).Blocks.Count, 1, 1100);
        }
    }

    [Fact]
    public void TryRead_CountsAboveTheTable_AreNotBelieved()
    {
        var run = Run(Front(at => [TrackOf(1, "vide", 10, Table("stts", 0xFFFF_FFFF, 3, 1), Table("stsc", 0xFFFF_FFFF, 1, 3, 1), Table("stsz", 0, 0xFFFF_FFFF, 10, 10, 10), Table("stco", 0xFFFF_FFFF, at))], 30));
        Assert.Equal(3, run.Blocks.Count(b => b.IsKey));
        Assert.NotNull(run.Notice);
    }

    [Fact]
    public void TryRead_TablesAboveTheLimit_AreOpaqueAndSaySo()
    {
        var sizes = new byte[(64 * 1024 * 1024) + 1];
        byte[] input = [.. Head, .. Box("moov", TrackOf(1, "vide", 10, Box("stsz", sizes)))];
        var run = SegmentationRun.Of(input, MediaFormats.Mp4, step: 1024 * 1024);
        Assert.Contains("at most 67108864 bytes", run.Notice!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_MoreInFrontOfEachOtherThanIsFollowed_IsOpaqueAndSaysSo()
    {
        // Each pair the other way round, each pair behind the one before it.
        const int Count = 140_000;
        var places = Enumerable.Range(0, Count).Select(i => (long)(i ^ 1) + 100_000_000).ToArray();
        var run = SegmentationRun.Of(
            Front(_ => [TrackOf(1, "vide", 10, Counted("stts", 2, Count, 1), Counted("stsc", 3, 1, 1, 1), Table("stsz", 1, Count), Counted("stco", 1, places))], 10),
            MediaFormats.Mp4);
        Assert.Contains("65536", run.Notice!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Blocks, b => b.IsKey);
    }
}
