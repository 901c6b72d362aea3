using System.Globalization;
using Harmony4.Format;

namespace Harmony4.Media.Tests;

/// <summary>Playlists of a host against ffmpeg and ffprobe as players: nothing is said against them, no packet is lost, and each segment decodes alone.</summary>
public sealed class PlaylistTests
{
    private const string Video = "-f lavfi -i testsrc2=size=176x144:rate=25:duration=9 ";
    private const string Audio = "-f lavfi -i sine=frequency=440:sample_rate=44100:duration=9 ";
    private const string H264 = "-c:v libx264 -preset ultrafast -bf 2 -g 30 -sc_threshold 0 ";
    private const string Fragmented = "-movflags +frag_keyframe+empty_moov+default_base_moof ";

    private const string TablesOnce = "ts whose tables come once";
    private const int PacketLength = 188;
    private const int Associations = 0;
    private const int Descriptions = 17;
    private const int Map = 4096;

    // The longest frame: pictures 25 times a second, sound of 1152 samples at 24 kHz.
    private const double Frame = 0.048;

    private static readonly Dictionary<string, (string Extension, string Arguments)> Cases = new()
    {
        ["fmp4 with B-frames and sound"] = ("mp4", Video + Audio + H264 + "-c:a aac " + Fragmented),
        ["fmp4 with keyframes far apart"] = ("mp4", Video + "-c:v libx264 -preset ultrafast -bf 2 -g 100 -sc_threshold 0 " + Fragmented),
        ["fmp4 of several fragments a keyframe"] = ("mp4", Video + Audio + H264 + "-c:a aac -frag_duration 300000 " + Fragmented),
        ["fmp4 of sound"] = ("mp4", Audio + "-c:a aac -frag_duration 500000 -movflags +empty_moov+default_base_moof "),
        ["ts with B-frames and sound"] = ("ts", Video + Audio + H264 + "-c:a aac "),
        [TablesOnce] = ("ts", Video + Audio + H264 + "-c:a aac "),
        ["ts of sound"] = ("ts", Audio + "-c:a aac "),
        ["adts"] = ("aac", Audio + "-c:a aac "),
        ["adts with a tag"] = ("aac", Audio + "-c:a aac -write_id3v2 1 -metadata title=Tone "),
        ["mp3"] = ("mp3", Audio + "-c:a libmp3lame -b:a 128k "),
        ["mp3 of a variable rate"] = ("mp3", Audio + "-ar 24000 -c:a libmp3lame -q:a 5 -write_id3v1 1 -metadata title=Tone "),
    };

