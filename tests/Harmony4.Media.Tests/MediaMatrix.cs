using Harmony4.Tokenization;

namespace Harmony4.Media.Tests;

/// <summary>Codecs by formats by ways to write them: short files, each with one thing that the others have not.</summary>
internal static class MediaMatrix
{
    private const string Video = "-f lavfi -i testsrc2=size=176x144:rate=25:duration=2 ";
    private const string Film = "-f lavfi -i testsrc2=size=176x144:rate=24000/1001:duration=2 ";
    private const string Audio = "-f lavfi -i sine=frequency=440:sample_rate=44100:duration=2 ";
    private const string Audio48 = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=2 ";
    private const string H264 = "-c:v libx264 -preset ultrafast -bf 2 -g 12 ";
    private const string Fragmented = "-movflags +frag_keyframe+empty_moov+default_base_moof ";
    private const string Fast = "-movflags +faststart ";

    private static readonly (string Name, string Arguments)[] Movies =
    [
        ("h264 and aac", Video + Audio + H264 + "-c:a aac "),
        ("h265 and ac3", Film + Audio48 + "-c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=3:keyint=24 -c:a ac3 "),
        ("mpeg4 and mp3", Video + Audio + "-c:v mpeg4 -g 12 -c:a libmp3lame "),
        ("mpeg2 and mp2", Video + Audio48 + "-c:v mpeg2video -g 12 -bf 2 -c:a mp2 "),
        ("vp9 and opus", Video + Audio48 + "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 12 -c:a libopus "),
        ("motion jpeg and alac", Film + Audio + "-c:v mjpeg -c:a alac "),
        ("jpeg 2000 and aac", Film + Audio + "-c:v jpeg2000 -c:a aac "),
    ];

    // How a movie is laid out; nothing but the first is in front.
    private static readonly (string Name, string Arguments, bool IsFragmented, bool IsReadTwice)[] Layouts =
    [
        ("in front", Fast, false, false),
        ("behind", "", false, true),
        ("in fragments", Fragmented, true, false),
        ("in fragments of 300 ms", "-frag_duration 300000 -movflags +empty_moov+default_base_moof ", true, false),
    ];

    private static readonly (string Name, string Arguments)[] MovieOptions =
    [
        ("no edit list", H264 + "-use_editlist 0 " + Fast),
        ("an edit list that cuts at 0.3 s", "-c:v libx264 -preset ultrafast -bf 2 -g 100 -ss 0.3 " + Fast),
        ("a time scale of 90,000", H264 + "-video_track_timescale 90000 " + Fast),
        ("a time scale of 1,000,000", H264 + "-video_track_timescale 1000000 " + Fast),
        ("no B-frames", "-c:v libx264 -preset ultrafast -bf 0 -g 12 " + Fast),
        ("eight B-frames", "-c:v libx264 -preset fast -bf 8 -b_strategy 0 -g 24 " + Fast),
        ("four slices a picture", "-c:v libx264 -preset ultrafast -slices 4 -bf 1 -g 12 " + Fast),
        ("no sidx, a trailer", H264 + "-movflags +frag_keyframe+empty_moov+default_base_moof+skip_sidx "),
        ("no trailer", H264 + "-movflags +frag_keyframe+empty_moov+default_base_moof+skip_trailer "),
        ("a moov that waits", H264 + "-movflags +frag_keyframe+delay_moov+default_base_moof "),
        ("fragments of 60 KB", H264 + "-frag_size 60000 -movflags +empty_moov+default_base_moof "),
    ];

