using System.Text.RegularExpressions;

namespace Harmony4.Architecture.Tests;

/// <summary>Nothing is public without a user: whatever a package offers, a page of its documentation or a sample names it in code.</summary>
public sealed partial class DocumentedApiTests
{
    // What comes with an interface, a record or an object is used without being named.
    private static readonly string[] Plumbing = ["Equals", "GetHashCode", "ToString", "Deconstruct", "Dispose", "DisposeAsync", "<Clone>$", "this"];

    private static readonly Lazy<HashSet<string>> Named = new(() =>
    [
        .. Repository.Pages.Concat(Repository.Readmes).SelectMany(f => Markdown.Code(Repository.Lines(f))).SelectMany(Words),
        .. Repository.Files("samples", "*.cs").SelectMany(Repository.Lines).SelectMany(Words),
    ]);

    public static TheoryData<string> Packages => [.. PackageNames];

    private static IEnumerable<string> PackageNames => Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src"))
        .Where(d => File.Exists(Path.Combine(d, "PublicAPI.Shipped.txt")))
        .Select(d => Path.GetFileName(d)!)
        .Order(StringComparer.Ordinal);

    [Theory, MemberData(nameof(Packages))]
    public void PublicApi_OfPackage_IsNamedInDocumentationOrSamples(string package)
    {
        var missing = ApiOf(package)
            .Select(MemberOf)
            .Where(m => m.Length > 0 && !Named.Value.Contains(LastOf(m)))
            .Distinct()
            .ToList();
        Assert.True(missing.Count == 0, $"{missing.Count} named nowhere: {string.Join(", ", missing)}");
    }

    [Fact]
    public void MembersThatDocumentationNames_AreThere()
    {
        var lines = PackageNames.SelectMany(ApiOf).ToList();
        var types = lines.Where(l => !l.Contains(" -> ", StringComparison.Ordinal)).Select(l => LastOf(DeclarationOf(l))).ToHashSet(StringComparer.Ordinal);
        var declared = lines.Select(DeclarationOf).ToHashSet(StringComparer.Ordinal);
        var stale = Repository.Pages.Concat(Repository.Readmes)
            .SelectMany(f => Repository.Lines(f).SelectMany(l => Qualified().Matches(l)).Select(m => (File: f, Type: m.Groups[1].Value, Member: m.Groups[2].Value)))
            .Where(m => types.Contains(m.Type) && !declared.Contains($"{m.Type}.{m.Member}"))
            .Select(m => $"{m.File}: {m.Type}.{m.Member}")
            .ToList();
        Assert.True(stale.Count == 0, string.Join('\n', stale));
    }

    [Theory]
    [InlineData("Harmony4.Format.BlockInfo.Pts.get -> ulong", "BlockInfo.Pts")]
    [InlineData("Harmony4.Format.BlockFlags.Key = 1 -> Harmony4.Format.BlockFlags", "BlockFlags.Key")]
    [InlineData("Harmony4.Tokenization.IToken<TSelf>", "Tokenization.IToken")]
    [InlineData("static readonly Harmony4.Format.ChunkTag.Core -> Harmony4.Format.ChunkTag", "ChunkTag.Core")]
    [InlineData("static Harmony4.Format.SeekTable.Parse(System.ReadOnlyMemory<byte> payload, long offset = 0) -> Harmony4.Format.SeekTable!", "SeekTable.Parse")]
    [InlineData("Harmony4.Format.SeekTable.this[int index].get -> Harmony4.Format.SeekEntry", "")]
    [InlineData("Harmony4.Harmony4ServiceCollectionExtensions", "")]
    [InlineData("override Harmony4.FolderContainerStore.ToString() -> string!", "")]
    [InlineData("static Harmony4.Format.ChunkTag.operator ==(Harmony4.Format.ChunkTag left, Harmony4.Format.ChunkTag right) -> bool", "")]
    [InlineData("Harmony4.ExportOptions.<Clone>$() -> Harmony4.ExportOptions!", "")]
    [InlineData("#nullable enable", "")]
    public void MemberOf_LineOfAnApiFile_IsItsNameOrNothing(string line, string expected) => Assert.Equal(expected, MemberOf(line));

    private static IEnumerable<string> ApiOf(string package) =>
        new[] { "PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt" }.SelectMany(f => Repository.Lines(Path.Combine("src", package, f)));

    /// <summary>Returns the type and member that a line of an API file declares; nothing for what nobody has to name.</summary>
    private static string MemberOf(string line)
    {
        var declaration = Modifiers().Match(line).Value.Contains("override", StringComparison.Ordinal) ? "" : DeclarationOf(line);
        var name = LastOf(declaration);

        // A class that holds extension methods is used through them.
        return Plumbing.Contains(name) || name.EndsWith("Extensions", StringComparison.Ordinal) ? "" : declaration;
    }

    /// <summary>Returns the last two parts of the name that a line declares: type and member, or namespace and type.</summary>
    private static string DeclarationOf(string line)
    {
        if (line.Length == 0 || line[0] == '#' || line.Contains(".operator ", StringComparison.Ordinal))
        {
            return "";
        }

        var parts = TypeParameters().Replace(End().Split(line[Modifiers().Match(line).Length..])[0], "").Split('.');
        return string.Join('.', (parts[^1] is "get" or "set" or "init" ? parts[..^1] : parts)[^2..]);
    }

    private static string LastOf(string member) => member[(member.LastIndexOf('.') + 1)..].Split('[')[0];

    private static IEnumerable<string> Words(string text) => Word().Matches(text).Select(m => m.Value);

    [GeneratedRegex("^((static|abstract|virtual|override|sealed|const|readonly) )*")]
    private static partial Regex Modifiers();

    [GeneratedRegex(@" -> | = |\(")]
    private static partial Regex End();

    [GeneratedRegex("<[^>$]*>(?!\\$)")]
    private static partial Regex TypeParameters();

    [GeneratedRegex(@"`(\w+)\.(\w+)")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
