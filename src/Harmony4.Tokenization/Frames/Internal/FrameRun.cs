namespace Harmony4.Tokenization.Internal;

/// <summary>Frames of one length and duration that follow each other in time and in the input.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many there are.</param>
/// <param name="AreOthersKey">Whether decoding can begin at those behind the first.</param>
internal readonly record struct FrameRun(MediaFrame First, uint Count = 1, bool AreOthersKey = false)
{
    /// <summary>Gets the run behind the first frame.</summary>
    public FrameRun Next => new(
        First with
        {
            Ticks = First.Ticks is { } ticks ? MediaClock.ToTicks((Int128)ticks + (First.DurationTicks ?? 0)) : null,
            Position = First.Position + First.Size,
            DataPosition = First.DataPosition + First.Size,
            IsKey = AreOthersKey,
        },
        Count - 1,
        AreOthersKey);
}
