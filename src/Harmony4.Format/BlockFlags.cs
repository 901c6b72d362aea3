namespace Harmony4.Format;

/// <summary>What is said of a block besides its time (h4mk-1.1.md, entry). Version 1.0 stores none of it.</summary>
[Flags]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "The field of the wire is called flags.")]
public enum BlockFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Playback can start at this block.</summary>
    Key = 1,

    /// <summary>The stored bytes are sealed: frame, ciphertext and tag.</summary>
    Sealed = 2,

    /// <summary>The block was lost before the container was closed: it has no bytes, and no other flag.</summary>
    Lost = 4,

    /// <summary>Times or content do not go on from the block before.</summary>
    Discontinuity = 8,
}
