using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization;

/// <summary>What segmenters need besides the bytes. Each reads only the members that concern it. Immutable.</summary>
public sealed record SegmenterOptions
{
    /// <summary>The longest block that a container can hold, in bytes.</summary>
    public const long LargestBlockLength = uint.MaxValue;

    /// <summary>The smallest <see cref="MaxBlockLength"/>, in bytes.</summary>
    public const int SmallestMaxBlockLength = 64 * 1024;

    /// <summary>The most <see cref="PcmChannels"/>.</summary>
    public const int LargestPcmChannels = 4096;

    /// <summary>Gets the length of a fixed-size block, in bytes: 1 … 2^32 − 1.</summary>
    /// <value>Default 524,288.</value>
    public long BlockSize { get; init; } = 512 * 1024;

    /// <summary>Gets the rate that fixed-size blocks are timed with.</summary>
    /// <value>Default 30 blocks per second.</value>
    public FrameRate FrameRate { get; init; } = new(30);

    /// <summary>Gets the distance between key blocks where the framing has no key flags, in blocks; null for the format's own rule.</summary>
    /// <value>Default null: 30 for fixed-size blocks, only the first frame for IVF, none for a transport stream without random access indicators.</value>
    public int? Gop { get; init; }

    /// <summary>Gets how the times of fixed-size blocks are rounded.</summary>
    /// <value>Default <see cref="PtsRounding.Exact"/>.</value>
    public PtsRounding PtsRounding { get; init; } = PtsRounding.Exact;

    /// <summary>Gets the media's own number of the track that times and key flags are taken from; null for the first video track, else the first.</summary>
    /// <value>Default null. Where the media has no such track, its blocks have no times: <see cref="BlockSegmenter.TimeTrack"/> then has another number.</value>
    public ulong? TimeTrack { get; init; }

    /// <summary>Gets the length in bytes above which a block found by framing is split; 64 KiB … 2^31 − 1.</summary>
    /// <value>Default 8 MiB.</value>
    public int MaxBlockLength { get; init; } = 8 * 1024 * 1024;

    /// <summary>Gets the sample frames per second of raw PCM: 1 … 2^32 − 1.</summary>
    /// <value>Default 48,000.</value>
    public uint PcmSampleRate { get; init; } = 48_000;

    /// <summary>Gets the channels of raw PCM: 1 … 4,096.</summary>
    /// <value>Default 1.</value>
    public int PcmChannels { get; init; } = 1;

    /// <summary>Gets the bits per sample of raw PCM: 8, 16, 24, 32 or 64.</summary>
    /// <value>Default 16.</value>
    public int PcmBitsPerSample { get; init; } = 16;

    /// <summary>Gets where the frames go that the framing tells of; null where only blocks are asked for.</summary>
    internal FrameQueue? Frames { get; init; }
}
