using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Harmony4.Architecture.Tests;

/// <summary>
/// The C# of every page below <c>docs</c> compiles. The snippets of a page are one program, in their order; what it takes as given stands in a
/// comment that no reader of the page sees: <c>&lt;!-- given: Stream stream, string path --&gt;</c>.
/// </summary>
public sealed partial class SnippetTests
{
    private const string ImplicitUsings =
        "using System; using System.Collections.Generic; using System.IO; using System.Linq; using System.Net.Http; using System.Threading; using System.Threading.Tasks;";

    // A snippet may show a value without using it.
    private static readonly string[] Allowed = ["CS0168", "CS0219", "CS8321"];

    private static readonly Lazy<MetadataReference[]> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(f => MetadataReference.CreateFromFile(f))]);

    public static TheoryData<string> Pages => [.. Repository.Pages.Where(p => Markdown.CSharp(Repository.Lines(p)).Any()).Select(p => p.Replace('\\', '/'))];

    [Theory, MemberData(nameof(Pages))]
    public void Snippets_OfPage_Compile(string page)
    {
        var faults = Faults(page, Repository.Lines(page)).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Faults_OfASnippetThatDoesNotCompile_AreNamedByLineOfThePage()
    {
        string[] page = ["# Page", "<!-- given: string path -->", "```csharp", "var text = File.ReadAllText(path);", "```", "", "```csharp", "text.Vanish();", "```"];
        var fault = Assert.Single(Faults("page.md", page));
        Assert.StartsWith("page.md(8): CS1061", fault, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Faults(string name, string[] page)
    {
        var options = new CSharpParseOptions(LanguageVersion.CSharp14);
        var tree = CSharpSyntaxTree.ParseText(ProgramOf(name, page, options), options);
        var compilation = CSharpCompilation.Create(
            "Page",
            [tree],
            References.Value,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: false, nullableContextOptions: NullableContextOptions.Enable));
        return compilation.GetDiagnostics()
            .Where(d => d.Severity >= DiagnosticSeverity.Warning && !Allowed.Contains(d.Id))
            .Select(d => $"{name}({d.Location.GetMappedLineSpan().StartLinePosition.Line + 1}): {d.Id}: {d.GetMessage(CultureInfo.InvariantCulture)}");
    }

    /// <summary>Puts the snippets of a page together: usings first, statements into one method, types behind it.</summary>
    private static string ProgramOf(string name, string[] page, CSharpParseOptions options)
    {
        var usings = new HashSet<string>(StringComparer.Ordinal);
        StringBuilder statements = new(), types = new();
        foreach (var (line, code) in Markdown.CSharp(page))
        {
            var unit = CSharpSyntaxTree.ParseText(code, options).GetCompilationUnitRoot();
            usings.UnionWith(unit.Usings.Select(u => u.ToString()));
            foreach (var member in unit.Members)
            {
                var first = line + member.SyntaxTree.GetLineSpan(member.FullSpan).StartLinePosition.Line;
                (member is GlobalStatementSyntax ? statements : types).Append(CultureInfo.InvariantCulture, $"\n#line {first} \"{name}\"\n{member.ToFullString()}\n");
            }
        }

        var given = Given().Match(string.Join('\n', page)).Groups[1].Value;
        return $"{ImplicitUsings}\n{string.Join('\n', usings)}\ninternal static class Page\n{{\ninternal static async Task RunAsync({given})\n{{\n{statements}\n#line default\nawait Task.CompletedTask;\n}}\n}}\n{types}\n";
    }

    [GeneratedRegex("<!-- given: (.*?) -->", RegexOptions.Singleline)]
    private static partial Regex Given();
}
