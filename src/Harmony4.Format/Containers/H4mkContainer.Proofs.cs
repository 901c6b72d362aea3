using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <content>Proofs, which <see cref="H4mkProof"/> checks with nothing but the identity.</content>
public sealed partial class H4mkContainer
{
    /// <summary>Proves which block stands at an ordinal of a track.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="ordinal">Position of the block in the track, from 0.</param>
    /// <param name="cancellationToken">Cancels the read of one index page.</param>
    /// <returns>The proof: 908 bytes for a container of one track and 10^6 blocks, 32 more whenever tracks or blocks double.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track or block.</exception>
    /// <exception cref="NotSupportedException">The container is version 1.0, or still being written.</exception>
    /// <exception cref="H4mkFormatException">The page of the index is damaged.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<byte[]> ProveBlockAsync(int track, long ordinal, CancellationToken cancellationToken = default)
    {
        var index = RequirePaged();
        var position = PositionOf(track);
        CheckOrdinal(position, ordinal);
        return Prover.ProveBlockAsync(index, position, ordinal, cancellationToken);
    }

    /// <summary>Gives the path from a block to its track's Merkle root: for whoever trusts a signature over that root, such as a receipt.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="ordinal">Position of the block in the track, from 0.</param>
    /// <param name="cancellationToken">Cancels the read of one index page.</param>
    /// <returns>The block's record and path.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track or block.</exception>
    /// <exception cref="NotSupportedException">The container is version 1.0, or still being written.</exception>
    /// <exception cref="H4mkFormatException">The page of the index is damaged.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<BlockInclusion> GetInclusionAsync(int track, long ordinal, CancellationToken cancellationToken = default)
    {
        var index = RequirePaged();
        var position = PositionOf(track);
        CheckOrdinal(position, ordinal);
        return Prover.IncludeAsync(index, position, ordinal, cancellationToken);
    }

    /// <summary>Proves which keyframe of a track is the last at or before a time, or that there is none.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="pts">The time in microseconds, at most 2^63 − 1.</param>
    /// <param name="cancellationToken">Cancels the reads of at most two index pages.</param>
    /// <returns>The proof: 1,616 bytes for a container of one track and 10^6 blocks, 64 more whenever the blocks double.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track, or the time is above 2^63 − 1.</exception>
    /// <exception cref="NotSupportedException">The container is version 1.0, or still being written.</exception>
    /// <exception cref="H4mkFormatException">A page of the index is damaged, or its links contradict the root, so that there is no proof.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<byte[]> ProveKeyframeAsync(int track, ulong pts, CancellationToken cancellationToken = default)
    {
        var index = RequirePaged();
        var position = PositionOf(track);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pts, (ulong)long.MaxValue);
        return Prover.ProveKeyframeAsync(index, position, pts, cancellationToken);
    }

    /// <summary>Proves which keyframe of a track is the last at or before a time, or that there is none.</summary>
    /// <param name="track">The track's id.</param>
    /// <param name="time">The time, 0 or more, to the microsecond.</param>
    /// <param name="cancellationToken">Cancels the reads of at most two index pages.</param>
    /// <returns>The proof.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track, or the time is negative.</exception>
    /// <exception cref="NotSupportedException">The container is version 1.0, or still being written.</exception>
    /// <exception cref="H4mkFormatException">As <see cref="ProveKeyframeAsync(int, ulong, CancellationToken)"/> says.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<byte[]> ProveKeyframeAsync(int track, TimeSpan time, CancellationToken cancellationToken = default) =>
        ProveKeyframeAsync(track, MediaTime.ToMicroseconds(time), cancellationToken);

    /// <summary>Proves that a later container has all blocks of this one, unchanged and in their places.</summary>
    /// <param name="later">The later container. It is the one whose index is read: at most one page of each track.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>The proof: 264 bytes, and for each track 144 and at most 21 nodes of 32 bytes up to 10^6 blocks.</returns>
    /// <exception cref="ArgumentException">The later container has other tracks or another page size, or does not begin with the blocks of this one.</exception>
    /// <exception cref="NotSupportedException">One of the containers is version 1.0, or still being written.</exception>
    /// <exception cref="H4mkFormatException">A page of the later container's index is damaged.</exception>
    /// <exception cref="IOException">The later container's source failed.</exception>
    public ValueTask<byte[]> ProveExtensionAsync(H4mkContainer later, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(later);
        return Prover.ProveExtensionAsync(RequirePaged().Root, later.RequirePaged(), cancellationToken);
    }

    private PagedIndex RequirePaged() =>
        Paged ?? throw new NotSupportedException(IsGrowing
            ? "the container is still being written: there are proofs once its root is there"
            : "a version 1.0 container has no Merkle tree to prove anything from; export it anew as version 1.1");
}
