namespace Harmony4.AspNetCore.Internal;

/// <summary>What a Range header asks of a representation (RFC 9110 section 14).</summary>
internal readonly record struct ByteRange(ByteRangeKind Kind, long Start, long Length)
{
    private const string Unit = "bytes";

    /// <summary>
    /// Judges a header. One range is served; a list in which nothing is satisfiable is unsatisfiable, any other list of several is not served in
    /// parts; what is not understood, or not well formed, is ignored.
    /// </summary>
    public static ByteRange Evaluate(ReadOnlySpan<char> header, long size)
    {
        var full = new ByteRange(ByteRangeKind.Full, 0, size);
        header = header.Trim(" \t");
        var equals = header.IndexOf('=');
        if (equals < 0 || !header[..equals].Equals(Unit, StringComparison.OrdinalIgnoreCase))
        {
            return full;
        }

        var rest = header[(equals + 1)..];
        var (elements, satisfiable, first) = (0, 0, full);
        for (var begin = true; !rest.IsEmpty; begin = false)
        {
            var comma = rest.IndexOf(',');
            var element = comma < 0 ? rest : rest[..comma];
            rest = comma < 0 ? [] : rest[(comma + 1)..];

            // Blanks may stand around commas only.
            element = begin ? element : element.TrimStart(" \t");
            element = comma < 0 ? element : element.TrimEnd(" \t");
            if (element.IsEmpty)
            {
                continue;
            }

            if (!TryParse(element, size, out var range))
            {
                return full;
            }

            elements++;
            satisfiable += range.Kind == ByteRangeKind.Unsatisfiable ? 0 : 1;
            first = elements == 1 ? range : first;
        }

        return elements switch
        {
            0 => full,
            1 => first,
            _ when satisfiable == 0 => new ByteRange(ByteRangeKind.Unsatisfiable, 0, 0),
            _ => full,
        };
    }

    private static bool TryParse(ReadOnlySpan<char> element, long size, out ByteRange range)
    {
        range = default;
        var dash = element.IndexOf('-');
        if (dash < 0)
        {
            return false;
        }

        var from = element[..dash];
        var to = element[(dash + 1)..];
        if ((from.IsEmpty && to.IsEmpty) || !IsDigits(from) || !IsDigits(to))
        {
            return false;
        }

        if (from.IsEmpty)
        {
            range = Suffix(Clamp(to), size);
            return true;
        }

        if (!to.IsEmpty && Compare(from, to) > 0)
        {
            return false;
        }

        var start = Clamp(from);
        var last = to.IsEmpty ? long.MaxValue : Clamp(to);
        range = start >= size
            ? new ByteRange(ByteRangeKind.Unsatisfiable, 0, 0)
            : new ByteRange(ByteRangeKind.Partial, start, Math.Min(last, size - 1) - start + 1);
        return true;
    }

    // The last bytes of nothing are all of it; there is no Content-Range that could say so.
    private static ByteRange Suffix(long length, long size) => (length, size) switch
    {
        (0, _) => new ByteRange(ByteRangeKind.Unsatisfiable, 0, 0),
        (_, 0) => new ByteRange(ByteRangeKind.Full, 0, 0),
        _ => new ByteRange(ByteRangeKind.Partial, size - Math.Min(length, size), Math.Min(length, size)),
    };

    private static bool IsDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>Compares two numbers of any length.</summary>
    private static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
    }

    private static long Clamp(ReadOnlySpan<char> digits)
    {
        var value = 0L;
        foreach (var digit in digits)
        {
            if (value > (long.MaxValue - 9) / 10)
            {
                return long.MaxValue;
            }

            value = (value * 10) + (digit - '0');
        }

        return value;
    }
}
