namespace Harmony4.Format.Internal;

/// <summary>What came of looking for the next chunk.</summary>
internal enum FollowOutcome
{
    /// <summary>It is not there yet.</summary>
    Waiting,

    /// <summary>It was taken.</summary>
    Taken,

    /// <summary>The file is another than before.</summary>
    Restart,
}
