using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Reads the settings of one section, and tells of each that is not as it should be, or that nobody reads.</summary>
internal sealed class SettingsReader(IConfiguration section, string name, ICollection<string> faults)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    public void Text(string key, Action<string> set) => Read(key, "a text", static (string text, out string value) => (value = text).Length > 0, set);

    public void Flag(string key, Action<bool> set) => Read(key, "true or false", bool.TryParse, set);

    public void Integer(string key, Action<int> set) =>
        Read(key, "a whole number", static (string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value), set);

    public void Long(string key, Action<long> set) =>
        Read(key, "a whole number", static (string text, out long value) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value), set);

    public void Time(string key, Action<TimeSpan> set) =>
        Read(key, "a time such as 00:00:02", static (string text, out TimeSpan value) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value), set);

    public void OneOf<T>(string key, Action<T> set, params (string Text, T Value)[] choices) =>
        Read(
            key,
            string.Join(" or ", choices.Select(c => c.Text)),
            (string text, out T value) =>
            {
                var index = Array.FindIndex(choices, c => string.Equals(c.Text, text, StringComparison.OrdinalIgnoreCase));
                value = index < 0 ? default! : choices[index].Value;
                return index >= 0;
            },
            set);

    public void Read<T>(string key, string expected, TryParse<T> parse, Action<T> set)
    {
        _known.Add(key);
        if (section[key] is not { } text)
        {
            return;
        }

        if (!parse(text, out var value))
        {
            faults.Add($"{name}:{key}: expected {expected}, found \"{text}\"");
            return;
        }

        try
        {
            set(value);
        }
        catch (ArgumentException exception)
        {
            // The option knows its range.
            faults.Add($"{name}:{key}: \"{text}\": {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Tells of settings that nobody reads: most are misspelt, and would be taken for set.</summary>
    /// <param name="others">Those that somebody else reads.</param>
    public void End(IEnumerable<string> others)
    {
        _known.UnionWith(others);
        foreach (var child in section.GetChildren())
        {
            if (!_known.Contains(child.Key))
            {
                faults.Add($"{name}:{child.Key}: there is no such option; there are {string.Join(", ", _known.Order(StringComparer.Ordinal))}");
            }
        }
    }

    internal delegate bool TryParse<T>(string text, out T value);
}
