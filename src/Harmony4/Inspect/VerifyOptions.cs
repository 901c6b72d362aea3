namespace Harmony4;

/// <summary>What a verification requires beyond sound bytes. Immutable.</summary>
public sealed record VerifyOptions
{
    /// <summary>Gets whether a signature must be there and hold. A file of version 1.0 has none, so it never passes then.</summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool RequireSignature { get; init; }
}
