using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Harmony4.Format;

/// <summary>Writes JSON with the exact text that H4MK 1.0's first writer gave META and SAFE, so that equal values give equal bytes.</summary>
/// <remarks>
/// Docs/format/h4mk-1.0.md section 4: UTF-8, no blanks, members in the order written, non-ASCII raw, only <c>"</c>, <c>\</c> and control characters
/// escaped, doubles always with a point or an exponent. A caller-supplied META needs none of this: any JSON object will do.
/// </remarks>
public ref struct H4mkJsonWriter
{
    private readonly IBufferWriter<byte> _output;
    private bool _needsComma;

    /// <summary>Initializes a writer.</summary>
    /// <param name="output">Receives the text in UTF-8.</param>
    /// <exception cref="ArgumentNullException"><paramref name="output"/> is null.</exception>
    public H4mkJsonWriter(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _output = output;
    }

    /// <summary>Returns the text of a double: the shortest digits that read back as the same double.</summary>
    /// <param name="value">A finite number.</param>
    /// <returns>Plain notation with a point for exponents −4 … 15, such as <c>30.0</c>; else a signed exponent of two digits or more, such as <c>1e-05</c>.</returns>
    /// <exception cref="ArgumentException">The number is not finite, which JSON cannot say.</exception>
    internal static string FormatDouble(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentException("JSON has no text for this number: expected a finite double", nameof(value));
        }

        // "E16" gives exactly as many digits as it is asked for, so the shortest ones come from "R".
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var negative = shortest[0] == '-';
        var text = negative ? shortest.AsSpan(1) : shortest;
        Span<char> digits = stackalloc char[text.Length];
        var (count, exponent) = Decompose(text, digits);
        var result = new StringBuilder(32);
        if (negative)
        {
            result.Append('-');
        }

        if (exponent is >= -4 and < 16)
        {
            AppendPlain(result, digits[..count], exponent);
        }
        else
        {
            result.Append(digits[0]);
            if (count > 1)
            {
                result.Append('.').Append(digits[1..count]);
            }

            result.Append(CultureInfo.InvariantCulture, $"e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }

        return result.ToString();
    }

    /// <summary>Begins an object.</summary>
    public void WriteStartObject()
    {
        Separate();
        Raw("{"u8);
        _needsComma = false;
    }

    /// <summary>Ends an object.</summary>
    public void WriteEndObject()
    {
        Raw("}"u8);
        _needsComma = true;
    }

    /// <summary>Writes the name of a member; its value has to follow.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">The name holds a lone surrogate.</exception>
    public void WritePropertyName(string name)
    {
        Separate();
        Quoted(name);
        Raw(":"u8);
        _needsComma = false;
    }

    /// <summary>Writes a string.</summary>
    /// <param name="value">The string.</param>
    /// <exception cref="ArgumentException">The string holds a lone surrogate.</exception>
    public void WriteStringValue(string value)
    {
        Separate();
        Quoted(value);
        _needsComma = true;
    }

    /// <summary>Writes an integer.</summary>
    /// <param name="value">The integer.</param>
    public void WriteNumberValue(long value)
    {
        Separate();
        var span = _output.GetSpan(20);
        Utf8Formatter.TryFormat(value, span, out var written);
        _output.Advance(written);
        _needsComma = true;
    }

    /// <summary>Writes an integer.</summary>
    /// <param name="value">The integer.</param>
    public void WriteNumberValue(ulong value)
    {
        Separate();
        var span = _output.GetSpan(20);
        Utf8Formatter.TryFormat(value, span, out var written);
        _output.Advance(written);
        _needsComma = true;
    }

    /// <summary>Writes a double: the shortest digits that read back as the same double.</summary>
    /// <param name="value">A finite number, written in plain notation with a point for exponents −4 … 15, such as <c>30.0</c>; else with a signed exponent of two digits or more, such as <c>1e-05</c>.</param>
    /// <exception cref="ArgumentException">The number is not finite.</exception>
    public void WriteNumberValue(double value)
    {
        Separate();
        Raw(Encoding.ASCII.GetBytes(FormatDouble(value)));
        _needsComma = true;
    }

    /// <summary>Writes <c>true</c> or <c>false</c>.</summary>
    /// <param name="value">The value.</param>
    public void WriteBooleanValue(bool value)
    {
        Separate();
        Raw(value ? "true"u8 : "false"u8);
        _needsComma = true;
    }

    /// <summary>Writes <c>null</c>.</summary>
    public void WriteNullValue()
    {
        Separate();
        Raw("null"u8);
        _needsComma = true;
    }

    private static (int Count, int Exponent) Decompose(ReadOnlySpan<char> text, Span<char> digits)
    {
        var e = text.IndexOf('E');
        var exponent = e < 0 ? 0 : int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.');
        exponent += (point < 0 ? mantissa.Length : point) - 1;
        var count = 0;
        foreach (var c in mantissa)
        {
            if (c == '.')
            {
                continue;
            }

            if (count == 0 && c == '0')
            {
                exponent--;
                continue;
            }

            digits[count++] = c;
        }

        while (count > 1 && digits[count - 1] == '0')
        {
            count--;
        }

        if (count == 0)
        {
            digits[0] = '0';
            return (1, 0);
        }

        return (count, exponent);
    }

    private static void AppendPlain(StringBuilder result, ReadOnlySpan<char> digits, int exponent)
    {
        if (exponent < 0)
        {
            result.Append("0.").Append('0', -exponent - 1).Append(digits);
            return;
        }

        var whole = exponent + 1;
        if (digits.Length <= whole)
        {
            result.Append(digits).Append('0', whole - digits.Length).Append(".0");
        }
        else
        {
            result.Append(digits[..whole]).Append('.').Append(digits[whole..]);
        }
    }

    private readonly void Quoted(string text)
    {
        Raw("\""u8);
        var start = 0;
        Span<byte> escape = stackalloc byte[6];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] >= ' ' && text[i] is not ('"' or '\\'))
            {
                continue;
            }

            Text(text.AsSpan(start, i - start));
            start = i + 1;
            Raw(Escape(text[i], escape));
        }

        Text(text.AsSpan(start));
        Raw("\""u8);
    }

    private static ReadOnlySpan<byte> Escape(char c, Span<byte> scratch)
    {
        switch (c)
        {
            case '"': return "\\\""u8;
            case '\\': return "\\\\"u8;
            case '\n': return "\\n"u8;
            case '\r': return "\\r"u8;
            case '\t': return "\\t"u8;
            case '\b': return "\\b"u8;
            case '\f': return "\\f"u8;
            default:
                "\\u00"u8.CopyTo(scratch);
                Utf8Formatter.TryFormat((byte)c, scratch[4..], out _, new StandardFormat('x', 2));
                return scratch[..6];
        }
    }

    private readonly void Text(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                {
                    throw new ArgumentException("the text holds a lone surrogate, which UTF-8 cannot say");
                }

                i++;
            }
        }

        Encoding.UTF8.GetBytes(text, _output);
    }

    private void Separate()
    {
        if (_needsComma)
        {
            Raw(","u8);
        }

        _needsComma = false;
    }

    private readonly void Raw(ReadOnlySpan<byte> bytes) => _output.Write(bytes);
}
