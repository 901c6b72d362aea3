namespace Harmony4.Mutate;

/// <summary>The changes that a committed text names as making no difference, each with its reason.</summary>
internal sealed class KnownSurvivors
{
    private readonly HashSet<string> _lines;

    private KnownSurvivors(IEnumerable<string> lines) => _lines = lines.ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Reads a text in which a line that begins with <c>- `</c> names a change, as <c>- `File.cs`: `line before` → `line after`</c>, all changes of a
    /// line, as <c>- `File.cs`: `line before`</c>, or of a file, as <c>- `File.cs`</c>. Line numbers are left out, as they change with every edit; all
    /// other lines are for readers.
    /// </summary>
    public static KnownSurvivors Read(string? path) =>
        new(path is null ? [] : File.ReadLines(path).Where(line => line.StartsWith("- `", StringComparison.Ordinal)).Select(line => line.TrimEnd()));

    public bool Contains(Mutation mutation) =>
        _lines.Contains(Line(mutation)) || _lines.Contains(LineBefore(mutation)) || _lines.Contains($"- `{mutation.File}`");

    public static string Line(Mutation mutation) => $"{LineBefore(mutation)} → `{mutation.After}`";

    private static string LineBefore(Mutation mutation) => $"- `{mutation.File}`: `{mutation.Before}`";
}
