namespace Harmony4.Cli;

/// <summary>Ends the command with an exit code and one line on stderr.</summary>
internal sealed class CliException : Exception
{
    public CliException(int exitCode, string message, Exception? innerException = null)
        : base(message, innerException) => ExitCode = exitCode;

    public int ExitCode { get; }

    public static CliException Usage(string message) => new(Cli.ExitCode.Usage, message);

    public static CliException Failed(string file, string message, Exception? innerException = null) =>
        new(Cli.ExitCode.Failed, $"{file}: {message}", innerException);
}
