namespace Harmony4.Cli.Files;

/// <summary>Words for I/O errors without the path, which the caller names itself.</summary>
internal static class IOFailure
{
    public static string Describe(Exception exception) => exception switch
    {
        FileNotFoundException => "no such file",
        DirectoryNotFoundException => "no such directory",
        UnauthorizedAccessException => "access denied, or it is a directory",
        _ => WithoutPath(exception.Message),
    };

    // The platform writes "No space left on device : '/path'".
    private static string WithoutPath(string message)
    {
        var path = message.IndexOf(" : '", StringComparison.Ordinal);
        return path < 0 ? message : message[..path];
    }
}
