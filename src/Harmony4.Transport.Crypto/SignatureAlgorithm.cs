namespace Harmony4.Transport.Crypto;

/// <summary>The signature algorithms, by their COSE numbers (RFC 9053). A key has exactly one, whatever a message claims.</summary>
public enum SignatureAlgorithm
{
    /// <summary>ECDSA on P-256 with SHA-256.</summary>
    ES256 = -7,

    /// <summary>ECDSA on P-384 with SHA-384.</summary>
    ES384 = -35,

    /// <summary>RSASSA-PSS with SHA-256, keys of 2,048 bits or more.</summary>
    PS256 = -37,
}
