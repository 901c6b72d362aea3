namespace Harmony4.Format.Internal;

/// <summary>The payload of SIGN: kind, a zero byte, an empty hint, and the body.</summary>
internal static class SignRecord
{
    public const int MaxLength = 64 * 1024;

    public static byte[] Write(in SignContent sign)
    {
        if (sign.Kind == 0 || sign.Body.Length > MaxLength - SignHeader.Size)
        {
            throw new ArgumentException($"expected a SIGN of a kind from 1 and a body of at most {MaxLength - SignHeader.Size} bytes, found kind {sign.Kind} and {sign.Body.Length} bytes", nameof(sign));
        }

        var payload = new byte[SignHeader.Size + sign.Body.Length];
        payload[0] = sign.Kind;
        sign.Body.CopyTo(payload.AsMemory(SignHeader.Size));
        return payload;
    }

    public static void RequireCount(long count)
    {
        if (count > H4mkSigning.MaxCount)
        {
            throw new ArgumentException($"a container has at most {H4mkSigning.MaxCount} SIGN chunks, found {count}");
        }
    }
}
