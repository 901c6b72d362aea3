namespace Harmony4.Format;

/// <summary>What a full verification found. Never a bare yes or no: see <see cref="State"/> for a summary.</summary>
public sealed record VerificationResult
{
    /// <summary>Gets what is to be said of the bytes.</summary>
    public required IntegrityState Integrity { get; init; }

    /// <summary>Gets what is to be said of signatures; version 1.0 has none.</summary>
    public SignatureState Signature { get; init; }

    /// <summary>Gets the findings, in file order, at most <see cref="H4mkContainerOptions.MaxFindings"/> of them.</summary>
    public required IReadOnlyList<VerificationFinding> Findings { get; init; }

    /// <summary>Gets how many findings there were, those beyond the limit included.</summary>
    public required long FindingCount { get; init; }

    /// <summary>Gets the SIGN chunks as they are stored; none in version 1.0.</summary>
    public IReadOnlyList<SignChunk> Signs { get; init; } = [];

    /// <summary>Gets what a signature covers; <see langword="null"/> in version 1.0 and where the end of the file is not sound.</summary>
    public H4mkRoot? Root { get; init; }

    /// <summary>Gets the container's identity, as <see cref="H4mkContainer.Identity"/> gives it; <see langword="null"/> in version 1.0 and where the end of the file is not sound.</summary>
    public Sha256Digest? Identity { get; init; }

    /// <summary>Gets the SHA-256 that VERI holds; <see langword="null"/> without a readable VERI.</summary>
    public Sha256Digest? Veri { get; init; }

    /// <summary>Gets how many blocks were checked.</summary>
    public required long BlockCount { get; init; }

    /// <summary>Gets the bytes of payload of these blocks.</summary>
    public required long PayloadLength { get; init; }

    /// <summary>Gets how many bytes of the file were read.</summary>
    public required long BytesVerified { get; init; }

    /// <summary>Gets integrity and signature in one word. A required signature that does not hold makes it invalid, whatever else is the case.</summary>
    public VerificationState State => (Integrity, Signature) switch
    {
        (IntegrityState.Invalid, _) or (_, SignatureState.Invalid) => VerificationState.Invalid,
        (IntegrityState.Incomplete, _) => VerificationState.Incomplete,
        (IntegrityState.Unverified, _) => VerificationState.Unverified,
        (_, SignatureState.Valid) => VerificationState.Valid,
        _ => VerificationState.Unsigned,
    };
}
