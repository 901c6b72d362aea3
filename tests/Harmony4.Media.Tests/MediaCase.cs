using Harmony4.Tokenization;

namespace Harmony4.Media.Tests;

/// <summary>A file to make with ffmpeg, and what is known of it.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Format">Its segmenter.</param>
/// <param name="Extension">The file extension that ffmpeg chooses a muxer by.</param>
/// <param name="Arguments">ffmpeg's, up to the output.</param>
public sealed record MediaCase(string Name, string Format, string Extension, string Arguments)
{
    /// <summary>Gets how far the sum of the blocks' durations may be from ffprobe's, in microseconds.</summary>
    public long DurationTolerance { get; init; } = 1;

    /// <summary>Gets what ffprobe takes off every time of this file, in ticks of its time base.</summary>
    public long TickShift { get; init; }

    /// <summary>Gets whether fragments name absolute positions in the file, so that nothing plays from elsewhere.</summary>
    public bool IsAbsolute { get; init; }

    /// <summary>Gets whether what tells of the blocks stands behind the media.</summary>
    public bool IsReadTwice { get; init; }

    /// <summary>Gets what is done to the file that ffmpeg made; null for nothing.</summary>
    public Func<byte[], byte[]>? Damage { get; init; }

    /// <summary>Gets whether several captures stand behind each other: the times of blocks then go on where ffprobe's jump back.</summary>
    public bool IsJoined { get; init; }

    /// <summary>Gets whether ffprobe has the durations that the framing states, and no average.</summary>
    public bool AreDurationsExact { get; init; } = true;

    /// <summary>Returns ffprobe's arguments before the file.</summary>
    /// <param name="blockLength">The bytes of a full block.</param>
    public string GetDemuxerArguments(long blockLength) => Format switch
    {
        // Edit lists are not applied here.
        MediaFormats.FragmentedMp4 or MediaFormats.Mp4 => "-ignore_editlist 1 -advanced_editlist 0",

        // Samples come in packets of any length; these begin where blocks do.
        MediaFormats.Wav => $"-max_size {blockLength}",
        _ => "",
    };

    public override string ToString() => $"{Format}: {Name}";
}
