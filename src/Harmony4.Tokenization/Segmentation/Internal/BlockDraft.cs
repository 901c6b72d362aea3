namespace Harmony4.Tokenization.Internal;

/// <summary>What is known of a block that is not complete yet.</summary>
internal struct BlockDraft
{
    /// <summary>Bytes that belong to the block, whether they arrived or not.</summary>
    public long Length;

    /// <summary>Time of the first frame, in microseconds.</summary>
    public Int128 Pts;

    /// <summary>Playing time in microseconds; an estimate when <see cref="LastsUntilNext"/>.</summary>
    public Int128 Duration;

    /// <summary>What of the playing time went to parts that were split off.</summary>
    public Int128 Spent;

    public bool HasTime;
    public bool IsKey;

    /// <summary>Whether the time of the next block tells the duration better than <see cref="Duration"/> does.</summary>
    public bool LastsUntilNext;

    /// <summary>Whether an earlier part was split off.</summary>
    public bool IsContinuation;
}
