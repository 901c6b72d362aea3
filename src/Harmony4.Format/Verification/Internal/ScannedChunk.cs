namespace Harmony4.Format.Internal;

/// <summary>A chunk as a scan found it by the chain of lengths, its payload already hashed.</summary>
internal readonly record struct ScannedChunk
{
    public required ChunkInfo Info { get; init; }

    /// <summary>Whether the chunk reaches past the end of the file, or less than a header is left; nothing of it was hashed then.</summary>
    public bool IsCut { get; init; }

    /// <summary>CRC-32 of the payload as it is.</summary>
    public uint Crc { get; init; }

    /// <summary>SHA-256 of the payload as it is; not computed of TOKN.</summary>
    public Sha256Digest Digest { get; init; }

    /// <summary>The payload, valid during the call; empty when it is longer than the scan's buffer.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    public bool IsCrcValid => Crc == Info.Crc;
}
