using System.Diagnostics.CodeAnalysis;
using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>Checks proofs of version 1.1 with nothing but a trusted identity: no container, no file, no network.</summary>
/// <remarks>
/// <para>
/// A proof is made by <see cref="H4mkContainer.ProveBlockAsync"/>, <see cref="H4mkContainer.ProveKeyframeAsync(int, ulong, CancellationToken)"/> or
/// <see cref="H4mkContainer.ProveExtensionAsync"/>. The identity must come from a trusted place, such as a signature or the publisher's own site, never from
/// the one who sends the proof.
/// </para>
/// <para>
/// Any bytes may be given. The <c>Try</c> methods never throw; the others raise nothing but <see cref="H4mkFormatException"/>, whose offset
/// is one in the proof. Memory does not grow with any number in a proof. All members are safe for concurrent use.
/// </para>
/// </remarks>
public static class H4mkProof
{
    /// <summary>Tells what a proof claims to prove, by its first bytes. Nothing is checked yet.</summary>
    /// <param name="proof">The proof.</param>
    /// <returns>The kind; <see cref="ProofKind.None"/> when the bytes do not begin as a proof.</returns>
    public static ProofKind GetKind(ReadOnlySpan<byte> proof) => ProofHeader.TryRead(proof, out var header) ? header.Kind : ProofKind.None;

    /// <summary>Checks a block proof or keyframe proof.</summary>
    /// <param name="proof">The proof.</param>
    /// <param name="identity">The trusted identity of the container.</param>
    /// <param name="fact">What is proved. Compare it with what was asked for, as <see cref="ProvenFact"/> says.</param>
    /// <returns><see langword="false"/> when the proof does not hold for the identity, is malformed or of another kind.</returns>
    public static bool TryVerify(ReadOnlySpan<byte> proof, in Sha256Digest identity, [NotNullWhen(true)] out ProvenFact? fact)
    {
        var reader = new ProofReader(proof);
        return FactCheck.TryRead(ref reader, identity, out fact);
    }

    /// <summary>Checks a block proof or keyframe proof, and says what is wrong with one that does not hold.</summary>
    /// <param name="proof">The proof.</param>
    /// <param name="identity">The trusted identity of the container.</param>
    /// <returns>What is proved. Compare it with what was asked for, as <see cref="ProvenFact"/> says.</returns>
    /// <exception cref="H4mkFormatException">The proof does not hold for the identity, is malformed or of another kind.</exception>
    public static ProvenFact Verify(ReadOnlySpan<byte> proof, in Sha256Digest identity)
    {
        var reader = new ProofReader(proof);
        if (!FactCheck.TryRead(ref reader, identity, out var fact))
        {
            Throw.Proof(reader.FaultOffset, reader.Fault);
        }

        return fact;
    }

    /// <summary>Checks an extension proof.</summary>
    /// <param name="proof">The proof.</param>
    /// <param name="identity">The trusted identity of the older container.</param>
    /// <param name="newIdentity">The identity of the container that claims to extend it.</param>
    /// <param name="fact">What is proved.</param>
    /// <returns><see langword="false"/> when the proof does not hold for the two identities, is malformed or of another kind.</returns>
    public static bool TryVerifyExtension(ReadOnlySpan<byte> proof, in Sha256Digest identity, in Sha256Digest newIdentity, [NotNullWhen(true)] out ProvenExtension? fact)
    {
        var reader = new ProofReader(proof);
        return ExtensionCheck.TryRead(ref reader, identity, newIdentity, out fact);
    }

    /// <summary>Checks an extension proof, and says what is wrong with one that does not hold.</summary>
    /// <param name="proof">The proof.</param>
    /// <param name="identity">The trusted identity of the older container.</param>
    /// <param name="newIdentity">The identity of the container that claims to extend it.</param>
    /// <returns>What is proved.</returns>
    /// <exception cref="H4mkFormatException">The proof does not hold for the two identities, is malformed or of another kind.</exception>
    public static ProvenExtension VerifyExtension(ReadOnlySpan<byte> proof, in Sha256Digest identity, in Sha256Digest newIdentity)
    {
        var reader = new ProofReader(proof);
        if (!ExtensionCheck.TryRead(ref reader, identity, newIdentity, out var fact))
        {
            Throw.Proof(reader.FaultOffset, reader.Fault);
        }

        return fact;
    }
}
