namespace Harmony4.Hashing.Internal.Folding;

/// <summary>
/// Remainders of powers of x by the reflected polynomial. Folding over n bits multiplies the low half of 128 bits by x^(n + 32)
/// and the high half by x^(n - 32). All are shifted left by one, as the product of two reflected polynomials is one place short.
/// </summary>
internal static class FoldConstants
{
    public const ulong By2048Low = 0x11542778A;
    public const ulong By2048High = 0x1322D1430;
    public const ulong By1024Low = 0x1E88EF372;
    public const ulong By1024High = 0x14A7FE880;
    public const ulong By512Low = 0x154442BD4;
    public const ulong By512High = 0x1C6E41596;
    public const ulong By256Low = 0xF1DA05AA;
    public const ulong By256High = 0x15A546366;
    public const ulong By128Low = 0x1751997D0;
    public const ulong By128High = 0xCCAA009E;

    /// <summary>x^64.</summary>
    public const ulong X64 = 0x163CD6124;

    /// <summary>The polynomial, with its highest coefficient.</summary>
    public const ulong Polynomial = 0x1DB710641;

    /// <summary>The quotient of x^64 by the polynomial, with its highest coefficient.</summary>
    public const ulong Quotient = 0x1F7011641;
}
