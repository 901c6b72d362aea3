namespace Harmony4.Cli.Files;

/// <summary>Words for I/O errors without the path, which the caller names itself.</summary>
internal static class IOFailure
{
    public static string Describe(Exception exception) => exception switch
    {
        FileNotFoundException => "no such file",
        DirectoryNotFoundException => "no such directory",
        PathTooLongException => "the name is too long",

        // The platform's own words are inside: no permission, a closed descriptor.
        UnauthorizedAccessException { InnerException: { } inner } => WithoutPath(inner.Message),
        UnauthorizedAccessException => "access denied",
        _ => WithoutPath(exception.Message),
    };

    /// <summary>The same of an input that the caller names: a web source's messages begin with its address already.</summary>
    public static string DescribeOf(string file, Exception exception)
    {
        var text = Describe(exception);
        return text.StartsWith($"{file}: ", StringComparison.Ordinal) ? text[(file.Length + 2)..] : text;
    }

    // The platform writes "No space left on device : '/path'".
    private static string WithoutPath(string message)
    {
        var path = message.IndexOf(" : '", StringComparison.Ordinal);
        return path < 0 ? message : message[..path];
    }
}
