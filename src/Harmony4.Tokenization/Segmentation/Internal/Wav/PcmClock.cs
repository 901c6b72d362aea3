namespace Harmony4.Tokenization.Internal;

/// <summary>The blocks of audio whose frames all have the same length: whole frames, half a second at most, each a key block.</summary>
internal readonly struct PcmClock
{
    /// <summary>Blocks of any length.</summary>
    public const int AnyCap = 1024 * 1024;

    private readonly uint _unitsPerSecond;

    /// <summary>Frames of <paramref name="frameLength"/> bytes that take <paramref name="unitsPerFrame"/> / <paramref name="unitsPerSecond"/> seconds each.</summary>
    public PcmClock(int frameLength, int unitsPerFrame, uint unitsPerSecond, int blockCap)
    {
        FrameLength = frameLength;
        UnitsPerFrame = unitsPerFrame;
        _unitsPerSecond = unitsPerSecond;
        var frames = Math.Min(unitsPerSecond / 2 / unitsPerFrame, blockCap / frameLength);
        BlockLength = Math.Max(1, frames) * frameLength;
    }

    public int FrameLength { get; }

    public int UnitsPerFrame { get; }

    /// <summary>Gets the bytes of a full block.</summary>
    public long BlockLength { get; }

    /// <summary>Returns the time of the frame at an offset into the audio, in microseconds.</summary>
    public Int128 TimeAt(long offset) => MediaClock.Scale((Int128)(offset / FrameLength) * UnitsPerFrame, _unitsPerSecond);
}
