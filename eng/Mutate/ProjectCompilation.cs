using System.Diagnostics;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Harmony4.Mutate;

/// <summary>A project as its build compiles it, held in memory so that a change of one file costs only what has to be done anew.</summary>
internal sealed class ProjectCompilation
{
    private ProjectCompilation(CSharpCompilation compilation, string folder)
    {
        Compilation = compilation;
        Sources = compilation.SyntaxTrees.Where(t => t.FilePath.StartsWith(folder, StringComparison.Ordinal))
            .OrderBy(t => t.FilePath, StringComparer.Ordinal).ToList();
    }

    public CSharpCompilation Compilation { get; }

    /// <summary>Gets the files of the project's own folder; what the build generates is not among them.</summary>
    public IReadOnlyList<SyntaxTree> Sources { get; }

    public string AssemblyName => Compilation.AssemblyName!;

    /// <summary>Asks the build, which must have run before, for the compiler's command line.</summary>
    public static ProjectCompilation Load(string project, string configuration)
    {
        project = Path.GetFullPath(project);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        string[] arguments =
        [
            "msbuild", project, "-t:Compile", "-p:ProvideCommandLineArgs=true", "-p:SkipCompilerExecution=true",
            // An output that never exists: the compiler's arguments are wanted even when there is nothing to compile.
            "-p:NonExistentFile=none/none",
            $"-p:Configuration={configuration}", "-getItem:CscCommandLineArgs",
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        using var json = JsonDocument.Parse(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        var folder = Path.GetDirectoryName(project)!;
        var line = CSharpCommandLineParser.Default.Parse(
            json.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!),
            folder,
            Path.GetDirectoryName(typeof(object).Assembly.Location));
        var parse = line.ParseOptions.WithDocumentationMode(DocumentationMode.None);
        var trees = line.SourceFiles.Select(file => CSharpSyntaxTree.ParseText(SourceText.From(File.ReadAllText(file.Path)), parse, file.Path));

        // Warnings, errors in the build, must not decide which mutations exist.
        var options = line.CompilationOptions
            .WithGeneralDiagnosticOption(ReportDiagnostic.Suppress)
            .WithSpecificDiagnosticOptions(null)
            .WithSyntaxTreeOptionsProvider(null);
        var references = line.MetadataReferences.Select(r => MetadataReference.CreateFromFile(r.Reference, r.Properties));
        return new ProjectCompilation(CSharpCompilation.Create(line.CompilationName, trees, references, options), folder + "/");
    }

    /// <summary>Writes the assembly with a change; without one when <paramref name="mutation"/> is <see langword="null"/>.</summary>
    public bool TryEmit(Mutation? mutation, string path)
    {
        var compilation = mutation is null
            ? Compilation
            : Compilation.ReplaceSyntaxTree(mutation.Tree, mutation.Tree.WithChangedText(mutation.Apply()));
        using var stream = new MemoryStream();
        if (!compilation.Emit(stream).Success)
        {
            return false;
        }

        File.WriteAllBytes(path, stream.ToArray());
        return true;
    }
}
