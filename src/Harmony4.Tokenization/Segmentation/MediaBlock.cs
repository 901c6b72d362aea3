namespace Harmony4.Tokenization;

/// <summary>One block that a <see cref="BlockSegmenter"/> found: how many bytes it takes and when it plays.</summary>
/// <param name="Length">Bytes from the start of the buffer; at least 1.</param>
/// <param name="Pts">Presentation time of the block's first frame, in microseconds.</param>
/// <param name="Duration">Playing time in microseconds; 0 for a block that holds no frames, or when the framing does not say.</param>
/// <param name="IsKey">Whether playback can start at this block, given the first block of the stream.</param>
public readonly record struct MediaBlock(long Length, ulong Pts, ulong Duration, bool IsKey);