    private static readonly (string Name, string Extension, string Arguments)[] Matroskas =
    [
        ("mpeg4 and mp3", "mkv", Video + Audio + "-c:v mpeg4 -g 12 -c:a libmp3lame "),
        ("mpeg1 and mp2", "mkv", Video + Audio + "-c:v mpeg1video -g 12 -c:a mp2 "),
        ("h265 and eac3", "mkv", Film + Audio48 + "-c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=3:keyint=24 -c:a eac3 "),
        ("ffv1 and pcm of 24 bits", "mkv", Video + Audio48 + "-c:v ffv1 -g 1 -c:a pcm_s24le "),
        ("theora and vorbis", "mkv", Video + Audio + "-c:v libtheora -g 12 -c:a libvorbis "),
        ("motion jpeg and flac", "mkv", Film + Audio + "-c:v mjpeg -c:a flac "),
        ("huffyuv and float", "mkv", Video + Audio + "-c:v huffyuv -c:a pcm_f32le "),
        ("ac3 only", "mka", Audio48 + "-c:a ac3 -cluster_time_limit 400 "),
        ("vorbis only", "webm", Audio + "-c:a libvorbis -cluster_time_limit 400 "),
        ("mp3 only", "mka", Audio + "-c:a libmp3lame -cluster_time_limit 400 "),
        ("two sounds and subtitles", "mkv", Video + Audio + Audio48 + "-f srt -i data:text/plain;base64,MQowMDowMDowMCw1MDAgLS0+IDAwOjAwOjAxLDUwMApoaQo= -map 0 -map 1 -map 2 -map 3 " + H264 + "-c:a aac -c:s srt "),
        ("clusters of 20 KB", "mkv", Video + Audio + H264 + "-c:a aac -cluster_size_limit 20000 "),
        ("dash", "webm", Video + "-c:v libvpx -deadline realtime -g 12 -dash 1 "),
        ("cues in front", "mkv", Video + Audio + H264 + "-c:a aac -cues_to_front 1 "),
        ("live h264", "mkv", Video + Audio + H264 + "-c:a aac -live 1 "),
        ("vp9 at a film rate", "webm", Film + "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 24 "),
        ("vp8 with hidden frames", "webm", Video + "-c:v libvpx -deadline good -cpu-used 5 -auto-alt-ref 1 -lag-in-frames 16 -g 25 "),
    ];

    private static readonly (string Name, string Arguments)[] Streams =
    [
        ("mpeg2 and ac3", Video + Audio48 + "-c:v mpeg2video -g 12 -bf 2 -c:a ac3 "),
        ("mpeg4 and mp3", Video + Audio + "-c:v mpeg4 -g 12 -c:a libmp3lame "),
        ("mpeg1 and mp2", Video + Audio + "-c:v mpeg1video -g 12 -c:a mp2 "),
        ("h264 at a constant rate of bits", Video + Audio + H264 + "-c:a aac -muxrate 2000000 "),
        ("tables at every frame", Video + Audio + H264 + "-c:a aac -mpegts_flags +pat_pmt_at_frames "),
        ("tables again and again", Video + Audio + H264 + "-c:a aac -mpegts_flags +resend_headers -pat_period 0.1 "),
        ("other PIDs", Video + Audio + H264 + "-c:a aac -mpegts_start_pid 0x456 -mpegts_pmt_start_pid 0x789 "),
        ("one frame of sound a packet", Video + Audio + H264 + "-c:a aac -pes_payload_size 0 "),
        ("a film rate without B-frames", Film + "-c:v libx264 -preset ultrafast -bf 0 -g 24 "),
        ("mp2 only", Audio48 + "-c:a mp2 "),
        ("ac3 only", Audio48 + "-c:a ac3 "),
        ("an early discontinuity", Video + Audio + H264 + "-c:a aac -mpegts_flags +initial_discontinuity "),
    ];

