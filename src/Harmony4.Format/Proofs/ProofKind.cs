namespace Harmony4.Format;

/// <summary>What a proof proves.</summary>
public enum ProofKind
{
    /// <summary>Nothing: the bytes are no proof.</summary>
    None = 0,

    /// <summary>A block stands at an ordinal of a track.</summary>
    Block = 1,

    /// <summary>A keyframe is the last of its track at or before a time, or there is none.</summary>
    Keyframe = 2,

    /// <summary>A container has all blocks of an older one, unchanged and in their places.</summary>
    Extension = 3,
}
