using System.Collections.Concurrent;

namespace Harmony4.Cli.Files;

/// <summary>
/// What a command writes: a path, or <c>-</c> for standard output. A file is written under a temporary name beside its place and renamed
/// when it is complete, so nothing ever sees half of it.
/// </summary>
internal sealed class OutputFile : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, byte> Unfinished = new(StringComparer.Ordinal);

    private readonly string _path;
    private readonly string? _temporary;
    private readonly bool _overwrite;

    private OutputFile(string path, string? temporary, Stream stream, bool overwrite)
    {
        _path = path;
        _temporary = temporary;
        _overwrite = overwrite;
        Stream = stream;
    }

    public Stream Stream { get; }

    public string Name => _path == InputFile.StandardStream ? "standard output" : _path;

    /// <summary>Deletes what an ended command left: for when the process is about to end without it.</summary>
    public static void DeleteUnfinished()
    {
        foreach (var path in Unfinished.Keys)
        {
            Delete(path);
        }
    }

    public static OutputFile Create(string path, bool overwrite, CliConsole console, bool ownerOnly = false)
    {
        if (path == InputFile.StandardStream)
        {
            return new OutputFile(path, null, new LocatedStream(console.RawOutput, "standard output", leaveOpen: true), overwrite);
        }

        try
        {
            if (Directory.Exists(path))
            {
                throw CliException.Usage($"{path}: is a directory");
            }

            var isDevice = path.StartsWith("/dev/", StringComparison.Ordinal);
            if (File.Exists(path) && !overwrite && !isDevice)
            {
                throw CliException.Usage($"{path}: exists already; --force overwrites it");
            }

            // A device or pipe is written to, not replaced; behind a link it is the link's target that is replaced.
            if (File.Exists(path) && (isDevice || !CanSeek(path)))
            {
                var device = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                return new OutputFile(path, null, new LocatedStream(device, path, leaveOpen: false), overwrite);
            }

            var target = new FileInfo(path).LinkTarget is null ? Path.GetFullPath(path) : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
            var temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Environment.ProcessId}.part");
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
            if (ownerOnly && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            var file = new FileStream(temporary, options);
            Unfinished[temporary] = 0;
            return new OutputFile(target, temporary, new LocatedStream(file, path, leaveOpen: false), overwrite);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Failed(path, IOFailure.Describe(exception), exception);
        }
    }

    /// <summary>Gives the complete file its name.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        await Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (_temporary is null)
        {
            return;
        }

        await Stream.DisposeAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            File.Move(_temporary, _path, _overwrite);
            Unfinished.TryRemove(_temporary, out _);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw !_overwrite && File.Exists(_path)
                ? CliException.Usage($"{_path}: exists already; --force overwrites it")
                : CliException.Failed(_path, IOFailure.Describe(exception), exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync().ConfigureAwait(false);
        if (_temporary is not null && Unfinished.TryRemove(_temporary, out _))
        {
            Delete(_temporary);
        }
    }

    private static bool CanSeek(string path)
    {
        using var probe = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        return probe.CanSeek;
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The command has failed already, and says why; a leftover under a temporary name does not change that.
        }
    }
}
