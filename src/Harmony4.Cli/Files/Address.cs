using System.Buffers;

namespace Harmony4.Cli.Files;

/// <summary>What looks like an address where a path may stand.</summary>
internal static class Address
{
    private static readonly SearchValues<char> SchemeLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");

    // Written without slashes only these are taken for schemes: a file may have a colon in its name.
    private static readonly string[] KnownSchemes = ["ftp", "ftps", "sftp", "file", "s3"];

    /// <summary>Returns the scheme of an address, in small letters; null for a path.</summary>
    public static string? SchemeOf(string path)
    {
        // A drive is one letter.
        var colon = path.IndexOf(':', StringComparison.Ordinal);
        if (colon < 2 || !char.IsAsciiLetter(path[0]) || path.AsSpan(0, colon).ContainsAnyExcept(SchemeLetters))
        {
            return null;
        }

        var scheme = path[..colon].ToLowerInvariant();
        return path.AsSpan(colon + 1).StartsWith("//", StringComparison.Ordinal) || (KnownSchemes.Contains(scheme) && !Path.Exists(path)) ? scheme : null;
    }

    /// <summary>Returns what is wrong with an input that is an address of a scheme which nothing is read from; null for all else.</summary>
    public static string? FaultOf(string path) => SchemeOf(path) is { } scheme and not ("http" or "https")
        ? $"{InputFile.NameOf(path)}: an address of {scheme} cannot be used: a container is read from a path, or from addresses of http and https"
        : null;

    /// <summary>Returns what is wrong with an output that is an address; null for a path.</summary>
    public static string? FaultOfOutput(string path) => SchemeOf(path) is { } scheme
        ? $"{InputFile.NameOf(path)}: an output is a path, not an address of {scheme}: http and https are read, and not written"
        : null;
}
