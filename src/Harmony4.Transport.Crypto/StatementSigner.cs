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

    private readonly AsymmetricAlgorithm _key;
    private readonly byte[] _keyId;
    private readonly byte[]? _chain;

    private StatementSigner(AsymmetricAlgorithm key, byte[]? chain, string parameterName)
    {
        _key = key;
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

    /// <summary>Signs a statement.</summary>
    /// <param name="statement">The statement; it is not part of the result.</param>
    /// <param name="associatedData">What the signature shall be for, such as "H4MK 1.1 root": external data of the message, not part of the result.</param>
    /// <returns>The message.</returns>
    /// <exception cref="CryptographicException">The platform could not sign.</exception>
    public byte[] Sign(ReadOnlySpan<byte> statement, ReadOnlySpan<byte> associatedData)
    {
        var hash = Algorithm == SignatureAlgorithm.ES384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        var protectedHeader = new CoseHeaderMap();
        protectedHeader.Add(CoseHeaderLabel.KeyIdentifier, _keyId);
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

    /// <summary>Releases the private key.</summary>
    public void Dispose() => _key.Dispose();

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
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
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
        catch (CryptographicException)
        {
            return false;
        }
    }
}
