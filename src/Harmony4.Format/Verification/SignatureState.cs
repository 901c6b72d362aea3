namespace Harmony4.Format;

/// <summary>What verification says of signatures.</summary>
public enum SignatureState
{
    /// <summary>There is none. Also what is left when one was stripped.</summary>
    None,

    /// <summary>There is one, and nobody gave a key to check it with.</summary>
    NotChecked,

    /// <summary>One was checked with a key given, and holds.</summary>
    Valid,

    /// <summary>One was required, and none holds.</summary>
    Invalid,
}
