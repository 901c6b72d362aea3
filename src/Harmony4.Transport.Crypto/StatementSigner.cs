using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Security.Cryptography.X509Certificates;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>
/// Signs statements, such as a container's root header, as detached COSE_Sign1 messages (RFC 9052). The message holds the
/// algorithm and the key's id in its protected header, and never the statement.
/// </summary>
/// <remarks>
/// Signatures are randomised: the same statement signed twice gives other bytes, so a signature belongs in no hash, ETag or
/// golden file, and its bytes identify nothing. Not thread-safe.
/// </remarks>
public sealed class StatementSigner : IDisposable
{
    /// <summary>The COSE header label of a certificate chain (RFC 9360), in the unprotected header: 33.</summary>
    internal const int CertificateChainLabel = 33;

    /// <summary>The COSE header label of the kind of data structure that a receipt is of (RFC 9942), in the protected header: 395.</summary>
    internal const int DataStructureLabel = 395;

    // RFC9162_SHA256.
    internal const int MerkleTree = 1;

    private readonly AsymmetricAlgorithm _key;
    private readonly bool _leaveOpen;
    private readonly byte[] _keyId;
    private readonly byte[]? _chain;

    private StatementSigner(AsymmetricAlgorithm key, byte[]? chain, string parameterName, bool leaveOpen = false)
    {
        _key = key;
        _leaveOpen = leaveOpen;
        Algorithm = SignatureKeys.GetAlgorithm(key, parameterName);
        _keyId = SignatureKeys.GetKeyId(key);
        _chain = chain;
    }

    /// <summary>Gets the algorithm, which follows from the key.</summary>
    public SignatureAlgorithm Algorithm { get; }

    /// <summary>Gets the key's id: the SHA-256 of its SubjectPublicKeyInfo, 32 bytes.</summary>
    public ReadOnlySpan<byte> KeyId => _keyId;

    /// <summary>Reads a private key from PEM text.</summary>
    /// <param name="pem">One "PRIVATE KEY", "EC PRIVATE KEY" or "RSA PRIVATE KEY"; the caller should zero the text afterwards.</param>
    /// <returns>The signer.</returns>
    /// <exception cref="ArgumentException">The text holds no such key, or one of no accepted type.</exception>
    public static StatementSigner FromPem(ReadOnlySpan<char> pem) => FromPem(pem, default, encrypted: false);

    /// <summary>Reads an encrypted private key from PEM text.</summary>
    /// <param name="pem">One "ENCRYPTED PRIVATE KEY".</param>
    /// <param name="password">Its password; the caller should zero it afterwards.</param>
    /// <returns>The signer.</returns>
    /// <exception cref="ArgumentException">The text holds no such key, the password is wrong, or the key is of no accepted type.</exception>
    public static StatementSigner FromEncryptedPem(ReadOnlySpan<char> pem, ReadOnlySpan<char> password) => FromPem(pem, password, encrypted: true);

    /// <summary>Takes the private key of a certificate, whose chain then goes into every message.</summary>
    /// <param name="certificate">The certificate with its private key.</param>
    /// <param name="intermediates">The certificates between it and the root, nearest first, without the root.</param>
    /// <returns>The signer.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The certificate has no private key, or one of no accepted type.</exception>
    public static StatementSigner FromCertificate(X509Certificate2 certificate, IEnumerable<X509Certificate2> intermediates)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(intermediates);
        var key = (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()
            ?? throw new ArgumentException("The certificate has no EC or RSA private key.", nameof(certificate));
        return Own(key, CertificateChain.Encode([certificate, .. intermediates]), nameof(certificate));
    }

    /// <summary>Takes a key that signs elsewhere or here: a platform's, or a subclass whose signing calls a vault, a token or another process.</summary>
    /// <param name="key">The key, on P-256 or P-384. It is asked for its public part now, and for one signature with each statement.</param>
    /// <param name="leaveOpen">Whether disposing the signer leaves the key.</param>
    /// <returns>The signer.</returns>
    /// <exception cref="ArgumentException">The key is on no accepted curve.</exception>
    public static StatementSigner FromKey(ECDsa key, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new StatementSigner(key, null, nameof(key), leaveOpen);
    }

    /// <inheritdoc cref="FromKey(ECDsa, bool)"/>
    /// <param name="key">The key, of at least 2,048 bits.</param>
    /// <exception cref="ArgumentException">The key is too short.</exception>
    public static StatementSigner FromKey(RSA key, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new StatementSigner(key, null, nameof(key), leaveOpen);
    }

