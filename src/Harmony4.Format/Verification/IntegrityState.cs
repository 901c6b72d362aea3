namespace Harmony4.Format;

/// <summary>What verification says of the bytes.</summary>
public enum IntegrityState
{
    /// <summary>Every check passes.</summary>
    Intact,

    /// <summary>A check fails: the bytes are not those that were written.</summary>
    Invalid,

    /// <summary>The file ends before the chunks that close a container.</summary>
    Incomplete,

    /// <summary>Not checked to the end, or nothing is there to check against.</summary>
    Unverified,
}
