using System.Text.Json;

namespace Harmony4.AspNetCore.Tests;

/// <summary>Reads server-sent events strictly as this server frames them: an event line, a data line, an empty line.</summary>
internal static class Events
{
    public static List<(string Name, JsonElement Data)> Parse(string text)
    {
        Assert.EndsWith("\n\n", text, StringComparison.Ordinal);
        return [.. text[..^2].Split("\n\n").Select(Event)];
    }

    private static (string Name, JsonElement Data) Event(string text)
    {
        var lines = text.Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("event: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("data: ", lines[1], StringComparison.Ordinal);
        using var json = JsonDocument.Parse(lines[1][6..]);
        return (lines[0][7..], json.RootElement.Clone());
    }
}
