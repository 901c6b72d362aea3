using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Harmony4.Tokenization;

/// <summary>A frame rate as an exact rational number of frames per second, in lowest terms: 30000/1001 is not 29.97.</summary>
/// <remarks>An immutable value. <see langword="default"/> is not a rate: its <see cref="Numerator"/> is 0.</remarks>
public readonly struct FrameRate : IEquatable<FrameRate>, ISpanParsable<FrameRate>
{
    /// <summary>The most digits, leading zeros aside, that a decimal frame rate may have.</summary>
    public const int MaxDecimalDigits = 17;

    /// <summary>Initializes a rate of <paramref name="numerator"/> / <paramref name="denominator"/> frames per second.</summary>
    /// <param name="numerator">Frames; at least 1.</param>
    /// <param name="denominator">Seconds; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of the two is 0.</exception>
    public FrameRate(ulong numerator, ulong denominator = 1)
    {
        ArgumentOutOfRangeException.ThrowIfZero(numerator);
        ArgumentOutOfRangeException.ThrowIfZero(denominator);
        var divisor = GreatestCommonDivisor(numerator, denominator);
        Numerator = numerator / divisor;
        Denominator = denominator / divisor;
    }

    /// <summary>Gets the frames of the reduced fraction.</summary>
    public ulong Numerator { get; }

    /// <summary>Gets the seconds of the reduced fraction.</summary>
    public ulong Denominator { get; }

    /// <summary>Compares two rates.</summary>
    /// <param name="left">A rate.</param>
    /// <param name="right">A rate.</param>
    /// <returns>Whether they are the same number.</returns>
    public static bool operator ==(FrameRate left, FrameRate right) => left.Equals(right);

    /// <summary>Compares two rates.</summary>
    /// <param name="left">A rate.</param>
    /// <param name="right">A rate.</param>
    /// <returns>Whether they are different numbers.</returns>
    public static bool operator !=(FrameRate left, FrameRate right) => !left.Equals(right);

    /// <summary>Parses <c>30000/1001</c>, <c>25</c> or a decimal of up to 17 digits such as <c>29.97</c>, exactly.</summary>
    /// <param name="s">The text; digits, at most one <c>.</c> or <c>/</c>, no blanks, no sign, no exponent.</param>
    /// <param name="provider">Not used: the form is the same in every culture.</param>
    /// <returns>The rate.</returns>
    /// <exception cref="FormatException">The text is not a rate above zero.</exception>
    public static FrameRate Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var result)
            ? result
            : throw new FormatException($"'{s}' is not a frame rate: expected a decimal of up to {MaxDecimalDigits} digits or numerator/denominator, above zero");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider?)"/>
    /// <exception cref="ArgumentNullException"><paramref name="s"/> is null.</exception>
    public static FrameRate Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <summary>Parses as <see cref="Parse(ReadOnlySpan{char}, IFormatProvider?)"/> does, without throwing.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used: the form is the same in every culture.</param>
    /// <param name="result">The rate, or the default.</param>
    /// <returns>Whether the text is a rate above zero.</returns>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out FrameRate result)
    {
        result = default;
        ulong numerator, denominator = 1;
        var slash = s.IndexOf('/');
        if (slash >= 0)
        {
            if (!TryParseDigits(s[..slash], out numerator) || !TryParseDigits(s[(slash + 1)..], out denominator))
            {
                return false;
            }
        }
        else if (!TryParseDecimal(s, out numerator, out denominator))
        {
            return false;
        }

        if (numerator == 0 || denominator == 0)
        {
            return false;
        }

        result = new FrameRate(numerator, denominator);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider?, out FrameRate)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out FrameRate result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <summary>Returns the double nearest to the rate (ties to even).</summary>
    /// <returns>Frames per second.</returns>
    public double ToDouble()
    {
        if (Numerator == 0)
        {
            return 0;
        }

        // A 63-bit quotient with its remainder folded into the last bit rounds once, correctly, on conversion.
        var shift = 64 + BitOperations.LeadingZeroCount(Numerator);
        var (quotient, remainder) = UInt128.DivRem((UInt128)Numerator << shift, Denominator);
        var excess = 64 - (int)UInt128.LeadingZeroCount(quotient);
        var sticky = remainder != 0;
        if (excess > 0)
        {
            sticky |= (quotient & ((UInt128.One << excess) - 1)) != 0;
            quotient >>= excess;
        }
        else
        {
            excess = 0;
        }

        return Math.ScaleB((double)((ulong)quotient | (sticky ? 1UL : 0UL)), excess - shift);
    }

    /// <inheritdoc/>
    public bool Equals(FrameRate other) => Numerator == other.Numerator && Denominator == other.Denominator;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FrameRate other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Numerator, Denominator);

    /// <summary>Formats the rate as <see cref="Parse(string, IFormatProvider?)"/> reads it.</summary>
    /// <returns><c>25</c> or <c>30000/1001</c>.</returns>
    public override string ToString() => Denominator == 1
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    private static bool TryParseDecimal(ReadOnlySpan<char> s, out ulong numerator, out ulong denominator)
    {
        numerator = 0;
        denominator = 1;
        int digits = 0, significant = 0;
        var fraction = false;
        foreach (var c in s)
        {
            if (c == '.' && !fraction)
            {
                fraction = true;
                continue;
            }

            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            digits++;
            if ((significant > 0 || c != '0' || fraction) && ++significant > MaxDecimalDigits)
            {
                return false;
            }

            numerator = (numerator * 10) + (uint)(c - '0');
            denominator = fraction ? denominator * 10 : denominator;
        }

        return digits > 0;
    }

    private static bool TryParseDigits(ReadOnlySpan<char> s, out ulong value) =>
        ulong.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static ulong GreatestCommonDivisor(ulong a, ulong b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
