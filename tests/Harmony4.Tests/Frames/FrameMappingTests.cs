using System.Text;
using Harmony4.TestKit;
using Harmony4.Tokenization;

namespace Harmony4.Tests.Frames;

public sealed class FrameMappingTests
{
    private static readonly MediaFrame[] Frames = [.. new[] { 0, 30, 10, 20, 40 }.Select((t, i) => new MediaFrame { Track = 1, Kind = MediaKind.Video, TimeBase = new TimeBase(1, 100), Ticks = t, DurationTicks = 10, IsKey = i == 0, Size = 1 })];

    [Fact]
    public void Order_FramesAsTheyAreDecoded_ComeAsTheyAreShown() => Assert.Equal("0+10k 10+10 20+10 30+10 40+10", Order(Frames));

    [Fact]
    public void Order_EditList_ShowsThePartsAndNothingElse()
    {
        Assert.Equal("0+10 10+10 20+10", Order(Frames, new MediaEdit(20, null)));
        Assert.Equal("0+10 10+10", Order(Frames, new MediaEdit(10, 20)));
        Assert.Equal("5+10k 15+10", Order(Frames, new MediaEdit(null, 5), new MediaEdit(0, 20)));
        Assert.Equal("0+10 10+10 20+10k 30+10", Order(Frames, new MediaEdit(30, 20), new MediaEdit(0, 20)));


        // A frame that begins before the part is not shown, one that ends behind it is.
        Assert.Equal("", Order(Frames, new MediaEdit(15, 1)));
        Assert.Equal("0+10", Order(Frames, new MediaEdit(15, 6)));
        Assert.Equal("", Order(Frames, new MediaEdit(null, null)));
        Assert.Equal("", Order(Frames, new MediaEdit(null, long.MaxValue), new MediaEdit(null, long.MaxValue), new MediaEdit(0, null)));
        Assert.Equal("", Order(Frames, new MediaEdit(long.MaxValue, long.MaxValue)));
    }

    [Fact]
    public void Order_UnknownDurations_LastUntilTheNext()
    {
        Assert.Equal("0+10k 10+10 20+10 30+10 40+10", Order([.. Frames.Select(f => f with { DurationTicks = null })]));
        Assert.Equal("0+0k", Order([Frames[0] with { DurationTicks = null }]));
        Assert.Equal("", Order([Frames[0] with { Ticks = null }]));
        Assert.Equal("", Order([Frames[0] with { Kind = MediaKind.Audio }]));
    }

    [Fact]
    public async Task Write_RealFile_NamesEveryFrameOfTheVideo()
    {
        using var output = new MemoryStream();
        var input = await FrameInput.OpenAsync(new MemoryStream(Vectors.Read("media/clip-tables.mp4")));
        Assert.Equal(300, await new MediaTransport().WriteFrameMappingAsync(input, output));
        var text = Encoding.UTF8.GetString(output.ToArray());
        Assert.StartsWith("""{"frames":[{"pts":""", text, StringComparison.Ordinal);
        Assert.EndsWith("]}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_NoSuchTrack_IsRefused()
    {
        async Task<string> FailAsync(string file, ulong? track)
        {
            var input = await FrameInput.OpenAsync(new MemoryStream(Vectors.Read("media/" + file)));
            return (await Assert.ThrowsAsync<MediaFormatException>(() => new MediaTransport().WriteFrameMappingAsync(input, Stream.Null, track).AsTask())).Detail;
        }

        Assert.Contains("moving pictures", await FailAsync("clip.mp3", null), StringComparison.Ordinal);
        Assert.Contains("track 77", await FailAsync("clip.webm", 77), StringComparison.Ordinal);
    }

    [Fact]
    public void Order_EditThatBeginsBetweenFrames_ShowsTheFirstAtOnce()
    {
        // As libavformat does: cut by copying, a film does not begin with nothing.
        Assert.Equal("0+10 10+10 20+10", Order(Frames, new MediaEdit(15, 100)));
        Assert.Equal("7+10 17+10 27+10", Order(Frames, new MediaEdit(null, 7), new MediaEdit(15, 100)));
        Assert.Equal("0+10 10+10 17+10 27+10 37+10", Order(Frames, new MediaEdit(15, 20), new MediaEdit(18, 100)));

        // An empty edit behind another begins a tick before the track.
        Assert.Equal("0+10k 11+10k 21+10", Order(Frames, new MediaEdit(0, 10), new MediaEdit(null, 12)));
    }

    [Fact]
    public void Order_Fragments_AreMovedAndNoneIsLeftOut()
    {
        Assert.Equal("-15+10k -5+10 5+10 15+10 25+10", Order(0, Frames, new MediaEdit(15, 6)));
        Assert.Equal("-8+10k 2+10 12+10 22+10 32+10", Order(0, Frames, new MediaEdit(null, 7), new MediaEdit(15, null)));
        Assert.Equal("-15+10k -5+10 5+10 15+10 25+10", Order(0, Frames, new MediaEdit(null, null), new MediaEdit(15, null)));
        Assert.Equal("3+10k 13+10 23+10 33+10 43+10", Order(3, Frames));
    }

    [Fact]
    public void Order_EditsThatShowAFrameOverAndOver_AreRefused()
    {
        var exception = Assert.Throws<MediaFormatException>(() => Order(Frames, [.. Enumerable.Repeat(new MediaEdit(0, 50), 17)]));
        Assert.Contains("16 times", exception.Detail, StringComparison.Ordinal);
        Assert.Equal(80, Order(Frames, [.. Enumerable.Repeat(new MediaEdit(0, 50), 16)]).Split(' ').Length);
    }

    [Fact]
    public async Task Write_Ivf_IsItsOneTrack()
    {
        var input = await FrameInput.OpenAsync(new MemoryStream(Vectors.Read("media/clip.ivf")));
        Assert.Equal(100, await new MediaTransport().WriteFrameMappingAsync(input, Stream.Null));
    }

    private static string Order(MediaFrame[] frames, params MediaEdit[] edits) => Order(null, frames, edits);

    private static string Order(long? fragmentShift, MediaFrame[] frames, params MediaEdit[] edits)
    {
        var mapping = new FrameMapping("mp4", null);
        foreach (var frame in frames)
        {
            mapping.Add(frame);
        }

        return string.Join(' ', mapping.Order(1, edits, fragmentShift).Select(f => $"{f.Ticks}+{f.Duration}{(f.IsKey ? "k" : "")}"));
    }
}
