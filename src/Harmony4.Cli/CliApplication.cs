using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using Harmony4.Cli.Commands;
using Harmony4.Cli.Completion;
using Harmony4.Cli.Files;
using Harmony4.Cli.Help;

namespace Harmony4.Cli;

/// <summary>The tool: parses, runs a verb, and turns whatever goes wrong into an exit code and one line on stderr.</summary>
internal static class CliApplication
{
    public const string Name = "harmony4";

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
            if (!asksVersion && result.Action is not (HelpPageAction or Suggestions))
            {
                var fault = Array.IndexOf(args, "") >= 0 ? "an argument is empty: expected a path or a value" : ParseFault.Find(result);
                if (fault is not null)
                {
                    throw CliException.Usage(fault);
                }
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

    /// <summary>Returns a command's name with those above it, as it is typed.</summary>
    public static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } above ? $"{NameOf(above)} {command.Name}" : command is RootCommand ? Name : command.Name;

    private static RootCommand CreateRoot(CliConsole console)
    {
        var root = new RootCommand("Deterministic, seekable, verifiable media in H4MK containers: the same bytes in, the same container out, and every byte of it checked.");
        VerbGroup[] groups =
        [
            new("Build and read containers", [new ExportCommand(console), new InspectCommand(console), new SeekCommand(console), new VerifyCommand(console), new ExtractCommand(console)]),
            new("Change and rescue them", [new AppendCommand(console), new UpgradeCommand(console), new RecoverCommand(console)]),
            new("Keys and signatures", [new KeygenCommand(console), new SignCommand(console), new ShareCommand(console), new MaskCommand(console)]),
            new("Besides", [new TokenizeCommand(console), new CompletionCommand(console)]),
        ];
        foreach (var verb in groups.SelectMany(g => g.Verbs))
        {
            root.Add(verb);
            MakeFlags(verb);
        }

        // Help without /h and /?, which are paths. Alone, the tool shows it too.
        var help = new HelpPageAction(console, groups);
        root.Options.Remove(root.Options.OfType<HelpOption>().Single());
        root.Options.Insert(0, new HelpOption("--help", "-h", "-?") { Action = help });
        root.SetAction(help.Invoke);
        var suggest = root.Directives.OfType<SuggestDirective>().Single();
        suggest.Action = new Suggestions(suggest, console.Output);
        return root;
    }

    // An option that is on or off takes no value: a file may be called true.
    private static void MakeFlags(Command command)
    {
        foreach (var option in command.Options.OfType<Option<bool>>())
        {
            option.Arity = ArgumentArity.Zero;
        }

        foreach (var verb in command.Subcommands)
        {
            MakeFlags(verb);
        }
    }

    private static async Task<int> FailAsync(CliConsole console, string message, int code = ExitCode.Interrupted)
    {
        if (code != ExitCode.OutputClosed)
        {
            await console.TellAsync($"{Name}: {message}").ConfigureAwait(false);
        }

        return code;
    }
}