    public static TheoryData<string> Names => new(Cases.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Playlist_Played_IsTheWholeMedia(string name)
    {
        var (media, extension) = Make(name);
        await using var host = await PlaylistHost.StartAsync(new ExportInput { Media = new MemoryStream(media) });
        Assert.Equal("", FFmpeg.Play(host.Playlist.ToString()));
        Assert.Equal(Packets(FFmpeg.Probe(media, extension, CountPackets)), Packets(FFmpeg.Probe(host.Playlist.ToString(), CountPackets)));

        // Not what the file says of all its streams, nor what ffprobe estimates by a rate of bits: those of the packets that times are of.
        var expected = Lasting(FFmpeg.Probe(media, extension, $"-select_streams {Stream(name)} {PacketTimes}"));
        Assert.InRange((double)(await host.ReadSegmentsAsync(host.Playlist)).Sum(s => s.Duration), expected - Frame, expected + Frame);
        Assert.InRange(double.Parse(FFmpeg.Probe(host.Playlist.ToString(), "-show_entries format=duration -of csv=p=0"), CultureInfo.InvariantCulture), expected - Frame, expected + Frame);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Playlist_FromAnySegmentOn_Plays(string name)
    {
        var (media, _) = Make(name);
        await using var host = await PlaylistHost.StartAsync(new ExportInput { Media = new MemoryStream(media) });
        var segments = await host.ReadSegmentsAsync(host.Playlist);
        Assert.True(segments.Count >= 2);
        for (var first = 1; first < segments.Count; first++)
        {
            // As a player that begins there.
            var path = FFmpeg.NewPath("m3u8");
            await File.WriteAllTextAsync(path, await host.CutAsync(first));
            Assert.Equal("", FFmpeg.Play(path, "-protocol_whitelist file,http,tcp"));

            // A player that is sought to there. Of fragmented MP4, ffmpeg 5.1 plays nothing behind a seek in any playlist, its own included.
            if (!name.StartsWith("fmp4", StringComparison.Ordinal))
            {
                Assert.Equal("", FFmpeg.Play(host.Playlist.ToString(), string.Create(CultureInfo.InvariantCulture, $"-ss {segments[first].Start + 0.01m}")));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Segments_Alone_DecodeAndHaveAllPackets(string name)
    {
        var (media, extension) = Make(name);
        await using var host = await PlaylistHost.StartAsync(new ExportInput { Media = new MemoryStream(media) });
        var packets = 0;
        foreach (var segment in await host.ReadSegmentsAsync(host.Playlist))
        {
            var bytes = await host.FetchAsync(segment);
            Assert.Equal("", FFmpeg.Decode(bytes, extension));
            if (extension == "ts")
            {
                // ffmpeg guesses where there are none, and other players do not.
                Assert.Equal([Descriptions, Associations, Map], bytes.Chunk(PacketLength).Take(3).Select(PidOf));
            }

            var probed = FFmpeg.Probe(bytes, extension, $"-select_streams {Stream(name)} {PacketTimes}");
            Assert.InRange((double)segment.Duration, Lasting(probed) - Frame, Lasting(probed) + Frame);
            packets += Lines(probed).Length;
        }

        Assert.Equal(Lines(FFmpeg.Probe(media, extension, $"-select_streams {Stream(name)} {PacketTimes}")).Length, packets);
    }

    [Fact]
    public async Task Playlist_OfVersion10_IsTheWholeMedia()
    {
        var (media, extension) = Make("fmp4 with B-frames and sound");
        await using var host = await PlaylistHost.StartAsync(H4mkVersion.V10, new ExportInput { Media = new MemoryStream(media) });
        Assert.Equal("", FFmpeg.Play(host.Playlist.ToString()));
        Assert.Equal(Packets(FFmpeg.Probe(media, extension, CountPackets)), Packets(FFmpeg.Probe(host.Playlist.ToString(), CountPackets)));

        // All but the last segment last as the media does, and that one as long as the keyframes before it.
        var segments = await host.ReadSegmentsAsync(host.Playlist);
        foreach (var segment in segments[..^1])
        {
            var probed = FFmpeg.Probe(await host.FetchAsync(segment), extension, $"-select_streams v:0 {PacketTimes}");
            Assert.InRange((double)segment.Duration, Lasting(probed) - Frame, Lasting(probed) + Frame);
        }
    }

    [Fact]
    public async Task MultivariantPlaylist_OfPicturesAndTwoLanguages_PlaysEach()
    {
        var pictures = FFmpeg.Make(Video + H264 + Fragmented, "mp4");
        var english = FFmpeg.Make(Audio + "-c:a aac -frag_duration 500000 -movflags +empty_moov+default_base_moof ", "mp4");
        var german = FFmpeg.Make(Audio.Replace("440", "880", StringComparison.Ordinal) + "-c:a aac ", "aac");
        await using var host = await PlaylistHost.StartAsync(
            new ExportInput { Media = new MemoryStream(pictures) },
            new ExportInput { Media = new MemoryStream(english), Language = "en" },
            new ExportInput { Media = new MemoryStream(german), Language = "de", Label = "Deutsch" });
        Assert.Equal("", FFmpeg.Play(host.Playlist.ToString()));

        // What ffprobe lists of the variant comes first, and has no names.
        var streams = FFmpeg.Probe(host.Playlist.ToString(), "-show_entries stream=codec_name,codec_type:stream_tags=comment,language -of csv=p=0");
        Assert.Equal(["h264,video", "aac,audio,en,en", "aac,audio,de,Deutsch"], Lines(streams).Where(l => l != "aac,audio").Distinct());
        for (var track = 0; track < 3; track++)
        {
            Assert.Equal("", FFmpeg.Play($"{host.Playlist}&track={track}"));
        }
    }

    private const string CountPackets = "-count_packets -show_entries stream=codec_type,nb_read_packets -of csv=p=0";
    private const string PacketTimes = "-show_entries packet=pts_time,duration_time -of csv=p=0";

    private static (byte[] Media, string Extension) Make(string name)
    {
        var media = FFmpeg.Make(Cases[name].Arguments, Cases[name].Extension);
        return (name == TablesOnce ? WithTablesOnce(media) : media, Cases[name].Extension);
    }

    private static int PidOf(byte[] packet) => ((packet[1] & 0x1F) << 8) | packet[2];

    /// <summary>Takes the tables out of a transport stream, but for the first ones: ffmpeg writes them again in front of each keyframe.</summary>
    private static byte[] WithTablesOnce(byte[] stream)
    {
        var seen = new HashSet<int>();
        return [.. stream.Chunk(PacketLength).Where(p => PidOf(p) is not (Associations or Descriptions or Map) || seen.Add(PidOf(p))).SelectMany(p => p)];
    }

    /// <summary>The stream that the container's times are of.</summary>
    private static string Stream(string name) => Cases[name].Arguments.Contains("testsrc2", StringComparison.Ordinal) ? "v:0" : "a:0";

    // One line a stream; of a transport stream, those of its programs come first.
    private static string[] Packets(string output) => [.. Lines(output).Distinct().Order(StringComparer.Ordinal)];

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>From the first presentation of packets to the end of the last.</summary>
    private static double Lasting(string output)
    {
        var packets = Lines(output).Select(l => l.Split(',')).Select(p => (Pts: Parse(p[0]), Duration: Parse(p[1]))).ToList();
        return packets.Max(p => p.Pts + p.Duration) - packets.Min(p => p.Pts);
    }

    private static double Parse(string seconds) => double.TryParse(seconds, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
