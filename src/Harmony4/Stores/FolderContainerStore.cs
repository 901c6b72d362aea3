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
/// devices are no containers. On a file system that does not tell case apart, ids that differ in case only are one. The version of a container is its last write time and
/// length; uploads are given times that differ. A link to a file is that file.
/// </remarks>
public sealed class FolderContainerStore : IContainerStore
{
    private const int BufferLength = 128 * 1024;
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
        return new ValueTask<StoredContainer?>(Describe(id, PathOf(id)));
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
        return new ValueTask<ContainerUpload>(new Upload(this, id, temporary, path));
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
            if (Describe(container.Id, path)?.Version != container.Version)
            {
                return new ValueTask<bool>(false);
            }

            File.Delete(path);
        }

        FolderFlush.TryFlush(_folder);
        return new ValueTask<bool>(true);
    }

    private static void Delete(string path)
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

    private static StoredContainer? Describe(string id, string path)
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
    private DateTime NextTime()
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

    private sealed class Upload(FolderContainerStore store, string id, string temporary, string path) : ContainerUpload
    {
        private readonly FileStream _file = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferLength, FileOptions.Asynchronous);
        private bool _committed;

        public override Stream Output => _file;

        public override async ValueTask<StoredContainer?> CommitAsync(bool replace, CancellationToken cancellationToken = default)
        {
            if (_committed)
            {
                throw new InvalidOperationException("the upload was committed before");
            }

            await _file.FlushAsync(cancellationToken).ConfigureAwait(false);
            _file.Flush(flushToDisk: true);
            await _file.DisposeAsync().ConfigureAwait(false);
            File.SetLastWriteTimeUtc(temporary, store.NextTime());

            // Before the move: from then on another upload may take its place.
            var stored = Describe(id, temporary);
            lock (store._placing)
            {
                if (replace)
                {
                    File.Move(temporary, path, overwrite: true);
                }
                else if (!ExclusiveMove.TryMove(temporary, path))
                {
                    return null;
                }
            }

            _committed = true;
            FolderFlush.TryFlush(store._folder);
            return stored;
        }

        public override async ValueTask DisposeAsync()
        {
            try
            {
                await _file.DisposeAsync().ConfigureAwait(false);
            }
            catch (IOException) when (!_committed)
            {
                // What is still buffered does not fit on a full disk, which is why this is given up.
            }
            finally
            {
                if (!_committed)
                {
                    Delete(temporary);
                }
            }
        }
    }
}
