using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>What a signature covers: the root header, and the tracks whose roots lead to it.</summary>
public sealed record H4mkRoot
{
    /// <summary>Gets the root header, 128 bytes as stored: the only bytes of a container that are signed.</summary>
    public required ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>Gets the tracks, by ascending id.</summary>
    public required IReadOnlyList<H4mkTrack> Tracks { get; init; }

    /// <summary>Gets the container's identity, the SHA-256 of <see cref="Header"/>.</summary>
    public Sha256Digest Identity => RootHeader.IdentityOf(Header.Span);

    /// <summary>Gets the Merkle root over the tracks.</summary>
    public Sha256Digest TracksRoot => ReadHeader().TracksRoot;

    /// <summary>Gets the Merkle root over META, SAFE, TRAK, SEAL and the chunks of the caller's own kind.</summary>
    public Sha256Digest AuxRoot => ReadHeader().AuxRoot;

    private RootHeader ReadHeader()
    {
        RootHeader.TryRead(Header.Span, out var header);
        return header;
    }
}
