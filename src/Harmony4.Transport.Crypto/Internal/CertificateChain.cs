using System.Formats.Cbor;
using System.Security.Cryptography.X509Certificates;

namespace Harmony4.Transport.Crypto.Internal;

/// <summary>The x5chain of RFC 9360: one certificate as a byte string, several as an array of them, the signer's first.</summary>
internal static class CertificateChain
{
    public const int MaxCertificates = 8;

    public static byte[] Encode(IReadOnlyList<X509Certificate2> certificates)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        if (certificates.Count > 1)
        {
            writer.WriteStartArray(certificates.Count);
        }

        foreach (var certificate in certificates)
        {
            writer.WriteByteString(certificate.RawDataMemory.Span);
        }

        if (certificates.Count > 1)
        {
            writer.WriteEndArray();
        }

        return writer.Encode();
    }

    /// <summary>Reads a chain; on failure nothing is left to dispose.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> encoded, List<X509Certificate2> certificates)
    {
        try
        {
            var reader = new CborReader(encoded, CborConformanceMode.Strict);
            var count = reader.PeekState() == CborReaderState.StartArray ? reader.ReadStartArray() ?? 0 : 1;
            if (count is < 1 or > MaxCertificates)
            {
                return false;
            }

            for (var i = 0; i < count; i++)
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(reader.ReadByteString()));
            }

            return true;
        }
        catch (Exception exception) when (PlatformFault.IsOfBytes(exception))
        {
            Dispose(certificates);
            return false;
        }
    }

    public static void Dispose(List<X509Certificate2> certificates)
    {
        foreach (var certificate in certificates)
        {
            certificate.Dispose();
        }

        certificates.Clear();
    }
}
