using System.Globalization;

namespace Harmony4.TestKit;

/// <summary>A request as it came over the wire. Header names are lower case.</summary>
public sealed record RangeRequest(string Line, IReadOnlyDictionary<string, string> Headers)
{
    public string? Range => Headers.GetValueOrDefault("range");

    public bool IsSuffix => Range!.StartsWith("bytes=-", StringComparison.Ordinal);

    /// <summary>Gets the bounds of the range in a file, the last one included.</summary>
    public (long From, long To) In(long length)
    {
        var bounds = Range!["bytes=".Length..].Split('-');
        return bounds[0].Length == 0
            ? (Math.Max(0, length - Number(bounds[1])), length - 1)
            : (Number(bounds[0]), Math.Min(Number(bounds[1]), length - 1));
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
