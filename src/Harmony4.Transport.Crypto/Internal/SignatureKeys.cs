using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Harmony4.Transport.Crypto.Internal;

/// <summary>Which keys are accepted, and the one algorithm that each stands for.</summary>
internal static class SignatureKeys
{
    private const int MinRsaBits = 2048;

    public static bool TryGetAlgorithm(AsymmetricAlgorithm key, out SignatureAlgorithm algorithm)
    {
        algorithm = default;
        if (key is RSA)
        {
            algorithm = SignatureAlgorithm.PS256;
            return key.KeySize >= MinRsaBits;
        }

        if (key is not ECDsa ec)
        {
            return false;
        }

        Oid? curve;
        try
        {
            curve = ec.ExportParameters(includePrivateParameters: false).Curve.Oid;
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            return false;
        }

        if (IsCurve(curve, ECCurve.NamedCurves.nistP256.Oid))
        {
            algorithm = SignatureAlgorithm.ES256;
            return true;
        }

        algorithm = SignatureAlgorithm.ES384;
        return IsCurve(curve, ECCurve.NamedCurves.nistP384.Oid);
    }

    public static SignatureAlgorithm GetAlgorithm(AsymmetricAlgorithm key, string parameterName) => TryGetAlgorithm(key, out var algorithm)
        ? algorithm
        : throw new ArgumentException($"The key is neither ECDSA on P-256 or P-384 nor RSA of at least {MinRsaBits} bits.", parameterName);

    public static byte[] GetKeyId(AsymmetricAlgorithm key) => SHA256.HashData(key.ExportSubjectPublicKeyInfo());

    public static AsymmetricAlgorithm? GetPublicKey(X509Certificate2 certificate) =>
        (AsymmetricAlgorithm?)certificate.GetECDsaPublicKey() ?? certificate.GetRSAPublicKey();

    // Windows names curves where other platforms number them; a curve given by its parameters has neither.
    private static bool IsCurve(Oid? actual, Oid wanted) =>
        actual is not null && (actual.Value == wanted.Value || (actual.Value is null && actual.FriendlyName == wanted.FriendlyName));
}
