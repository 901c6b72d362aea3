namespace Harmony4.Cli.Files;

/// <summary>Words for I/O errors without the path, which the caller names itself.</summary>
internal static class IOFailure
{
    // The error numbers of a pipe without a reader: EPIPE, and on Windows ERROR_BROKEN_PIPE and ERROR_NO_DATA.
    private const int BrokenPipe = 32;
    private const int WindowsBrokenPipe = unchecked((int)0x8007006D);
    private const int WindowsNoData = unchecked((int)0x800700E8);

    public static bool IsClosedPipe(Exception exception) => exception is IOException && (OperatingSystem.IsWindows()
        ? exception.HResult is WindowsBrokenPipe or WindowsNoData
        : exception.HResult == BrokenPipe);

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
