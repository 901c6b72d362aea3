using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Harmony4.Format;
using Harmony4.Internal;

namespace Harmony4;

/// <summary>Keeps containers as files of a folder: the file's name is the id. Files that are no id are not seen.</summary>
/// <remarks>
/// An upload goes to a file whose name begins with a dot, is flushed to disk and then renamed, and the folder is flushed too, so that a crash leaves no half container
/// under an id. Uploads that a killed process left are deleted when a store is made; those that a process still writes, which holds them locked, are not. Pipes, sockets and
/// devices are no containers. A recording that was published is marked by a file <c>.live-</c> and its id, which its writer holds locked. On a file system that does not tell case apart, ids that differ in case only are one. The version of a container is its last write time and
/// length; uploads are given times that differ. A link to a file is that file.
/// </remarks>
public sealed class FolderContainerStore : IContainerStore
{
    private const int SuffixLength = 8;
    private const string UploadPrefix = ".upload-";

    // One without bytes may have been made this moment, and not be locked yet.
    private static readonly TimeSpan EmptyUploadAge = TimeSpan.FromMinutes(1);

    // Held while a name gets another file, or none.
    private readonly Lock _placing = new();
    private readonly string _folder;
    private long _lastTicks;

    /// <summary>Initializes a store, and creates its folder if there is none.</summary>
    /// <param name="folder">The folder's path.</param>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be created.</exception>
    public FolderContainerStore(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = Directory.CreateDirectory(folder).FullName;
        DeleteStaleUploads();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredContainer> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // The order of a folder is the file system's.
        var ids = Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Where(name => ContainerId.IsValid(name)).ToArray();
        Array.Sort(ids, StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (await FindAsync(id!, cancellationToken).ConfigureAwait(false) is { } found)
            {
                yield return found;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoredContainer?> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<StoredContainer?>(Look(id, PathOf(id)));
    }

    /// <inheritdoc/>
    public ValueTask<H4mkSource?> OpenAsync(string id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(id);
        try
        {
            return new ValueTask<H4mkSource?>(Describe(id, path) is null ? null : H4mkSource.FromFile(path));
        }
        catch (FileNotFoundException)
        {
            return new ValueTask<H4mkSource?>((H4mkSource?)null);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ContainerUpload> CreateAsync(string id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(id);
        if (Directory.Exists(path))
        {
            throw new ArgumentException("a folder has that name", nameof(id));
        }

        var temporary = Path.Combine(_folder, UploadPrefix + RandomNumberGenerator.GetHexString(2 * SuffixLength, lowercase: true));
        return new ValueTask<ContainerUpload>(new FolderUpload(this, id, temporary, path));
    }

    /// <inheritdoc/>
    /// <remarks>Between the look at the version and the deletion another process could put a new file in its place, which is then lost; uploads of this process cannot.</remarks>
    public ValueTask<bool> DeleteAsync(StoredContainer container, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(container.Id);
        lock (_placing)
        {
            if (Look(container.Id, path) is not { } found || found.Version != container.Version || found.State == StoredState.Growing)
            {
                return new ValueTask<bool>(false);
            }

            File.Delete(path);
            RecordingMark.RemoveLeft(_folder, container.Id);
        }

        FolderFlush.TryFlush(_folder);
        return new ValueTask<bool>(true);
    }

    /// <summary>Places what an upload wrote under its id, if that may have it.</summary>
    /// <param name="id">The id.</param>
    /// <param name="temporary">The upload's file.</param>
    /// <param name="path">Its place.</param>
    /// <param name="replace">Whether it takes the place of a file that is there.</param>
    /// <returns>Whether it is there now.</returns>
    internal bool TryPlace(string id, string temporary, string path, bool replace)
    {
        lock (_placing)
        {
            if (RecordingMark.StateOf(_folder, id) == StoredState.Growing || !TryMove(temporary, path, replace))
            {
                return false;
            }

            RecordingMark.RemoveLeft(_folder, id);
        }

        FolderFlush.TryFlush(_folder);
        return true;
    }

    /// <summary>Places what an upload has written so far under its id, if that may have it, and marks it.</summary>
    /// <returns>The mark; null when another file has the place.</returns>
    internal RecordingMark? TryPublish(string id, string temporary, string path, bool replace)
    {
        lock (_placing)
        {
            // Marked first: no moment shows it as a whole one.
            if ((!replace && File.Exists(path)) || RecordingMark.TryTake(_folder, id) is not { } mark)
            {
                return null;
            }

            if (!TryMove(temporary, path, replace))
            {
                mark.Remove();
                return null;
            }

            FolderFlush.TryFlush(_folder);
            return mark;
        }
    }

    /// <summary>Says of a recording that is all written that it is whole.</summary>
    /// <exception cref="IOException">It is not there any more.</exception>
    internal StoredContainer End(string id, string path, RecordingMark mark)
    {
        lock (_placing)
        {
            File.SetLastWriteTimeUtc(path, NextTime());
            mark.Remove();
            FolderFlush.TryFlush(_folder);
            return Describe(id, path) ?? throw new IOException("the recording was taken away while it was written");
        }
    }

    internal static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next store of this folder tries again.
        }
    }

    private static bool TryMove(string temporary, string path, bool replace)
    {
        if (!replace)
        {
            return ExclusiveMove.TryMove(temporary, path);
        }

        File.Move(temporary, path, overwrite: true);
        return true;
    }

    private StoredContainer? Look(string id, string path) => Describe(id, path) is { } found ? found with { State = RecordingMark.StateOf(_folder, id) } : null;

    private void DeleteStaleUploads()
    {
        foreach (var path in Directory.EnumerateFiles(_folder, UploadPrefix + "*"))
        {
            try
            {
                // Whoever still writes it has it for itself. A pipe of that name would wait for a writer for ever.
                if (new FileInfo(path) is { Exists: true, Length: > 0 })
                {
                    using var mine = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                    Delete(path);
                }
                else if (File.GetLastWriteTimeUtc(path) < TimeProvider.System.GetUtcNow().UtcDateTime - EmptyUploadAge)
                {
                    Delete(path);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Not ours to delete.
            }
        }
    }

    internal static StoredContainer? Describe(string id, string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists && !Directory.Exists(path))
        {
            CheckFolder(path);
        }

        if (file.Exists && (file.Attributes & FileAttributes.ReparsePoint) != 0)
        {
            // Length and time of a link are its own.
            file = Follow(file);
        }

        return file is { Exists: true } && PlainFile.Is(file)
            ? new StoredContainer(id, file.Length, string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks:x}-{file.Length:x}"))
            : null;
    }

    /// <summary>Tells a file that is not there from a folder that is not there, or that cannot be read.</summary>
    /// <exception cref="IOException">The folder is away.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    private static void CheckFolder(string path)
    {
        try
        {
            File.GetAttributes(path);
        }
        catch (FileNotFoundException) when (Directory.Exists(Path.GetDirectoryName(path)))
        {
        }
    }

    private static FileInfo? Follow(FileInfo link)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
        }
        catch (IOException)
        {
            // It leads to itself, or is gone.
            return null;
        }
    }

    // A file system's clock ticks every few milliseconds: two uploads of one length would look the same.
    internal DateTime NextTime()
    {
        while (true)
        {
            var last = Interlocked.Read(ref _lastTicks);
            var ticks = Math.Max(last + 1, TimeProvider.System.GetUtcNow().UtcTicks);
            if (Interlocked.CompareExchange(ref _lastTicks, ticks, last) == last)
            {
                return new DateTime(ticks, DateTimeKind.Utc);
            }
        }
    }

    private string PathOf(string id)
    {
        ContainerId.ThrowIfInvalid(id);
        var path = Path.GetFullPath(Path.Combine(_folder, id));

        // Windows drops a dot at the end and takes CON or NUL for devices.
        return Path.GetFileName(path) == id && Path.GetDirectoryName(path) == _folder.TrimEnd(Path.DirectorySeparatorChar)
            ? path
            : throw new ArgumentException("this file system has no file of that name", nameof(id));
    }
}
