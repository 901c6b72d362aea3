using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization;

/// <summary>The built-in formats: their names, and the set that detects them and creates their segmenters.</summary>
/// <remarks>Thread safe.</remarks>
public static class MediaFormats
{
    /// <summary>How many leading bytes behind tags <see cref="MediaFormatSet.Detect"/> makes use of; with fewer it may be less sure.</summary>
    public const int DetectionLength = 64 * 1024;

    /// <summary>Fixed-size blocks, for anything: <see cref="FixedSizeSegmenter"/>.</summary>
    public const string Fixed = FixedSizeSegmenter.FormatName;

    /// <summary>Fragmented MP4 and CMAF: one block per fragment.</summary>
    public const string FragmentedMp4 = "fmp4";

    /// <summary>MP4 and MOV with sample tables: one block from each keyframe on, or of at most half a second where all samples are such. The tables name positions in the file, so a part of it does not play by itself.</summary>
    public const string Mp4 = "mp4";

    /// <summary>WebM and Matroska: one block per cluster.</summary>
    public const string Webm = "webm";

    /// <summary>IVF: one block per frame.</summary>
    public const string Ivf = "ivf";

    /// <summary>Ogg (Opus, Vorbis, FLAC, Speex, Theora, VP8): one block per page, or run of pages that packets span.</summary>
    public const string Ogg = "ogg";

    /// <summary>MPEG transport streams: one block per random access point.</summary>
    public const string Ts = "ts";

    /// <summary>AAC in ADTS frames: blocks of at most half a second.</summary>
    public const string Adts = "adts";

    /// <summary>MPEG audio, layers I to III: blocks of at most half a second.</summary>
    public const string Mp3 = "mp3";

    /// <summary>FLAC: blocks of at most half a second.</summary>
    public const string Flac = "flac";

    /// <summary>FLV: one block from each keyframe on, or of at most half a second where there is sound alone.</summary>
    public const string Flv = "flv";

    /// <summary>WAV, RF64, BW64 and W64: blocks of at most half a second.</summary>
    public const string Wav = "wav";

    /// <summary>Raw PCM in the form that the options name: blocks of at most half a second. Never detected.</summary>
    public const string Pcm = "pcm";

    /// <summary>Gets the formats named here. <see cref="MediaFormatSet.With"/> makes a set that has others too.</summary>
    public static MediaFormatSet BuiltIn { get; } = new(
        // Asked in this order: formats with a mark of their own before those that several units in a row tell.
        [
            new(Fixed, null, o => new FixedSizeSegmenter(o)),
            new(FragmentedMp4, Mp4Detector.Detect, o => new Mp4Segmenter(o, readsTables: false)),
            new(Mp4, null, o => new Mp4Segmenter(o, readsTables: true)),
            new(Webm, WebmDetector.Detect, o => new WebmSegmenter(o)),
            new(Ivf, IvfDetector.Detect, o => new IvfSegmenter(o)),
            new(Ogg, OggDetector.Detect, o => new OggSegmenter(o), MayStartLate: true),
            new(Ts, TsDetector.Detect, o => new TsSegmenter(o), MayStartLate: true),
            new(Adts, AdtsDetector.Detect, o => new AdtsSegmenter(o), MayStartLate: true),
            new(Mp3, Mp3Detector.Detect, o => new Mp3Segmenter(o), MayStartLate: true),
            new(Flac, FlacDetector.Detect, o => new FlacSegmenter(o), MayStartLate: true),
            new(Flv, FlvDetector.Detect, o => new FlvSegmenter(o)),
            new(Wav, WavDetector.Detect, o => new WavSegmenter(o), MayStartLate: true),
            new(Pcm, null, o => new PcmSegmenter(o)),
        ],
        []);

    /// <summary>Tells how long the tags are that stand in front of an input (ID3v2, ID3v1, APEv2), several behind each other included.</summary>
    /// <param name="head">The first bytes of the input, 32 or all of a shorter one at least.</param>
    /// <returns>
    /// Bytes of tags by their own word, 0 without one. More than <paramref name="head"/> has when the last one reaches out of it: behind it there may be another.
    /// </returns>
    public static long GetTagLength(ReadOnlySpan<byte> head) => AudioTag.GetLengthInFront(head);
}
