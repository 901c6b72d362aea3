using System.CommandLine;
using Harmony4.Cli.Files;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

/// <summary>A verb: what it takes, what its help says besides, and what it does. What verbs have in common of opening, locating faults, showing progress and writing stands here.</summary>
internal abstract class Verb : Command, IHelped
{
    protected Verb(string name, string description, CliConsole console)
        : base(name, description)
    {
        Console = console;
        SetAction(RunAsync);
    }

    public abstract IReadOnlyList<(string Purpose, string Line)> Examples { get; }

    public virtual string? MeaningOfNo => null;

    protected CliConsole Console { get; }

    protected abstract Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken);

    protected Task<H4mkContainer> OpenAsync(string path, CancellationToken cancellationToken, H4mkContainerOptions? options = null) =>
        ContainerFile.OpenAsync(path, Console, cancellationToken, options);

    /// <summary>Ties what goes wrong in work on an input to that input.</summary>
    protected static Task<T> LocateAsync<T>(string path, Func<Task<T>> work) => Located.RunAsync(InputFile.NameOf(path), work);

    /// <summary>Does long work on an input: with progress, and with what goes wrong tied to the input.</summary>
    protected Task<T> WorkAsync<T>(string path, Func<IProgress<TransportProgress>?, Task<T>> work) => Located.RunAsync(Console, Name, [InputFile.NameOf(path)], work);

    /// <inheritdoc cref="WorkAsync{T}(string, Func{IProgress{TransportProgress}, Task{T}})"/>
    protected Task<T> WorkAsync<T>(IEnumerable<string> paths, Func<IProgress<TransportProgress>?, Task<T>> work) => Located.RunAsync(Console, Name, [.. paths.Select(InputFile.NameOf)], work);

    /// <summary>Writes an output, which gets its name when all of it is written.</summary>
    protected async Task<T> WriteAsync<T>(string path, bool overwrite, Func<OutputFile, Task<T>> write, CancellationToken cancellationToken)
    {
        var file = OutputFile.Create(path, overwrite, Console);
        await using (file.ConfigureAwait(false))
        {
            var result = await write(file).ConfigureAwait(false);
            await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
            return result;
        }
    }

    /// <inheritdoc cref="WriteAsync{T}(string, bool, Func{OutputFile, Task{T}}, CancellationToken)"/>
    protected Task WriteAsync(string path, bool overwrite, Func<OutputFile, Task> write, CancellationToken cancellationToken) => WriteAsync(
        path,
        overwrite,
        async file =>
        {
            await write(file).ConfigureAwait(false);
            return true;
        },
        cancellationToken);
}
