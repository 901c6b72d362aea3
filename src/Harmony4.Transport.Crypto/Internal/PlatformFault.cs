using System.Formats.Asn1;
using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Harmony4.Transport.Crypto.Internal;

/// <summary>What the platform's readers of COSE, CBOR, ASN.1, PEM, keys and certificates raise for bytes that a stranger sent: the one place that knows.</summary>
internal static class PlatformFault
{
    /// <summary>Whether an exception tells of the bytes. What is left tells of the process, such as memory that ran out, and passes.</summary>
    public static bool IsOfBytes(Exception exception) => exception
        is CryptographicException // also when a key or curve cannot be used
        or CborContentException
        or AsnContentException
        or ArgumentException // also ArgumentOutOfRangeException, of lengths in certificates
        or FormatException
        or InvalidOperationException // a CBOR reader's, of another type than asked for
        or OverflowException // a label or number beyond 32 or 64 bits
        or NotSupportedException; // also PlatformNotSupportedException, of a curve that the platform does not know
}
