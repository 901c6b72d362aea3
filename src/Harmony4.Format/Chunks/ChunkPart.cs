namespace Harmony4.Format;

/// <summary>What <see cref="H4mkReader.Read"/> stands on.</summary>
public enum ChunkPart
{
    /// <summary>Nothing has been read yet.</summary>
    None,

    /// <summary>A chunk's header: tag, length and CRC are known.</summary>
    Start,

    /// <summary>A piece of the chunk's payload.</summary>
    Payload,

    /// <summary>The chunk's end: its CRC has been judged.</summary>
    End,
}
