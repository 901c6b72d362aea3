namespace Harmony4.Mutate;

/// <summary>The changes that a committed text names as making no difference, each with its reason.</summary>
internal sealed class KnownSurvivors
{
    private readonly HashSet<string> _lines;

    private KnownSurvivors(IEnumerable<string> lines) => _lines = lines.ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Reads a text in which a line that begins with <c>- `</c> is <c>- `File.cs`: `line before` → `line after`</c>. Line numbers are left out, as
    /// they change with every edit; the other lines are for readers.
    /// </summary>
    public static KnownSurvivors Read(string? path) =>
        new(path is null ? [] : File.ReadLines(path).Where(line => line.StartsWith("- `", StringComparison.Ordinal)).Select(line => line.TrimEnd()));

    public bool Contains(Mutation mutation) => _lines.Contains(Line(mutation));

    public static string Line(Mutation mutation) => $"- `{mutation.File}`: `{mutation.Before}` → `{mutation.After}`";
}
