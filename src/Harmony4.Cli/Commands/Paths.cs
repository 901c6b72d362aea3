using System.CommandLine;
using Harmony4.Cli.Files;

namespace Harmony4.Cli.Commands;

/// <summary>Arguments that are any number of paths.</summary>
internal static class Paths
{
    /// <summary>Gets the paths. An option that is not known would be taken for one of them.</summary>
    public static string[] Of(ParseResult result, Argument<string[]> argument)
    {
        var paths = result.GetValue(argument) ?? [];
        return Array.Find(paths, p => p.StartsWith('-') && p != InputFile.StandardStream) is { } unknown
            ? throw CliException.Usage($"'{unknown}' is not an option here; --help lists them; a file of that name is ./{unknown}")
            : paths;
    }
}
