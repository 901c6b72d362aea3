using Harmony4.Transport.Crypto;

namespace Harmony4;

/// <summary>What a verification requires beyond sound bytes. Immutable. Each key that is given is required.</summary>
public sealed record VerifyOptions
{
    /// <summary>Gets the public keys, under each of which a SIGN has to verify.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<VerificationKey> Keys { get; init; } = [];

    /// <summary>Gets the certificates that a SIGN has to lead to; null where none is required.</summary>
    /// <value>Default null.</value>
    public CertificateTrust? Trust { get; init; }

    /// <summary>Gets the key of a sealed container, under which its root's code has to verify: it tells that nothing was cut off or replaced since. Null where none is required.</summary>
    /// <value>Default null.</value>
    public SealKey? SealKey { get; init; }

    /// <summary>Gets whether a signature must be there and hold. Without a key none can hold, and a file of version 1.0 has none.</summary>
    /// <value>Default <see langword="false"/>; a key that is given is required either way.</value>
    public bool RequireSignature { get; init; }

    /// <summary>Gets whether there is something to check a signature with.</summary>
    public bool HasKeys => Keys.Count > 0 || Trust is not null || SealKey is not null;
}
