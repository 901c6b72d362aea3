namespace Harmony4.Transport.Crypto;

/// <summary>What is known of a signed statement after checking it. Only <see cref="Valid"/> is a yes.</summary>
public enum StatementState
{
    /// <summary>Not a detached COSE_Sign1 message of the form that is accepted. Also the state of <c>default</c>.</summary>
    Malformed = 0,

    /// <summary>A trusted key made it over exactly this statement.</summary>
    Valid = 1,

    /// <summary>It names a trusted key, but does not fit the key or the statement.</summary>
    Invalid = 2,

    /// <summary>No trusted key is named, and no certificate is trusted.</summary>
    UnknownKey = 3,

    /// <summary>Its algorithm is not the one that the key is pinned to, or none that is known.</summary>
    AlgorithmNotAllowed = 4,

    /// <summary>It comes with a certificate chain that does not lead to a trusted root at the time asked for.</summary>
    UntrustedCertificate = 5,
}
