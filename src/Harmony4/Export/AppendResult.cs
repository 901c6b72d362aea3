using Harmony4.Format;

namespace Harmony4;

/// <summary>What an append in place did.</summary>
public sealed record AppendResult
{
    /// <summary>Gets what the container holds now.</summary>
    public required H4mkWriteSummary Container { get; init; }

    /// <summary>Gets the inputs in the order given, which is that of the tracks.</summary>
    public required IReadOnlyList<ExportedInput> Inputs { get; init; }

    /// <summary>Gets the identity that the container had before.</summary>
    public required Sha256Digest PreviousIdentity { get; init; }

    /// <summary>Gets the proof that the container begins with all blocks that it had before, unchanged: <see cref="H4mkProof"/> checks it against both identities.</summary>
    public required ReadOnlyMemory<byte> Proof { get; init; }
}
