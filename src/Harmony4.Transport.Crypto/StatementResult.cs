namespace Harmony4.Transport.Crypto;

/// <summary>The outcome of checking one signature.</summary>
/// <param name="State">What is known.</param>
/// <param name="Algorithm">The algorithm, where it was recognised.</param>
/// <param name="KeyId">When valid, the SHA-256 of the signer's SubjectPublicKeyInfo in lower-case hexadecimal; otherwise <see langword="null"/>.</param>
/// <param name="Subject">When valid through a certificate, its subject; otherwise <see langword="null"/>.</param>
public readonly record struct StatementResult(
    StatementState State, SignatureAlgorithm? Algorithm = null, string? KeyId = null, string? Subject = null)
{
    /// <summary>Gets whether the state is <see cref="StatementState.Valid"/>.</summary>
    public bool IsValid => State == StatementState.Valid;
}
