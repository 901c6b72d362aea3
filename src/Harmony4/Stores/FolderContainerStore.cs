using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Harmony4.Format;

namespace Harmony4;

/// <summary>Keeps containers as files of a folder: the file's name is the id. Files that are no id are not seen.</summary>
/// <remarks>
/// An upload goes to a file whose name begins with a dot, is flushed to disk and then renamed, so that a crash leaves no half container
/// under an id. On a file system that does not tell case apart, ids that differ in case only are one. The version of a container is its last write time and length.
/// </remarks>
public sealed class FolderContainerStore : IContainerStore
{
    private const int BufferLength = 128 * 1024;
    private const int SuffixLength = 8;

    private readonly string _folder;

    /// <summary>Initializes a store, and creates its folder if there is none.</summary>
    /// <param name="folder">The folder's path.</param>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be created.</exception>
    public FolderContainerStore(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = Directory.CreateDirectory(folder).FullName;
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
            return new ValueTask<H4mkSource?>(File.Exists(path) ? H4mkSource.FromFile(path) : null);
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
        var temporary = Path.Combine(_folder, ".upload-" + RandomNumberGenerator.GetHexString(2 * SuffixLength, lowercase: true));
        return new ValueTask<ContainerUpload>(new Upload(id, temporary, path));
    }

    private static StoredContainer? Describe(string id, string path)
    {
        var file = new FileInfo(path);
        return file.Exists
            ? new StoredContainer(id, file.Length, string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks:x}-{file.Length:x}"))
            : null;
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

    private sealed class Upload(string id, string temporary, string path) : ContainerUpload
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
            try
            {
                File.Move(temporary, path, replace);
            }
            catch (IOException) when (!replace && File.Exists(path))
            {
                return null;
            }

            _committed = true;
            return Describe(id, path);
        }

        public override async ValueTask DisposeAsync()
        {
            await _file.DisposeAsync().ConfigureAwait(false);
            if (!_committed)
            {
                File.Delete(temporary);
            }
        }
    }
}
