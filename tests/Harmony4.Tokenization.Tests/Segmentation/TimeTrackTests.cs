using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Segmentation;

public sealed class TimeTrackTests
{
    public static TheoryData<string, string, MediaKind, ulong?, bool> Media => new()
    {
        { "media/clip.mp4", MediaFormats.FragmentedMp4, MediaKind.Video, 1, true },
        { "media/clip-tables.mp4", MediaFormats.Mp4, MediaKind.Video, 1, true },
        { "media/clip.webm", MediaFormats.Webm, MediaKind.Video, 1, true },
        { "media/clip.ogv", MediaFormats.Ogg, MediaKind.Video, 2_246_005_582, true },
        { "media/clip.ts", MediaFormats.Ts, MediaKind.Video, 256, true },
        { "media/clip.opus", MediaFormats.Ogg, MediaKind.Audio, 251_236_960, false },
        { "media/clip.ivf", MediaFormats.Ivf, MediaKind.Video, null, false },
        { "media/clip.aac", MediaFormats.Adts, MediaKind.Audio, null, false },
        { "media/clip.flac", MediaFormats.Flac, MediaKind.Audio, null, false },
        { "media/clip.flv", MediaFormats.Flv, MediaKind.Video, 9, true },
        { "media/clip.mp3", MediaFormats.Mp3, MediaKind.Audio, null, false },
        { "media/speech.wav", MediaFormats.Wav, MediaKind.Audio, null, false },
        { "media/speech.wav", MediaFormats.Pcm, MediaKind.Audio, null, false },
        { "media/speech.wav", MediaFormats.Fixed, MediaKind.Data, null, false },
    };

    public static TheoryData<string, string, ulong> SecondTracks => new()
    {
        { "media/clip.mp4", MediaFormats.FragmentedMp4, 2 },
        { "media/clip-tables.mp4", MediaFormats.Mp4, 2 },
        { "media/clip.webm", MediaFormats.Webm, 2 },
        { "media/clip.flv", MediaFormats.Flv, 8 },
        { "media/clip.ogv", MediaFormats.Ogg, 564_577_701 },
        { "media/clip.ts", MediaFormats.Ts, 257 },
    };

    [Theory, MemberData(nameof(Media))]
    public void TimeTrack_RealFile_IsNamed(string file, string format, MediaKind kind, ulong? id, bool isOneOfSeveral)
    {
        var expected = new TimeTrack { Kind = kind, Id = id, IsOneOfSeveral = isOneOfSeveral };
        Assert.Equal(expected, SegmentationRun.Of(Vectors.Read(file), format).TimeTrack);
        Assert.Equal(expected, SegmentationRun.Of(Vectors.Read(file), format, step: 1000, segment: 77).TimeTrack);
    }

    [Theory, MemberData(nameof(SecondTracks))]
    public void TimeTrack_Asked_GivesItsTimes(string file, string format, ulong id)
    {
        var media = Vectors.Read(file);
        var first = SegmentationRun.Of(media, format);
        var second = SegmentationRun.Of(media, format, new SegmenterOptions { TimeTrack = id });
        Assert.Equal(new TimeTrack { Kind = MediaKind.Audio, Id = id, IsOneOfSeveral = true }, second.TimeTrack);
        Assert.NotEqual(first.Blocks, second.Blocks);
        Assert.Contains(second.Blocks, b => b.IsKey && b.Pts > 0);
        Assert.Equal(first.ToString(), SegmentationRun.Of(media, format, new SegmenterOptions { TimeTrack = first.TimeTrack.Id }).ToString());
    }

    [Theory, MemberData(nameof(SecondTracks))]
    public void TimeTrack_AskedAndNotThere_IsNotNamed(string file, string format, ulong id)
    {
        var run = SegmentationRun.Of(Vectors.Read(file), format, new SegmenterOptions { TimeTrack = id + 1000 });
        Assert.Equal(default, run.TimeTrack);
        Assert.DoesNotContain(run.Blocks, b => b.IsKey);
    }
}
