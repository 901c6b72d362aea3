namespace Harmony4.Architecture.Tests;

/// <summary>The working copy that the tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Gets the pages below <c>docs</c>, as paths from the root.</summary>
    public static IReadOnlyList<string> Pages { get; } = Files("docs", "*.md");

    /// <summary>Gets the READMEs of the repository and of its packages, as paths from the root.</summary>
    public static IReadOnlyList<string> Readmes { get; } =
        ["README.md", .. Directory.EnumerateDirectories(Path.Combine(Root, "src")).Select(d => Path.GetRelativePath(Root, Path.Combine(d, "README.md"))).Where(f => File.Exists(Path.Combine(Root, f)))];

    public static IReadOnlyList<string> Files(string folder, string pattern) =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Root, f))
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Intersect(["bin", "obj"]).Any())
            .Order(StringComparer.Ordinal)];

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Harmony4.Sdk.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"No Harmony4.Sdk.sln above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }
}
