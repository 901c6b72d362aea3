using static Harmony4.Tokenization.Tests.Segmentation.Mp4Builder;
using static Harmony4.Tokenization.Tests.Segmentation.Mp4TableFiles;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>MP4 whose tables stand behind the media: what <see cref="BlockSegmenter.PrepareAsync"/> finds.</summary>
public sealed class Mp4PreparationTests
{
    [Fact]
    public async Task Prepare_TablesBehind_GivesTheSameBlocks()
    {
        var input = Behind(Movie, 92);
        var run = await RunPreparedAsync(input);
        Assert.Null(run.Notice);
        Assert.Equal(new TimeTrack { Kind = MediaKind.Video, Id = 1, IsOneOfSeveral = true }, run.TimeTrack);
        var trailer = input.Length - Head.Length - 8 - 92;
        Assert.Equal(
            [(Head.Length + 13, 80_000, 0, false), (20, 80_000, 120_000, true), (28, 240_000, 80_000, true), (39, 320_000, 120_000, true), (trailer, 320_000, 0, false)],
            Blocks(run));
    }

    [Fact]
    public async Task Prepare_TablesInFrontOrFragments_ChangesNothing()
    {
        foreach (var input in new[] { Front(Movie, 92), [.. Init((1, "vide", 1000)), .. Fragment(1, 5), .. Data()] })
        {
            Assert.Equal(Run(input).ToString(), (await RunPreparedAsync(input)).ToString());
        }
    }

    [Fact]
    public void TryRead_TablesBehindAndNotPrepared_IsOpaqueAndSaysSo()
    {
        var run = Run(Behind(Movie, 92));
        Assert.Equal((Head.Length, true), ((int)run.Notice!.Offset, run.Notice.Message.Contains("(moov) before the media data", StringComparison.Ordinal)));
        Assert.DoesNotContain(run.Blocks, b => b.IsKey || b.Pts > 0);
    }

    [Theory]
    [InlineData(0, "expected a movie header (moov) behind the media data, found none")]
    [InlineData(40, "expected a whole movie header (moov), found a part of it")]
    public async Task Prepare_CutBehindTheData_IsNotFound(int kept, string message)
    {
        var input = Behind(Movie, 92)[..(Head.Length + 100 + kept)];
        var run = await RunPreparedAsync(input, isFound: false);
        Assert.Equal((Head.Length + 100, message), ((int)run.Notice!.Offset, run.Notice.Message));
        Assert.DoesNotContain(run.Blocks, b => b.IsKey);
    }

    [Fact]
    public async Task Prepare_MovieHeaderToTheEndOfTheInput_IsRead()
    {
        byte[] Movie(long at) => Box("moov", TrackOf(1, "vide", 10, Counted("stts", 2, 2, 1), Counted("stsc", 3, 1, 2, 1), Table("stsz", 10, 2), Counted("stco", 1, at)));
        var movie = Movie(Head.Length + 8);
        U32(0).CopyTo(movie, 0);
        var run = await RunPreparedAsync([.. Head, .. Data(20), .. movie]);
        Assert.Null(run.Notice);
        Assert.Equal([(10, 0, 100_000, true), (10, 100_000, 100_000, true), (movie.Length, 100_000, 0, false)], Blocks(run)[1..]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Prepare_DamageBehindTheTables_IsToldAsInFront(bool isShort)
    {
        // A table that ends too early, or a box that reaches out of the movie header.
        byte[] Movie(long at) => Box(
            "moov",
            TrackOf(1, "vide", 10, Counted("stts", 2, isShort ? 1 : 2, 1), Counted("stsc", 3, 1, 2, 1), Table("stsz", 10, 2), Counted("stco", 1, at)),
            isShort ? [] : [.. U32(99), .. "udta"u8]);
        var movie = Movie(0);
        var inFront = Run([.. Head, .. Movie(Head.Length + movie.Length + 8), .. Data(20)]).Notice!;
        var behind = (await RunPreparedAsync([.. Head, .. Data(20), .. Movie(Head.Length + 8)])).Notice!;
        Assert.Equal(inFront.Message, behind.Message);
        Assert.Equal(inFront.Offset + 28, behind.Offset);
    }

    [Fact]
    public async Task Prepare_MovieHeaderBetweenDataAndFragments_GoesOnWithThem()
    {
        byte[] movie = Box(
            "moov",
            TrackOf(1, "vide", 1000, Counted("stts", 2, 2, 100), Counted("stsc", 3, 1, 2, 1), Sizes(10, 10), Counted("stco", 1, Head.Length + 8)),
            Box("mvex", Box("trex", U32(0), U32(1), U32(1), U32(10), U32(0), U32(NonSync))));
        byte[] input = [.. Head, .. Data(20), .. movie, .. Fragment(1, null), .. Data(), .. Fragment(1, 300), .. Data()];
        var run = await RunPreparedAsync(input);
        Assert.Null(run.Notice);
        Assert.Equal(
            [
                (10, 0, 100_000, true), (10, 100_000, 100_000, true),
                (movie.Length + Fragment(1, null).Length + 28, 200_000, 30_000, true), (Fragment(1, 300).Length + 28, 300_000, 30_000, true),
            ],
            Blocks(run)[1..]);
    }

    [Fact]
    public async Task Prepare_SmallBoxesInARow_AreNotReadOneByOne()
    {
        byte[] input = [.. Head, .. Data(8), .. Enumerable.Repeat(Box("free"), 10_000).SelectMany(b => b), .. Box("moov", TrackOf(1, "vide", 10, Counted("stts", 2, 1, 1), Counted("stsc", 3, 1, 1, 1), Sizes(8), Counted("stco", 1, Head.Length + 8)))];
        using var stream = new CountingStream(input);
        Assert.True(await MediaFormats.BuiltIn.Create(MediaFormats.Mp4).PrepareAsync(stream));
        Assert.InRange(stream.Reads, 1, 50);
    }

    private sealed class CountingStream(byte[] bytes) : MemoryStream(bytes, writable: false)
    {
        public int Reads { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Reads++;
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