    /// <summary>Signs the root of a Merkle tree, so that receipts of its leaves can be made of the message without the key (RFC 9942).</summary>
    /// <param name="root">The root, 32 bytes, of a tree by RFC 9162 over SHA-256.</param>
    /// <returns>A detached COSE_Sign1 whose protected header is <c>{1: alg, 395: 1}</c>, without external data.</returns>
    /// <exception cref="ArgumentException">The root is not 32 bytes.</exception>
    /// <exception cref="CryptographicException">The platform could not sign.</exception>
    public byte[] SignTree(ReadOnlySpan<byte> root)
    {
        if (root.Length != SHA256.HashSizeInBytes)
        {
            throw new ArgumentException($"A root has {SHA256.HashSizeInBytes} bytes.", nameof(root));
        }

        var protectedHeader = new CoseHeaderMap();
        protectedHeader.Add(new CoseHeaderLabel(DataStructureLabel), MerkleTree);
        return Sign(root, protectedHeader, default);
    }

    /// <summary>Signs a statement.</summary>
    /// <param name="statement">The statement; it is not part of the result.</param>
    /// <param name="associatedData">What the signature shall be for, such as "H4MK 1.1 root": external data of the message, not part of the result.</param>
    /// <returns>The message.</returns>
    /// <exception cref="CryptographicException">The platform could not sign.</exception>
    public byte[] Sign(ReadOnlySpan<byte> statement, ReadOnlySpan<byte> associatedData)
    {
        var protectedHeader = new CoseHeaderMap();
        protectedHeader.Add(CoseHeaderLabel.KeyIdentifier, _keyId);
        return Sign(statement, protectedHeader, associatedData);
    }

    /// <summary>Releases the private key.</summary>
    public void Dispose()
    {
        if (!_leaveOpen)
        {
            _key.Dispose();
        }
    }

    private byte[] Sign(ReadOnlySpan<byte> statement, CoseHeaderMap protectedHeader, ReadOnlySpan<byte> associatedData)
    {
        var hash = Algorithm == SignatureAlgorithm.ES384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        var unprotectedHeader = new CoseHeaderMap();
        if (_chain is not null)
        {
            unprotectedHeader.Add(new CoseHeaderLabel(CertificateChainLabel), CoseHeaderValue.FromEncodedValue(_chain));
        }

        var signer = _key is RSA rsa
            ? new CoseSigner(rsa, RSASignaturePadding.Pss, hash, protectedHeader, unprotectedHeader)
            : new CoseSigner(_key, hash, protectedHeader, unprotectedHeader);
        return CoseSign1Message.SignDetached(statement, signer, associatedData);
    }

    private static StatementSigner FromPem(ReadOnlySpan<char> pem, ReadOnlySpan<char> password, bool encrypted)
    {
        var key = TryImport(ECDsa.Create(), pem, password, encrypted) ?? TryImport(RSA.Create(), pem, password, encrypted)
            ?? throw new ArgumentException("The text holds no EC or RSA private key that can be read.", nameof(pem));
        return Own(key, null, nameof(pem));
    }

    private static StatementSigner Own(AsymmetricAlgorithm key, byte[]? chain, string parameterName)
    {
        try
        {
            return new StatementSigner(key, chain, parameterName);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static AsymmetricAlgorithm? TryImport(AsymmetricAlgorithm key, ReadOnlySpan<char> pem, ReadOnlySpan<char> password, bool encrypted)
    {
        try
        {
            if (encrypted)
            {
                key.ImportFromEncryptedPem(pem, password);
            }
            else
            {
                key.ImportFromPem(pem);
            }

            if (IsPrivate(key))
            {
                return key;
            }
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            // The platform's message could quote the text; the caller gets one that does not.
        }

        key.Dispose();
        return null;
    }

    private static bool IsPrivate(AsymmetricAlgorithm key)
    {
        Span<byte> probe = stackalloc byte[SHA256.HashSizeInBytes];
        probe.Clear();
        try
        {
            _ = key is RSA rsa
                ? rsa.SignHash(probe.ToArray(), HashAlgorithmName.SHA256, RSASignaturePadding.Pss)
                : ((ECDsa)key).SignHash(probe.ToArray());
            return true;
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            return false;
        }
    }
}
