namespace Harmony4.Format;

/// <summary>What a forward reader or a follower stands on.</summary>
public enum ForwardPart
{
    /// <summary>Nothing has been read yet.</summary>
    None,

    /// <summary>The version and the tracks are known. They become others when TRAK follows a whole 1.0 container.</summary>
    Tracks,

    /// <summary>A block: its place and, in version 1.1, its times are known, and its payload can be read.</summary>
    Block,

    /// <summary>The index of a page of blocks has come, and equals what the blocks give: they are final.</summary>
    Page,

    /// <summary>A chunk of the caller's own kind, or SEAL; its payload can be read.</summary>
    Chunk,

    /// <summary>The container is complete, and all of it fits together.</summary>
    End,

    /// <summary>The file that is followed was cut or replaced. Everything before is void, and its reading starts anew.</summary>
    Restart,
}
