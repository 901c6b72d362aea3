using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Security.Cryptography.X509Certificates;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>
/// Checks detached COSE_Sign1 messages (RFC 9052) against keys, and optionally certificates, that the caller trusts. The key
/// decides the algorithm; the message's own claim must agree.
/// </summary>
/// <remarks>Takes whatever a stranger sent and never throws for it. Thread-safe. The keys are the caller's to dispose.</remarks>
public sealed class StatementVerifier
{
    /// <summary>The greatest length of a message in bytes: 65,536.</summary>
    public const int MaxMessageLength = 64 * 1024;

    private readonly VerificationKey[] _keys;
    private readonly CertificateTrust? _certificates;

    /// <summary>Names what is trusted.</summary>
    /// <param name="keys">The trusted keys; may be empty when certificates are given.</param>
    /// <param name="certificates">What certificates to trust, or <see langword="null"/> for none.</param>
    /// <exception cref="ArgumentNullException"><paramref name="keys"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">Nothing is trusted at all.</exception>
    public StatementVerifier(IEnumerable<VerificationKey> keys, CertificateTrust? certificates = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        _keys = [.. keys];
        _certificates = certificates;
        if (_keys.Length == 0 && certificates is null)
        {
            throw new ArgumentException("There is neither a key nor a root to trust.", nameof(keys));
        }
    }

    /// <summary>Checks a message over a statement.</summary>
    /// <param name="message">The COSE_Sign1 message.</param>
    /// <param name="statement">The statement that it should be over.</param>
    /// <param name="associatedData">What the signature should be for.</param>
    /// <returns>The outcome.</returns>
    public StatementResult Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> statement, ReadOnlySpan<byte> associatedData)
    {
        if (!TryDecode(message, out var sign1) || !TryReadAlgorithm(sign1, out var number))
        {
            return new StatementResult(StatementState.Malformed);
        }

        if (!Enum.IsDefined((SignatureAlgorithm)number))
        {
            return new StatementResult(StatementState.AlgorithmNotAllowed);
        }

        var algorithm = (SignatureAlgorithm)number;
        var result = VerifyWithKeys(sign1, algorithm, statement, associatedData);
        return result.State == StatementState.UnknownKey && _certificates is not null
            ? VerifyWithCertificates(sign1, algorithm, statement, associatedData)
            : result;
    }

    /// <summary>Checks a receipt that a record is in a signed Merkle tree (RFC 9942).</summary>
    /// <param name="receipt">The receipt, as <see cref="TreeReceipt"/> makes it.</param>
    /// <param name="record">The record, such as the 56 bytes of a block's index entry.</param>
    /// <param name="index">Where the record is in the tree.</param>
    /// <param name="size">How many leaves the receipt says the tree has; this is not signed.</param>
    /// <returns>The outcome.</returns>
    public StatementResult VerifyReceipt(ReadOnlySpan<byte> receipt, ReadOnlySpan<byte> record, out long index, out long size)
    {
        Span<byte> root = stackalloc byte[SHA256.HashSizeInBytes];
        return TreeReceipt.TryComputeRoot(receipt, record, root, out index, out size)
            ? Verify(receipt, root, default)
            : new StatementResult(StatementState.Malformed);
    }

    private static bool TryDecode(ReadOnlySpan<byte> message, out CoseSign1Message sign1)
    {
        sign1 = null!;
        if (message.Length > MaxMessageLength)
        {
            return false;
        }

        try
        {
            sign1 = CoseMessage.DecodeSign1(message);
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            return false;
        }

        // An embedded content would be signed instead of the statement, and a critical header asks for what is not understood here.
        return sign1.Content is null && !sign1.ProtectedHeaders.ContainsKey(CoseHeaderLabel.CriticalHeaders);
    }

    private static bool TryReadAlgorithm(CoseSign1Message sign1, out int algorithm)
    {
        algorithm = 0;
        return sign1.ProtectedHeaders.TryGetValue(CoseHeaderLabel.Algorithm, out var value)
            && TryRead(value, static reader => reader.ReadInt32(), out algorithm);
    }

    private static bool TryRead<T>(CoseHeaderValue value, Func<CborReader, T> read, out T result)
    {
        result = default!;
        try
        {
            result = read(new CborReader(value.EncodedValue, CborConformanceMode.Strict));
            return true;
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            return false;
        }
    }

    private StatementResult VerifyWithKeys(
        CoseSign1Message sign1, SignatureAlgorithm algorithm, ReadOnlySpan<byte> statement, ReadOnlySpan<byte> associatedData)
    {
        var named = sign1.ProtectedHeaders.TryGetValue(CoseHeaderLabel.KeyIdentifier, out var value)
            && TryRead(value, static reader => reader.ReadByteString(), out var bytes) ? bytes : null;
        var result = new StatementResult(StatementState.UnknownKey, algorithm);
        foreach (var key in _keys)
        {
            if (named is not null && !key.KeyId.SequenceEqual(named))
            {
                continue;
            }

            if (key.Algorithm != algorithm)
            {
                result = result.State == StatementState.Invalid ? result : result with { State = StatementState.AlgorithmNotAllowed };
            }
            else if (IsSignedBy(sign1, key, statement, associatedData))
            {
                return new StatementResult(StatementState.Valid, algorithm, Convert.ToHexStringLower(key.KeyId));
            }
            else
            {
                result = result with { State = StatementState.Invalid };
            }
        }

        return result;
    }

    private StatementResult VerifyWithCertificates(
        CoseSign1Message sign1, SignatureAlgorithm algorithm, ReadOnlySpan<byte> statement, ReadOnlySpan<byte> associatedData)
    {
        var result = new StatementResult(StatementState.UnknownKey, algorithm);
        if (!sign1.UnprotectedHeaders.TryGetValue(new CoseHeaderLabel(StatementSigner.CertificateChainLabel), out var value))
        {
            return result;
        }

        var certificates = new List<X509Certificate2>();
        if (!CertificateChain.TryDecode(value.EncodedValue, certificates))
        {
            return new StatementResult(StatementState.Malformed, algorithm);
        }

        try
        {
            using var key = SignatureKeys.GetPublicKey(certificates[0]);
            if (!_certificates!.IsTrusted(certificates))
            {
                return result with { State = StatementState.UntrustedCertificate };
            }

            if (key is null || !SignatureKeys.TryGetAlgorithm(key, out var pinned) || pinned != algorithm)
            {
                return result with { State = StatementState.AlgorithmNotAllowed };
            }

            return IsSignedBy(sign1, key, statement, associatedData)
                ? new StatementResult(StatementState.Valid, algorithm, Convert.ToHexStringLower(SignatureKeys.GetKeyId(key)), certificates[0].Subject)
                : result with { State = StatementState.Invalid };
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            return result with { State = StatementState.UntrustedCertificate };
        }
        finally
        {
            CertificateChain.Dispose(certificates);
        }
    }

    private static bool IsSignedBy(CoseSign1Message sign1, VerificationKey key, ReadOnlySpan<byte> statement, ReadOnlySpan<byte> associatedData)
    {
        // Platform keys do not promise to be thread-safe, and several verifiers may hold this one.
        lock (key.Lock)
        {
            return IsSignedBy(sign1, key.Key, statement, associatedData);
        }
    }

    private static bool IsSignedBy(CoseSign1Message sign1, AsymmetricAlgorithm key, ReadOnlySpan<byte> statement, ReadOnlySpan<byte> associatedData)
    {
        try
        {
            return sign1.VerifyDetached(key, statement, associatedData);
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            return false;
        }
    }
}
