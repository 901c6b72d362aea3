using System.Security.Cryptography;

namespace Harmony4.Format;

/// <summary>What a block proof or keyframe proof proves of the container with the trusted identity.</summary>
/// <remarks>
/// <para>
/// The prover chooses which fact to prove. Compare <see cref="Track"/> with the track that was asked for, and <see cref="Ordinal"/> (block proof) or
/// <see cref="Time"/> (keyframe proof) with the block or time that was asked for.
/// </para>
/// <para>
/// Times, flags and links are those that the producer of the container recorded; a proof shows that they are part of it. Whether links and the
/// last keyframe of the track record agree with all blocks is what <see cref="H4mkContainer.VerifyAsync(IProgress{VerificationProgress}?, CancellationToken)"/> checks.
/// </para>
/// </remarks>
public sealed record ProvenFact
{
    /// <summary>Gets what was proved: <see cref="ProofKind.Block"/> or <see cref="ProofKind.Keyframe"/>.</summary>
    public required ProofKind Kind { get; init; }

    /// <summary>Gets the track's id.</summary>
    public required int Track { get; init; }

    /// <summary>Gets how many blocks the track has.</summary>
    public required long BlockCount { get; init; }

    /// <summary>Gets the time of a keyframe proof in microseconds, at most 2^63 − 1; <see langword="null"/> in a block proof.</summary>
    public ulong? Time { get; init; }

    /// <summary>Gets the position of the block in its track, from 0; <see langword="null"/> when the track has no keyframe at or before <see cref="Time"/>.</summary>
    public long? Ordinal { get; init; }

    /// <summary>Gets the block's presentation time in microseconds; <see langword="null"/> without a block.</summary>
    public ulong? Pts { get; init; }

    /// <summary>Gets the block's playing time in microseconds, 0 when it is not known; <see langword="null"/> without a block.</summary>
    public uint? Duration { get; init; }

    /// <summary>Gets the length of the block's stored payload in bytes; <see langword="null"/> without a block.</summary>
    public uint? Length { get; init; }

    /// <summary>Gets the block's flags; <see langword="null"/> without a block.</summary>
    public BlockFlags? Flags { get; init; }

    /// <summary>Gets the SHA-256 of the block's stored payload; <see langword="null"/> without a block.</summary>
    public Sha256Digest? Digest { get; init; }

    /// <summary>Gets the ordinal of the next keyframe, which is after <see cref="Time"/>; <see langword="null"/> when there is none, and in a block proof.</summary>
    public long? NextOrdinal { get; init; }

    /// <summary>Gets the presentation time of the next keyframe in microseconds; <see langword="null"/> when there is none, and in a block proof.</summary>
    public ulong? NextPts { get; init; }

    /// <summary>Tells whether bytes are the payload of the block that was proved.</summary>
    /// <param name="payload">The payload as it is stored: of a sealed block the sealed bytes.</param>
    /// <returns><see langword="false"/> when length or SHA-256 differ, and when no block was proved.</returns>
    public bool MatchesPayload(ReadOnlySpan<byte> payload)
    {
        if (Digest is not { } digest || payload.Length != Length)
        {
            return false;
        }

        Span<byte> found = stackalloc byte[Sha256Digest.SizeInBytes];
        SHA256.HashData(payload, found);
        return found.SequenceEqual(digest.Span);
    }
}
