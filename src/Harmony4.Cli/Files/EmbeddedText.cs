using System.Reflection;

namespace Harmony4.Cli.Files;

/// <summary>Texts that are files of the project and travel in its assembly.</summary>
internal static class EmbeddedText
{
    /// <param name="name">The path below the project, with <c>/</c>.</param>
    public static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly has no {name}");
        using var reader = new StreamReader(stream);

        // A checkout may have given them other line ends; what the tool prints is the same everywhere.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
