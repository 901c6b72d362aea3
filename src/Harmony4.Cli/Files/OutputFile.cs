using System.Collections.Concurrent;
using System.Text;

namespace Harmony4.Cli.Files;

/// <summary>
/// What a command writes: a path, or <c>-</c> for standard output. A file is written under a temporary name beside its place and renamed
/// when it is complete, so nothing ever sees half of it.
/// </summary>
internal sealed class OutputFile : IAsyncDisposable
{
    private const string Suffix = ".part";
    private const string SecondSuffix = ".new.part";
    private const int LongestName = 255;

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

    /// <summary>Gets where what was written so far can be read; null for a stream or device.</summary>
    public string? WrittenPath => _temporary;

    public string Name => _path == InputFile.StandardStream ? "standard output" : _path;

    /// <summary>Deletes what an ended command left: for when the process is about to end without it.</summary>
    public static void DeleteUnfinished()
    {
        foreach (var path in Unfinished.Keys)
        {
            Delete(path);
        }
    }

    /// <param name="path">The output.</param>
    /// <param name="overwrite">Whether an existing one is replaced.</param>
    /// <param name="console">The standard streams.</param>
    /// <param name="ownerOnly">Whether nobody else may read it.</param>
    /// <param name="input">What is read meanwhile: when that is the very file that the output would be written under, the output takes another temporary name.</param>
    public static OutputFile Create(string path, bool overwrite, CliConsole console, bool ownerOnly = false, string? input = null)
    {
        // The named forms would open the file behind the stream anew, at its beginning.
        if (path is InputFile.StandardStream or "/dev/stdout" or "/dev/fd/1")
        {
            if (console.IsOutputTerminal && !overwrite && !ownerOnly)
            {
                throw CliException.Usage("the output is binary, and standard output is a terminal: redirect it, or --force");
            }

            return new OutputFile(InputFile.StandardStream, null, console.RawOutput, overwrite);
        }

        if (Address.FaultOfOutput(path) is { } fault)
        {
            throw CliException.Usage(fault);
        }

        try
        {
            var target = IsDevice(path) ? path : Resolve(path);
            if (Directory.Exists(target))
            {
                throw CliException.Usage($"{path}: is a directory");
            }

            if (File.Exists(target))
            {
                // A device or pipe is written to, not replaced.
                if (OpenDevice(target, overwrite) is { } device)
                {
                    return new OutputFile(path, null, new LocatedStream(device, path, leaveOpen: false), overwrite);
                }

                if (!overwrite)
                {
                    throw CliException.Usage($"{path}: exists already; --force overwrites it");
                }
            }

            var file = CreateTemporary(target, overwrite, ownerOnly, input);
            return new OutputFile(target, file.Name, new LocatedStream(file, path, leaveOpen: false), overwrite);
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

    private static bool IsDevice(string path) =>
        path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);

    // Behind a link it is the link's target that is written or replaced. Only a full path resolves a relative link beside itself.
    private static string Resolve(string path)
    {
        var full = Path.GetFullPath(path);
        return new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    /// <summary>Opens a device or pipe; null for a file. A pipe tells by not seeking, and is opened once: its reader takes a second opening for the end.</summary>
    private static FileStream? OpenDevice(string path, bool overwrite)
    {
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            if (IsDevice(path) || !stream.CanSeek)
            {
                return stream;
            }

            stream.Dispose();
            return null;
        }
        catch (UnauthorizedAccessException) when (!overwrite)
        {
            return null;
        }
    }

    /// <summary>Opens the file that is renamed in the end, under a new name, so that a link laid in its place is not followed.</summary>
    private static FileStream CreateTemporary(string target, bool overwrite, bool ownerOnly, string? input)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (ownerOnly && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var folder = Path.GetDirectoryName(target)!;
        var path = Path.Combine(folder, TemporaryName(Path.GetFileName(target), Suffix));
        if (input is not null && Path.GetFullPath(input) == path)
        {
            path = Path.Combine(folder, TemporaryName(Path.GetFileName(target), SecondSuffix));
        }

        if (overwrite)
        {
            File.Delete(path);
        }

        try
        {
            var file = new FileStream(path, options);
            Unfinished[path] = 0;
            return file;
        }
        catch (IOException) when (!overwrite && Path.Exists(path))
        {
            throw CliException.Usage($"{path}: exists already: another run is writing that output, or was killed; --force replaces it (recover makes a container of it where the output was one)");
        }
    }

    /// <summary>The output's name with a dot before and .part behind it; cut where the two would make a name too long for a file.</summary>
    private static string TemporaryName(string name, string suffix)
    {
        var length = name.Length;
        while (Encoding.UTF8.GetByteCount(name.AsSpan(0, length)) > LongestName - suffix.Length - 1)
        {
            length--;
        }

        return $".{name.AsSpan(0, length)}{suffix}";
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