    private static readonly (string Name, string Extension, string Arguments)[] Oggs =
    [
        ("opus of 2.5 ms", "opus", Audio48 + "-c:a libopus -frame_duration 2.5 "),
        ("opus of 10 ms", "opus", Audio48 + "-c:a libopus -frame_duration 10 "),
        ("opus of 60 ms, stereo", "opus", Audio48 + "-ac 2 -c:a libopus -frame_duration 60 "),
        ("opus for speech", "opus", Audio48 + "-ar 16000 -c:a libopus -application voip "),
        ("opus, a packet a page", "opus", Audio48 + "-c:a libopus -page_duration 1 "),
        ("vorbis, stereo at 48 kHz", "ogg", Audio48 + "-ac 2 -c:a libvorbis -q:a 7 "),
        ("vorbis at 8 kHz", "ogg", Audio + "-ar 8000 -c:a libvorbis "),
        ("vorbis, short pages", "ogg", Audio + "-c:a libvorbis -page_duration 50000 "),
        ("flac of 24 bits", "oga", Audio48 + "-c:a flac -sample_fmt s32 "),
        ("speex at 8 kHz", "spx", Audio + "-ar 8000 -c:a libspeex "),
        ("theora, only keyframes", "ogv", Video + "-c:v libtheora -g 1 "),
        ("theora and opus", "ogv", Video + Audio48 + "-c:v libtheora -g 12 -c:a libopus "),
    ];

    private static readonly (string Name, string Arguments)[] Flashes =
    [
        ("h264 without B-frames", Video + Audio + "-c:v libx264 -preset ultrafast -bf 0 -g 12 -c:a aac "),
        ("screen video", Video + "-c:v flashsv -g 12 "),
        ("screen video 2 and pcm", Video + Audio + "-c:v flashsv2 -g 12 -c:a pcm_s16le "),
        ("sorenson and speex", Video + Audio + "-ar 16000 -c:v flv -g 12 -c:a libspeex "),
        ("sorenson and nellymoser", Video + Audio + "-ar 44100 -c:v flv -g 12 -c:a nellymoser "),
        ("mp3 only", Audio + "-c:a libmp3lame "),
    ];

    private static readonly (string Format, string Name, string Extension, string Arguments)[] Sounds =
    [
        .. new[] { 8000, 11_025, 12_000, 16_000, 22_050, 32_000, 48_000, 64_000, 88_200, 96_000 }.Select(rate => (MediaFormats.Adts, $"aac at {rate} Hz", "aac", Audio + $"-ar {rate} -c:a aac ")),
        (MediaFormats.Adts, "aac of six channels", "aac", Audio48 + "-ac 6 -c:a aac "),
        .. new[] { 11_025, 12_000, 16_000, 24_000, 32_000, 48_000 }.Select(rate => (MediaFormats.Mp3, $"mp3 at {rate} Hz", "mp3", Audio + $"-ar {rate} -c:a libmp3lame -q:a 4 ")),
        (MediaFormats.Mp3, "mp3, joint stereo", "mp3", Audio + "-ac 2 -c:a libmp3lame -joint_stereo 1 -b:a 320k "),
        (MediaFormats.Mp3, "mp3 of an average rate", "mp3", Audio + "-c:a libmp3lame -abr 1 -b:a 96k "),
        (MediaFormats.Mp3, "layer II at 24 kHz", "mp2", Audio + "-ar 24000 -c:a mp2 -b:a 64k "),
        .. new[] { 8000, 16_000, 32_000, 192_000 }.Select(rate => (MediaFormats.Flac, $"flac at {rate} Hz", "flac", Audio + $"-ar {rate} -c:a flac ")),
        (MediaFormats.Flac, "flac of eight channels", "flac", Audio48 + "-ac 8 -c:a flac "),
        (MediaFormats.Flac, "flac of long frames", "flac", Audio48 + "-c:a flac -frame_size 16384 "),
        (MediaFormats.Flac, "flac of silence", "flac", "-f lavfi -i anullsrc=sample_rate=44100:duration=2 -t 2 -c:a flac "),
        .. new[] { "u8", "s32le", "f32le", "f64le", "alaw" }.Select(codec => (MediaFormats.Wav, $"pcm {codec}", "wav", Audio48 + $"-ac 2 -c:a pcm_{codec} ")),
        (MediaFormats.Wav, "w64", "w64", Audio48 + "-c:a pcm_s16le "),
        (MediaFormats.Wav, "microsoft adpcm", "wav", Audio + "-c:a adpcm_ms "),
        (MediaFormats.Wav, "six channels", "wav", Audio48 + "-ac 6 -c:a pcm_s24le "),
        (MediaFormats.Ivf, "vp9", "ivf", Video + "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 12 "),
        (MediaFormats.Ivf, "vp8 at a film rate", "ivf", Film + "-c:v libvpx -deadline realtime -g 24 "),
    ];

