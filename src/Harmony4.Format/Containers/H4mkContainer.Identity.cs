namespace Harmony4.Format;

/// <content>What names the content.</content>
public sealed partial class H4mkContainer
{
    /// <summary>Gets the container's identity: SHA-256 of the root header, which signatures cover and proofs lead to. <see langword="null"/> in version 1.0.</summary>
    /// <value>It depends on the tracks' blocks and descriptions, META and SAFE, not on signatures or on how tracks are interleaved.</value>
    public Sha256Digest? Identity => Paged?.Root.Identity;

    /// <summary>Gets what a signature covers; <see langword="null"/> in version 1.0.</summary>
    public H4mkRoot? Root => Paged is { } paged ? new H4mkRoot { Header = paged.Root.HeaderBytes.ToArray(), Tracks = Tracks } : null;

    /// <summary>Gets SHA-256 of all that follows ROOT, which names these very bytes of the file, signatures included. <see langword="null"/> in version 1.0.</summary>
    public Sha256Digest? FileDigest => Paged?.End.FileDigest;

    /// <summary>Gets whether a 1.0 file is the beginning of this 1.1 container.</summary>
    public bool IsUpgraded => Paged?.End.IsUpgraded ?? false;

    /// <summary>Gets how many blocks a page of the index holds, as a binary logarithm; <see langword="null"/> in version 1.0.</summary>
    public int? PageLog2 => Paged?.Root.Header.PageLog2;

    /// <summary>Finds the digest that names the bytes of a track stream: in version 1.1 the track's Merkle root, in 1.0 what VERI says of the whole file.</summary>
    /// <param name="track">The track's id; <see langword="null"/> for the first track.</param>
    /// <param name="cancellationToken">Cancels the read of VERI.</param>
    /// <returns>The digest; <see langword="null"/> in version 1.0 when VERI is missing or damaged.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async ValueTask<Sha256Digest?> GetStreamDigestAsync(int? track = null, CancellationToken cancellationToken = default)
    {
        if (GetTrack(track).Root is { } root)
        {
            return root;
        }

        try
        {
            return await ReadVeriAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (H4mkFormatException)
        {
            return null;
        }
    }
}
