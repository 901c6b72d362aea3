namespace Harmony4.Cli;

/// <summary>What the tool's exit codes mean.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The answer is no: nothing at or before that time, verification failed, a signature is missing.</summary>
    public const int No = 1;

    /// <summary>The command line is not usable, or an output exists already.</summary>
    public const int Usage = 2;

    /// <summary>The input is not a usable container or media, or I/O failed.</summary>
    public const int Failed = 3;

    /// <summary>Nobody reads standard output any more (128 + SIGPIPE).</summary>
    public const int OutputClosed = 141;

    /// <summary>Interrupted by the user (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
