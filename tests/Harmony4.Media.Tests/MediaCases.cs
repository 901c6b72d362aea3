using Harmony4.Tokenization;

namespace Harmony4.Media.Tests;

/// <summary>Real files of every format: several codecs, reordered frames, variable rates, several tracks, odd time bases.</summary>
internal static class MediaCases
{
    private const string Video = "-f lavfi -i testsrc2=size=192x108:rate=25:duration=5 ";

    /// <summary>Its keyframes are where the first video's are: only the first is sure to be decodable from its keyframes on.</summary>
    private const string OtherVideo = "-f lavfi -i testsrc=size=160x120:rate=25:duration=5 ";
    private const string Ntsc = "-f lavfi -i testsrc2=size=192x108:rate=30000/1001:duration=5 ";
    private const string Audio = "-f lavfi -i sine=frequency=440:sample_rate=44100:duration=5 ";
    private const string Audio48 = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=5 ";
    private const string H264 = "-c:v libx264 -preset ultrafast -bf 2 -g 25 ";
    private const string H265 = "-c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=3:keyint=25:min-keyint=25 ";
    private const string Fragmented = "-movflags +frag_keyframe+empty_moov+default_base_moof ";
    private const string Fast = "-movflags +faststart ";
    private const string UnevenRate = "-vf select='not(mod(n\\,3))+not(mod(n\\,7))' -vsync vfr ";

