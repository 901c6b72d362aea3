using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Harmony4.Tokenization;

namespace Harmony4.Cli.Commands;

/// <summary>Reads sizes, times and rates from the command line.</summary>
internal static class Values
{
    private const ulong MicrosecondsPerSecond = 1_000_000;

    private static readonly (string Suffix, int Digits)[] TimeUnits = [("ms", 3), ("s", 6)];

    private static readonly (string Suffix, ulong Factor)[] SizeUnits = [("KiB", 1UL << 10), ("MiB", 1UL << 20), ("GiB", 1UL << 30), ("TiB", 1UL << 40)];

    public static long Size(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (TryParseSize(text, out var size))
        {
            return size;
        }

        result.AddError($"'{text}' is not a size: expected bytes such as 65536, or 512KiB, 8MiB, 1GiB");
        return 0;
    }

    public static ulong Time(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (TryParseTime(text, out var microseconds))
        {
            return microseconds;
        }

        result.AddError($"'{text}' is not a time: expected microseconds, or 1.5s, 250ms, hh:mm:ss.ffffff");
        return 0;
    }

    public static FrameRate Rate(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (FrameRate.TryParse(text, CultureInfo.InvariantCulture, out var rate))
        {
            return rate;
        }

        result.AddError($"'{text}' is not a frame rate: expected a decimal of up to {FrameRate.MaxDecimalDigits} digits above 0, or a fraction such as 30000/1001");
        return default;
    }

    public static T Number<T>(ArgumentResult result)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        result.AddError($"'{text}' is not a whole number up to {T.MaxValue}");
        return default;
    }

    public static bool TryParseSize(string text, out long size)
    {
        size = 0;
        var factor = 1UL;
        var digits = text.AsSpan();
        foreach (var unit in SizeUnits)
        {
            if (digits.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase))
            {
                factor = unit.Factor;
                digits = digits[..^unit.Suffix.Length];
                break;
            }
        }

        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue / factor)
        {
            return false;
        }

        size = (long)(number * factor);
        return true;
    }

    public static bool TryParseTime(string text, out ulong microseconds)
    {
        if (!text.Contains(':', StringComparison.Ordinal))
        {
            foreach (var (suffix, digits) in TimeUnits)
            {
                if (text.EndsWith(suffix, StringComparison.Ordinal))
                {
                    return TryParseDecimal(text[..^suffix.Length], digits, out microseconds);
                }
            }

            return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out microseconds);
        }

        microseconds = 0;
        var parts = text.Split(':');
        if (parts.Length is < 2 or > 3)
        {
            return false;
        }

        var seconds = parts[^1].Split('.');
        if (seconds.Length > 2 || !TryParsePart(seconds[0], 59, out var s) || !TryParsePart(parts[^2], parts.Length == 3 ? 59 : ulong.MaxValue, out var m))
        {
            return false;
        }

        var h = 0UL;
        if (parts.Length == 3 && !TryParsePart(parts[0], ulong.MaxValue, out h))
        {
            return false;
        }

        var fraction = 0UL;
        if (seconds.Length == 2 && (seconds[1].Length is < 1 or > 6 || !TryParsePart(seconds[1].PadRight(6, '0'), ulong.MaxValue, out fraction)))
        {
            return false;
        }

        var total = (((UInt128)h * 3600) + ((UInt128)m * 60) + s) * MicrosecondsPerSecond + fraction;
        microseconds = (ulong)total;
        return total <= ulong.MaxValue;
    }

    /// <summary>The form of times that <see cref="TryParseTime"/> reads.</summary>
    public static string FormatTime(ulong microseconds)
    {
        var seconds = microseconds / MicrosecondsPerSecond;
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}.{microseconds % MicrosecondsPerSecond:000000}");
    }

    /// <summary>Reads a decimal of at most so many digits behind the point, as a multiple of the last one.</summary>
    private static bool TryParseDecimal(string text, int digits, out ulong value)
    {
        value = 0;
        var parts = text.Split('.');
        var fraction = 0UL;
        if (parts.Length > 2 || !TryParsePart(parts[0], ulong.MaxValue, out var whole)
            || (parts.Length == 2 && (parts[1].Length < 1 || parts[1].Length > digits || !TryParsePart(parts[1].PadRight(digits, '0'), ulong.MaxValue, out fraction))))
        {
            return false;
        }

        var total = ((UInt128)whole * (ulong)Math.Pow(10, digits)) + fraction;
        value = (ulong)total;
        return total <= ulong.MaxValue;
    }

    private static bool TryParsePart(string text, ulong max, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= max;
}
