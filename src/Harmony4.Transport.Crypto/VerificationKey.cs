using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>A trusted public key, pinned to the one algorithm that its type and size stand for.</summary>
/// <remarks>Thread-safe, except for <see cref="Dispose"/>.</remarks>
public sealed class VerificationKey : IDisposable
{
    private readonly byte[] _keyId;

    private VerificationKey(AsymmetricAlgorithm key, string parameterName)
    {
        Key = key;
        Algorithm = SignatureKeys.GetAlgorithm(key, parameterName);
        _keyId = SignatureKeys.GetKeyId(key);
    }

    /// <summary>Gets the algorithm.</summary>
    public SignatureAlgorithm Algorithm { get; }

    /// <summary>Gets the key's id: the SHA-256 of its SubjectPublicKeyInfo, 32 bytes.</summary>
    public ReadOnlySpan<byte> KeyId => _keyId;

    internal AsymmetricAlgorithm Key { get; }

    /// <summary>Gets what to hold while <see cref="Key"/> is used.</summary>
    internal Lock Lock { get; } = new();

    /// <summary>Reads a key from PEM text: a "PUBLIC KEY", or the key of a "CERTIFICATE", whose other contents are not looked at.</summary>
    /// <param name="pem">The text; its first PEM block counts.</param>
    /// <returns>The key.</returns>
    /// <exception cref="ArgumentException">The text has no such block, or the key is of no accepted type.</exception>
    public static VerificationKey FromPem(ReadOnlySpan<char> pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields))
        {
            throw new ArgumentException("The text has no PEM block.", nameof(pem));
        }

        switch (pem[fields.Label])
        {
            case "PUBLIC KEY":
                var bytes = new byte[fields.DecodedDataLength];
                Convert.TryFromBase64Chars(pem[fields.Base64Data], bytes, out _);
                return FromSubjectPublicKeyInfo(bytes, nameof(pem));
            case "CERTIFICATE":
                using (var certificate = ReadCertificate(pem))
                {
                    return FromSubjectPublicKeyInfo(certificate.PublicKey.ExportSubjectPublicKeyInfo(), nameof(pem));
                }

            default:
                throw new ArgumentException("The PEM block is neither a public key nor a certificate.", nameof(pem));
        }
    }

    /// <summary>Reads a key from its X.509 SubjectPublicKeyInfo.</summary>
    /// <param name="subjectPublicKeyInfo">The DER bytes.</param>
    /// <returns>The key.</returns>
    /// <exception cref="ArgumentException">The bytes are no such structure, or the key is of no accepted type.</exception>
    public static VerificationKey FromSubjectPublicKeyInfo(ReadOnlySpan<byte> subjectPublicKeyInfo) =>
        FromSubjectPublicKeyInfo(subjectPublicKeyInfo, nameof(subjectPublicKeyInfo));

    /// <summary>Releases the platform's key.</summary>
    public void Dispose() => Key.Dispose();

    private static VerificationKey FromSubjectPublicKeyInfo(ReadOnlySpan<byte> bytes, string parameterName)
    {
        var key = TryImport(ECDsa.Create(), bytes) ?? TryImport(RSA.Create(), bytes)
            ?? throw new ArgumentException("The key is neither an EC nor an RSA public key.", parameterName);
        try
        {
            return new VerificationKey(key, parameterName);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static AsymmetricAlgorithm? TryImport(AsymmetricAlgorithm key, ReadOnlySpan<byte> bytes)
    {
        try
        {
            key.ImportSubjectPublicKeyInfo(bytes, out _);
            return key;
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            key.Dispose();
            return null;
        }
    }

    private static X509Certificate2 ReadCertificate(ReadOnlySpan<char> pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            throw new ArgumentException("The certificate cannot be read.", nameof(pem));
        }
    }
}
