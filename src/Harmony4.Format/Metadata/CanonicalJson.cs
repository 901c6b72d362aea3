using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Harmony4.Format;

/// <summary>JSON in the canonical form of RFC 8785: members by name, no blanks, strings and numbers in their one shortest form. Equal values have equal bytes.</summary>
public static class CanonicalJson
{
    /// <summary>Writes a value in canonical form.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The text in UTF-8, without a byte order mark.</returns>
    /// <exception cref="ArgumentException">A number is not a finite IEEE 754 double, a string has a lone surrogate, or an object has a member twice: none has a canonical form.</exception>
    public static byte[] Write(JsonElement value)
    {
        var text = new StringBuilder();
        try
        {
            Append(text, value);
        }
        catch (InvalidOperationException exception)
        {
            // What the platform says of a string with a lone surrogate.
            throw new ArgumentException("a string with a lone surrogate has no canonical form", nameof(value), exception);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Writes JSON text anew in canonical form.</summary>
    /// <param name="json">The text in UTF-8.</param>
    /// <returns>The same value in canonical form.</returns>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    /// <exception cref="ArgumentException">As <see cref="Write(JsonElement)"/> says.</exception>
    public static byte[] Write(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return Write(document.RootElement);
    }

    internal static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (char.IsSurrogate(c) && !(char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1])) && !(char.IsLowSurrogate(c) && i > 0 && char.IsHighSurrogate(value[i - 1])))
            {
                throw new ArgumentException("a string with a lone surrogate has no canonical form", nameof(value));
            }

            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }

    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                AppendObject(text, value);
                break;
            case JsonValueKind.Array:
                AppendArray(text, value);
                break;
            case JsonValueKind.String:
                AppendString(text, value.GetString()!);
                break;
            case JsonValueKind.Number:
                text.Append(FormatNumber(value));
                break;
            case JsonValueKind.True:
            case JsonValueKind.False:
                text.Append(value.ValueKind == JsonValueKind.True ? "true" : "false");
                break;
            case JsonValueKind.Null:
                text.Append("null");
                break;
            default:
                throw new ArgumentException("expected a JSON value, found none", nameof(value));
        }
    }

    private static void AppendObject(StringBuilder text, JsonElement value)
    {
        // RFC 8785 sorts by UTF-16 code units, as ordinal comparison does.
        var members = value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal).ToList();
        text.Append('{');
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0 && members[i].Name == members[i - 1].Name)
            {
                throw new ArgumentException($"an object with the member \"{members[i].Name}\" twice has no canonical form", nameof(value));
            }

            text.Append(i > 0 ? "," : "");
            AppendString(text, members[i].Name);
            text.Append(':');
            Append(text, members[i].Value);
        }

        text.Append('}');
    }

    private static void AppendArray(StringBuilder text, JsonElement value)
    {
        text.Append('[');
        var isFirst = true;
        foreach (var item in value.EnumerateArray())
        {
            text.Append(isFirst ? "" : ",");
            isFirst = false;
            Append(text, item);
        }

        text.Append(']');
    }

    /// <summary>The number as ECMAScript writes it: the shortest digits that give the double back, plain between 1e-6 and 1e21.</summary>
    private static string FormatNumber(JsonElement value)
    {
        if (!value.TryGetDouble(out var number) || !double.IsFinite(number))
        {
            throw new ArgumentException($"{value.GetRawText()} is not a finite double and has no canonical form", nameof(value));
        }

        if (number == 0)
        {
            return "0";
        }

        var shortest = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture);
        var (digits, exponent) = Decompose(shortest);
        var sign = number < 0 ? "-" : "";
        return exponent switch
        {
            > 0 and <= 21 when digits.Length <= exponent => sign + digits + new string('0', exponent - digits.Length),
            > 0 and <= 21 => $"{sign}{digits[..exponent]}.{digits[exponent..]}",
            > -6 and <= 0 => $"{sign}0.{new string('0', -exponent)}{digits}",
            _ => string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent > 0 ? "+" : "")}{exponent - 1}"),
        };
    }

    /// <summary>Digits without leading or trailing zeros, and n such that the value is 0.digits × 10^n.</summary>
    private static (string Digits, int Exponent) Decompose(string number)
    {
        var e = number.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(number.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? number : number[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        exponent += point < 0 ? mantissa.Length : point;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), exponent - leading);
    }
}