    // Formats in which a reader finds the next unit again; ffprobe does too.
    private static readonly (string Format, string Extension, string Arguments)[] Captures =
    [
        (MediaFormats.Ts, "ts", Video + Audio + H264 + "-c:a aac "),
        (MediaFormats.Adts, "aac", Audio + "-c:a aac "),
        (MediaFormats.Mp3, "mp3", Audio + "-c:a libmp3lame -q:a 4 -id3v2_version 0 "),
    ];

    private static readonly (string Name, Func<byte[], byte[]> Damage, bool IsJoined)[] Damages =
    [
        ("junk in front", made => [.. Enumerable.Range(0, 999).Select(i => (byte)(i * 7 % 64)), .. made], false),
        ("cut in front", made => made[(made.Length / 5)..], false),
        ("zeros in front", made => [.. new byte[5000], .. made], false),
        ("two captures behind each other", made => [.. made, .. made], true),
    ];

    public static IReadOnlyList<MediaCase> All { get; } =
    [
        .. from capture in Captures
           from damage in Damages
           select new MediaCase(damage.Name, capture.Format, capture.Extension, capture.Arguments) { Damage = damage.Damage, IsJoined = damage.IsJoined, DurationTolerance = 100_000 },
        .. from movie in Movies
           from layout in Layouts
           select new MediaCase($"{movie.Name}, {layout.Name}", layout.IsFragmented ? MediaFormats.FragmentedMp4 : MediaFormats.Mp4, movie.Name.StartsWith("vp9", StringComparison.Ordinal) ? "mp4" : "mov", movie.Arguments + layout.Arguments) 
           {
               IsReadTwice = layout.IsReadTwice,
               DurationTolerance = 50_000,

               // Where sound begins before 0, ffmpeg has the first picture last longer, which ffprobe takes from the rate.
               AreDurationsExact = !(layout.IsFragmented && movie.Name.StartsWith("mpeg4", StringComparison.Ordinal)),
           },
        .. MovieOptions.Select(o => new MediaCase(o.Name, o.Arguments.Contains("default_base", StringComparison.Ordinal) ? MediaFormats.FragmentedMp4 : MediaFormats.Mp4, "mp4", Video + Audio + "-c:a aac " + o.Arguments)),
        .. Matroskas.Select(m => new MediaCase(m.Name, MediaFormats.Webm, m.Extension, m.Arguments) { DurationTolerance = 2000 }),

        // Of sound a PES packet holds many frames, and how long the last lasts is an estimate.
        .. Streams.Select(s => new MediaCase(s.Name, MediaFormats.Ts, "ts", s.Arguments) { DurationTolerance = s.Name.EndsWith("only", StringComparison.Ordinal) ? 250_000 : 1, AreDurationsExact = !s.Arguments.Contains(Film, StringComparison.Ordinal) }),
        .. Oggs.Select(o => new MediaCase(o.Name, MediaFormats.Ogg, o.Extension, o.Arguments)),
        .. Flashes.Select(f => new MediaCase(f.Name, MediaFormats.Flv, "flv", f.Arguments) { DurationTolerance = 40_000 }),
        .. Sounds.Select(s => new MediaCase(s.Name, s.Format, s.Extension, s.Arguments)),
    ];
}
