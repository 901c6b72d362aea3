namespace Harmony4.Format;

/// <summary>What verification says of a file: <see cref="IntegrityState"/> and <see cref="SignatureState"/> in one word.</summary>
public enum VerificationState
{
    /// <summary>Intact, and signed by a key that was given.</summary>
    Valid,

    /// <summary>Intact; no signature, or none that was checked.</summary>
    Unsigned,

    /// <summary>Damaged, or a required signature does not hold.</summary>
    Invalid,

    /// <summary>Cut short.</summary>
    Incomplete,

    /// <summary>Not checked to the end, or nothing to check against.</summary>
    Unverified,
}