    public static IReadOnlyList<MediaCase> All { get; } =
    [
        .. MediaMatrix.All,
        Mp4("h264 with B-frames and aac", Video + Audio + H264 + "-c:a aac " + Fragmented),
        Mp4("h265 at an NTSC rate", Ntsc + H265 + "-tag:v hvc1 -video_track_timescale 30000 " + Fragmented),
        Mp4("av1 and opus", Video + Audio48 + "-c:v libsvtav1 -preset 12 -g 25 -c:a libopus " + Fragmented),
        Mp4("mpeg4 in an odd time base", Video + "-c:v mpeg4 -g 20 -bf 1 -video_track_timescale 12347 " + Fragmented) with { DurationTolerance = 81, AreDurationsExact = false },
        Mp4("variable frame rate", Video + UnevenRate + H264 + Fragmented) with { DurationTolerance = 120_000, AreDurationsExact = false },
        Mp4("cmaf", Video + Audio + H264 + "-c:a aac -movflags +cmaf+frag_keyframe+empty_moov ") with { TickShift = -512 },
        Mp4("dash with a global sidx", Video + Audio + H264 + "-c:a aac -movflags +dash+frag_keyframe+global_sidx "),
        Mp4("signed composition offsets", Video + H264 + "-movflags +negative_cts_offsets+frag_keyframe+empty_moov+default_base_moof ") with { TickShift = -512 },
        Mp4("a fragment per frame", Video + H264 + "-movflags +frag_every_frame+empty_moov+default_base_moof "),
        Tables("absolute positions", Video + Audio + H264 + "-c:a aac -movflags +frag_keyframe+empty_moov ") with { IsAbsolute = true },
        Mp4("fragments by duration", Video + Audio + H264 + "-c:a aac -frag_duration 700000 -movflags +empty_moov+default_base_moof "),
        Mp4("a moof per track", Video + Audio + H264 + "-c:a aac -movflags +separate_moof+frag_keyframe+empty_moov+default_base_moof "),
        Mp4("two video and two audio tracks", Video + OtherVideo + Audio + Audio48 + "-map 0 -map 1 -map 2 -map 3 " + H264 + "-c:a aac " + Fragmented),
        Mp4("audio before video", Video + Audio + "-map 1 -map 0 " + H264 + "-c:a aac " + Fragmented),
        Mp4("audio only", Audio + "-c:a aac -frag_duration 500000 -movflags +empty_moov+default_base_moof ") with { DurationTolerance = 23_220 },

        Tables("h264 with B-frames and aac", Video + Audio + H264 + "-c:a aac " + Fast),
        Tables("moov behind", Video + Audio + H264 + "-c:a aac ") with { IsReadTwice = true },
        Tables("a GOP of tables, then fragments", Video + Audio + H264 + "-c:a aac -movflags +frag_keyframe+default_base_moof "),
        Tables("h265 at an NTSC rate", Ntsc + H265 + "-tag:v hvc1 -video_track_timescale 30000 " + Fast),
        Tables("av1 and opus", Video + Audio48 + "-c:v libsvtav1 -preset 12 -g 25 -c:a libopus " + Fast),
        Tables("vp9 and opus", Video + Audio48 + "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -c:a libopus " + Fast),
        Tables("mpeg4 in an odd time base", Video + "-c:v mpeg4 -g 20 -bf 1 -video_track_timescale 12347 " + Fast) with { DurationTolerance = 81, AreDurationsExact = false },
        Tables("variable frame rate", Video + UnevenRate + H264 + Fast) with { DurationTolerance = 250_000, AreDurationsExact = false },
        Tables("signed composition offsets", Video + H264 + "-movflags +negative_cts_offsets+faststart "),
        Tables("an edit list that cuts", "-ss 0.7 " + Video + Audio + H264 + "-c:a aac " + Fast),
        Tables("two video and two audio tracks", Video + OtherVideo + Audio + Audio48 + "-map 0 -map 1 -map 2 -map 3 " + H264 + "-c:a aac " + Fast),
        Tables("audio before video", Video + Audio + "-map 1 -map 0 " + H264 + "-c:a aac " + Fast),
        Tables("only keyframes", Video + "-c:v libx264 -preset ultrafast -g 1 " + Fast),
        Tables("one keyframe", Video + Audio + "-c:v libx264 -preset ultrafast -g 1000 -c:a aac " + Fast),
        Tables("open groups of pictures", Video + "-c:v libx264 -preset fast -bf 3 -g 25 -x264-params open-gop=1 " + Fast),
        Tables("mpeg2 and mp3", Video + Audio + "-c:v mpeg2video -bf 2 -g 12 -c:a libmp3lame " + Fast),
        Tables("h264 and ac3", Video + Audio48 + H264 + "-c:a ac3 " + Fast),
        Tables("aac only", Audio + "-c:a aac " + Fast) with { DurationTolerance = 23_220 },
        Tables("alac only", Audio + "-c:a alac " + Fast) with { Extension = "m4a" },
        Tables("flac only, moov behind", Audio + "-c:a flac -strict -2 ") with { IsReadTwice = true },
        Tables("3gp", Video + Audio48 + "-c:v mpeg4 -g 25 -c:a aac " + Fast) with { Extension = "3gp" },
        Tables("mov, prores and pcm", Video + Audio48 + "-c:v prores_ks -profile:v 0 -c:a pcm_s16le " + Fast) with { Extension = "mov" },
        Tables("mov, adpcm of 64 ticks", Video + Audio + "-c:v mjpeg -ac 2 -c:a adpcm_ima_qt " + Fast) with { Extension = "mov" },
        Tables("mov, adpcm of 1017 ticks", Video + Audio + "-c:v mjpeg -ac 2 -c:a adpcm_ima_wav " + Fast) with { Extension = "mov" },
        Tables("mov, microsoft adpcm only", Audio48 + "-ac 2 -c:a adpcm_ms " + Fast) with { Extension = "mov", DurationTolerance = 21_083 },
        Tables("mov, motion jpeg, moov behind", Video + "-c:v mjpeg ") with { Extension = "mov", IsReadTwice = true },
        Tables("mov with a time code track", Video + Audio + "-timecode 01:00:00:00 " + H264 + "-c:a aac " + Fast) with { Extension = "mov" },
        Tables("mov, qtrle, no interleaving", Video + Audio + "-c:v qtrle -g 25 -c:a pcm_s16be -max_interleave_delta 0 ") with { Extension = "mov", IsReadTwice = true },
        Tables("a chapter track", Video + Audio + "-f ffmetadata -i data:text/plain;base64,O0ZGTUVUQURBVEExCltDSEFQVEVSXQpUSU1FQkFTRT0xLzEwMDAKU1RBUlQ9MApFTkQ9MjAwMAp0aXRsZT1hCg== -map 0 -map 1 -map_chapters 2 " + H264 + "-c:a aac " + Fast),
        Tables("hint tracks", Video + Audio + H264 + "-c:a aac -movflags +rtphint ") with { IsReadTwice = true },

        Webm("vp8 and vorbis", "webm", Video + Audio + "-c:v libvpx -deadline realtime -g 25 -c:a libvorbis "),
        Webm("vp9 and opus", "webm", Video + Audio48 + "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -c:a libopus "),
        Webm("av1", "webm", Ntsc + "-c:v libsvtav1 -preset 12 -g 30 "),
        Webm("live, of unknown sizes", "webm", Video + Audio48 + "-c:v libvpx -deadline realtime -g 25 -c:a libopus -live 1 "),
        Webm("short clusters", "webm", Video + Audio48 + "-c:v libvpx -deadline realtime -g 25 -c:a libopus -cluster_time_limit 300 "),
        Webm("opus only", "webm", Audio48 + "-c:a libopus "),
        Webm("h264 with B-frames and aac", "mkv", Video + Audio + H264 + "-c:a aac "),
        Webm("variable frame rate", "mkv", Video + UnevenRate + H264) with { DurationTolerance = 250_000 },
        Webm("two video tracks and pcm", "mkv", Video + OtherVideo + Audio + "-map 0 -map 1 -map 2 " + H264 + "-c:a pcm_s16le "),
        Webm("mpeg2 and flac, cues first", "mkv", Video + Audio + "-c:v mpeg2video -bf 2 -g 12 -c:a flac -reserve_index_space 4096 "),

        new("opus", MediaFormats.Ogg, "opus", Audio48 + "-c:a libopus "),
        new("opus, short pages", MediaFormats.Ogg, "opus", Audio48 + "-c:a libopus -page_duration 100000 "),
        new("opus, frames of 60 ms on short pages", MediaFormats.Ogg, "opus", Audio48 + "-c:a libopus -frame_duration 60 -page_duration 100000 "),
        new("opus on one page", MediaFormats.Ogg, "opus", Audio48 + "-c:a libopus -t 0.25 "),
        new("vorbis", MediaFormats.Ogg, "ogg", Audio + "-c:a libvorbis "),
        new("vorbis, blocks of both lengths", MediaFormats.Ogg, "ogg", "-f lavfi -i aevalsrc=random(0)*lt(mod(t\\,0.3)\\,0.01):s=44100:d=5 -c:a libvorbis -page_duration 200000 "),
        new("vorbis on one page", MediaFormats.Ogg, "ogg", Audio + "-c:a libvorbis -t 0.25 "),
        new("flac", MediaFormats.Ogg, "oga", Audio + "-c:a flac "),
        new("speex", MediaFormats.Ogg, "spx", Audio + "-ar 16000 -c:a libspeex "),
        new("theora and vorbis", MediaFormats.Ogg, "ogv", Video + Audio + "-c:v libtheora -g 25 -c:a libvorbis "),
        new("theora at an NTSC rate", MediaFormats.Ogg, "ogv", Ntsc + "-c:v libtheora -g 16 -b:v 2M "),
        new("vp8", MediaFormats.Ogg, "ogv", Video + "-c:v libvpx -deadline realtime -g 25 -auto-alt-ref 0 "),

        new("h264 with B-frames and aac", MediaFormats.Ts, "ts", Video + Audio + H264 + "-c:a aac "),
        new("h265", MediaFormats.Ts, "ts", Ntsc + H265),
        new("mpeg2 and mp2", MediaFormats.Ts, "ts", Video + Audio + "-c:v mpeg2video -bf 2 -g 12 -c:a mp2 "),
        new("packets with time codes", MediaFormats.Ts, "m2ts", Video + Audio + H264 + "-c:a ac3 "),
        new("two audio tracks", MediaFormats.Ts, "ts", Video + Audio + Audio48 + "-map 1 -map 2 -map 0 " + H264 + "-c:a aac "),
        new("variable frame rate", MediaFormats.Ts, "ts", Video + UnevenRate + H264) { DurationTolerance = 250_000, AreDurationsExact = false },
        new("audio only", MediaFormats.Ts, "ts", Audio + "-c:a aac ") { DurationTolerance = 400_000 },
        new("times past 2^33", MediaFormats.Ts, "ts", Video + H264 + "-output_ts_offset 95440 ") { TickShift = 1L << 33 },

        new("44.1 kHz", MediaFormats.Adts, "aac", Audio + "-c:a aac "),
        new("24 kHz stereo with an ID3 tag", MediaFormats.Adts, "aac", Audio + "-ac 2 -ar 24000 -c:a aac -write_id3v2 1 -metadata title=Tone "),
        new("constant rate", MediaFormats.Mp3, "mp3", Audio + "-c:a libmp3lame -b:a 128k "),
        new("variable rate and both ID3 tags", MediaFormats.Mp3, "mp3", Audio48 + "-c:a libmp3lame -q:a 5 -write_id3v1 1 -metadata title=Tone "),
        new("MPEG-2 without a Xing frame", MediaFormats.Mp3, "mp3", Audio + "-ar 22050 -c:a libmp3lame -b:a 64k -write_xing 0 "),
        new("MPEG-2.5", MediaFormats.Mp3, "mp3", Audio + "-ar 8000 -c:a libmp3lame -b:a 16k "),
        new("layer II", MediaFormats.Mp3, "mp2", Audio + "-c:a mp2 "),
        new("pcm 16", MediaFormats.Wav, "wav", Audio + "-c:a pcm_s16le "),
        new("pcm 24 stereo", MediaFormats.Wav, "wav", Audio48 + "-ac 2 -c:a pcm_s24le "),
        new("float", MediaFormats.Wav, "wav", Audio + "-ar 11025 -c:a pcm_f32le "),
        new("µ-law", MediaFormats.Wav, "wav", Audio + "-ar 8000 -c:a pcm_mulaw "),
        new("rf64", MediaFormats.Wav, "wav", Audio + "-c:a pcm_s16le -rf64 always "),
        new("ima adpcm", MediaFormats.Wav, "wav", Audio + "-c:a adpcm_ima_wav "),
        new("44.1 kHz", MediaFormats.Flac, "flac", Audio + "-c:a flac "),
        new("96 kHz stereo of 24 bits with tags", MediaFormats.Flac, "flac", "-f lavfi -i sine=frequency=440:sample_rate=96000:duration=5 -ac 2 -c:a flac -sample_fmt s32 -metadata title=Tone "),
        new("short frames", MediaFormats.Flac, "flac", Audio48 + "-c:a flac -frame_size 576 "),
        new("noise", MediaFormats.Flac, "flac", "-f lavfi -i anoisesrc=sample_rate=22050:duration=5:seed=1 -ac 2 -c:a flac "),
        new("h264 with B-frames and aac", MediaFormats.Flv, "flv", Video + Audio + H264 + "-c:a aac "),
        new("sorenson and mp3", MediaFormats.Flv, "flv", Video + Audio + "-c:v flv -g 25 -c:a libmp3lame "),
        new("aac only", MediaFormats.Flv, "flv", Audio + "-c:a aac ") { DurationTolerance = 24_000 },
        new("vp8", MediaFormats.Ivf, "ivf", Video + "-c:v libvpx -deadline realtime -g 25 "),
        new("av1 at an NTSC rate", MediaFormats.Ivf, "ivf", Ntsc + "-c:v libsvtav1 -preset 12 -g 30 "),
    ];

    private static MediaCase Tables(string name, string arguments) => new(name, MediaFormats.Mp4, "mp4", arguments);

    private static MediaCase Mp4(string name, string arguments) => new(name, MediaFormats.FragmentedMp4, "mp4", arguments);

    // Times are whole milliseconds there, and a last frame's duration may be kept more precisely.
    private static MediaCase Webm(string name, string extension, string arguments) =>
        new(name, MediaFormats.Webm, extension, arguments) { DurationTolerance = 1000 };
}
