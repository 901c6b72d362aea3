using Spectre.Console;

namespace Harmony4.Cli.Terminal;

/// <summary>A progress bar on stderr: when that is a terminal and the work turns out to be long, else nothing.</summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(100);

    public static async Task<T> RunAsync<T>(CliConsole console, string label, Func<IProgress<TransportProgress>?, Task<T>> work)
    {
        if (!console.IsErrorTerminal)
        {
            return await work(null).ConfigureAwait(false);
        }

        var latest = new Latest();
        var running = Task.Run(() => work(latest));
        if (await Task.WhenAny(running, Task.Delay(Patience)).ConfigureAwait(false) != running)
        {
            await ShowAsync(console, label, running, latest).ConfigureAwait(false);
        }

        return await running.ConfigureAwait(false);
    }

    private static Task ShowAsync(CliConsole console, string label, Task running, Latest latest)
    {
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(new ForgivingWriter(console.Error)) });
        return terminal.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(label);
                while (!running.IsCompleted)
                {
                    var progress = latest.Value;
                    task.IsIndeterminate = progress.BytesTotal is null;
                    task.MaxValue = progress.BytesTotal ?? Math.Max(1, progress.BytesDone);
                    task.Value = progress.BytesDone;
                    await Task.WhenAny(running, Task.Delay(Refresh)).ConfigureAwait(false);
                }
            });
    }

    private sealed class Latest : IProgress<TransportProgress>
    {
        private readonly Lock _lock = new();
        private TransportProgress _value;

        public TransportProgress Value
        {
            get
            {
                lock (_lock)
                {
                    return _value;
                }
            }
        }

        public void Report(TransportProgress value)
        {
            lock (_lock)
            {
                _value = value;
            }
        }
    }
}
