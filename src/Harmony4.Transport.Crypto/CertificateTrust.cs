using System.Security.Cryptography.X509Certificates;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>Which certificates may vouch for a signer: those that lead to one of these roots, at one moment.</summary>
/// <remarks>The platform's own roots are not asked, nothing is downloaded, and revocation is not checked. Thread-safe.</remarks>
public sealed class CertificateTrust
{
    private readonly X509Certificate2[] _roots;

    /// <summary>Names the roots and the moment.</summary>
    /// <param name="roots">The trusted roots, at least one; the caller still owns them.</param>
    /// <param name="verificationTime">The moment at which every certificate must be valid: when the statement was signed, or now.</param>
    /// <exception cref="ArgumentNullException"><paramref name="roots"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="roots"/> is empty.</exception>
    public CertificateTrust(IEnumerable<X509Certificate2> roots, DateTimeOffset verificationTime)
    {
        ArgumentNullException.ThrowIfNull(roots);
        _roots = [.. roots];
        if (_roots.Length == 0)
        {
            throw new ArgumentException("There is no root.", nameof(roots));
        }

        VerificationTime = verificationTime;
    }

    /// <summary>Gets the moment at which every certificate must be valid.</summary>
    public DateTimeOffset VerificationTime { get; }

    internal bool IsTrusted(IReadOnlyList<X509Certificate2> certificates)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = VerificationTime.LocalDateTime;
        foreach (var root in _roots)
        {
            chain.ChainPolicy.CustomTrustStore.Add(root);
        }

        for (var i = 1; i < certificates.Count; i++)
        {
            chain.ChainPolicy.ExtraStore.Add(certificates[i]);
        }

        var usage = certificates[0].Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        try
        {
            return (usage is null || (usage.KeyUsages & X509KeyUsageFlags.DigitalSignature) != 0) && chain.Build(certificates[0]);
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            return false;
        }
        finally
        {
            foreach (var element in chain.ChainElements)
            {
                element.Certificate.Dispose();
            }
        }
    }
}
