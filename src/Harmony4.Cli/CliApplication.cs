using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Runtime.InteropServices;
using Harmony4.Cli.Commands;
using Harmony4.Cli.Files;
using Harmony4.Format;
using Harmony4.Tokenization;

namespace Harmony4.Cli;

/// <summary>The tool: parses, runs a verb, and turns whatever goes wrong into an exit code and one line on stderr.</summary>
internal static class CliApplication
{
    private const string Name = "harmony4";

    // How long an interrupted command may take to end by itself, such as one that waits for a silent pipe.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(string[] args, CliConsole console)
    {
        using var interrupted = new CancellationTokenSource();
        var work = RunAsync(args, console, interrupted.Token);

        void Interrupt(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupted.Cancel();
        }

        void EndInputOrInterrupt(PosixSignalContext context)
        {
            if (console.TryEndInput())
            {
                context.Cancel = true;
            }
            else
            {
                Interrupt(context);
            }
        }

        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, EndInputOrInterrupt);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, EndInputOrInterrupt);
        using var onHangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Interrupt);
        var stopped = new TaskCompletionSource();
        using var registration = interrupted.Token.Register(stopped.SetResult);
        if (await Task.WhenAny(work, stopped.Task).ConfigureAwait(false) != work
            && await Task.WhenAny(work, Task.Delay(Grace, CancellationToken.None)).ConfigureAwait(false) != work
            && !console.IsChangingInPlace)
        {
            // The work hangs in a read that cannot be cancelled; the process ends without it.
            OutputFile.DeleteUnfinished();
            await FailAsync(console, "interrupted").ConfigureAwait(false);
            Environment.Exit(ExitCode.Interrupted);
        }

        return await work.ConfigureAwait(false);
    }

    public static async Task<int> RunAsync(string[] args, CliConsole console, CancellationToken cancellationToken)
    {
        // Reading a silent pipe blocks its thread; the caller has to stay free to hear a signal.
        await Task.Yield();
        try
        {
            var root = CreateRoot(console);
            var result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            var asksVersion = root.Options.OfType<VersionOption>().Any(o => result.GetResult(o) is not null);
            if (Array.IndexOf(args, "") >= 0)
            {
                throw CliException.Usage("an argument is empty: expected a path or a value");
            }

            if (result.Errors.Count > 0 && result.Action is not HelpAction && !asksVersion)
            {
                throw CliException.Usage(result.UnmatchedTokens is [var unknown, ..]
                    ? $"'{unknown}' is not a command or option here; --help lists them"
                    : result.Errors[0].Message);
            }

            var configuration = new InvocationConfiguration
            {
                Output = console.Output,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            var code = await result.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
            await console.Output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            await console.RawOutput.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            return code;
        }
        catch (CliException exception)
        {
            return await FailAsync(console, exception.Message, exception.ExitCode).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync(console, "interrupted", ExitCode.Interrupted).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(console, IOFailure.Describe(exception), ExitCode.Failed).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A defect of the tool, or memory that ran out. A script still gets its code and its line.
            return await FailAsync(console, $"unexpected failure: {exception.GetType().Name}: {exception.Message}", ExitCode.Failed).ConfigureAwait(false);
        }
    }

    /// <summary>Ties what a container or media says of itself to the file it came from.</summary>
    public static Task<T> LocateAsync<T>(string file, Func<Task<T>> work) => LocateAsync([file], work);

    /// <inheritdoc cref="LocateAsync{T}(string, Func{Task{T}})"/>
    public static async Task<T> LocateAsync<T>(IReadOnlyList<string> files, Func<Task<T>> work)
    {
        var file = files[0];
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (H4mkFormatException exception)
        {
            var chunk = exception.Tag is { } tag ? $"{tag}: " : "";
            throw CliException.Failed(file, string.Create(CultureInfo.InvariantCulture, $"{exception.Offset}: {chunk}{exception.Detail}"), exception);
        }
        catch (MediaFormatException exception)
        {
            throw CliException.Failed(files[exception.Input], string.Create(CultureInfo.InvariantCulture, $"{exception.Offset}: {exception.Segment}: {exception.Detail}"), exception);
        }
        catch (SealKeyException exception)
        {
            throw new CliException(ExitCode.No, $"{file}: {exception.Message}", exception);
        }
        catch (PcmFormatException exception)
        {
            throw CliException.Failed(file, string.Create(CultureInfo.InvariantCulture, $"{exception.Offset}: {exception.Detail}"), exception);
        }
        catch (ArgumentException exception)
        {
            throw new CliException(ExitCode.Usage, WithoutParameter(exception), exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Failed(file, IOFailure.DescribeOf(file, exception), exception);
        }
    }

    private static RootCommand CreateRoot(CliConsole console) => new("Deterministic, seekable, verifiable media transport in H4MK containers.")
    {
        ExportCommand.Create(console),
        InspectCommand.Create(console),
        SeekCommand.Create(console),
        VerifyCommand.Create(console),
        ExtractCommand.Create(console),
        TokenizeCommand.Create(console),
        UpgradeCommand.Create(console),
        AppendCommand.Create(console),
        RecoverCommand.Create(console),
        SignCommand.Create(console),
        ShareCommand.Create(console),
        MaskCommand.Create(console),
        KeygenCommand.Create(console),
    };

    private static async Task<int> FailAsync(CliConsole console, string message, int code = ExitCode.Interrupted)
    {
        if (code != ExitCode.OutputClosed)
        {
            await console.TellAsync($"{Name}: {message}").ConfigureAwait(false);
        }

        return code;
    }

    // The platform appends the parameter's name, which means nothing on a command line.
    private static string WithoutParameter(ArgumentException exception)
    {
        var message = exception.Message;
        var suffix = message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return suffix < 0 ? message : message[..suffix];
    }
}
