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
        return Array.Find(paths, IsOption) is { } unknown ? throw Unknown(unknown) : paths;
    }

    /// <summary>Gets the one path of an argument.</summary>
    public static string Required(ParseResult result, Argument<string> argument)
    {
        var path = result.GetValue(argument)!;
        return IsOption(path) ? throw Unknown(path) : path;
    }

    private static bool IsOption(string path) => path.StartsWith('-') && path != InputFile.StandardStream;

    private static CliException Unknown(string path) => CliException.Usage($"'{path}' is not an option here; --help lists them; a file of that name is ./{path}");
}
