using Harmony4.Internal;

namespace Harmony4;

/// <summary>A container on its way into a folder.</summary>
internal sealed class FolderUpload(FolderContainerStore store, string id, string temporary, string path) : ContainerUpload
{
    private const int BufferLength = 128 * 1024;
    private const int Attempts = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    // Others may read: what is published is read while it is written.
    private readonly FileStream _file = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, BufferLength, FileOptions.Asynchronous);
    private RecordingMark? _mark;
    private bool _isPublished;
    private bool _isCommitted;

    public override Stream Output => _file;

    public override async ValueTask<bool> PublishAsync(bool replace, CancellationToken cancellationToken = default)
    {
        if (_isPublished || _isCommitted)
        {
            throw new InvalidOperationException("the upload was published or committed before");
        }

        await _file.FlushAsync(cancellationToken).ConfigureAwait(false);
        _mark = store.TryPublish(id, temporary, path, replace);
        for (var attempt = 1; _mark is null && attempt < Attempts && RecordingMark.StateOf(Path.GetDirectoryName(path)!, id) != StoredState.Whole; attempt++)
        {
            // Another process may only have looked.
            await Task.Delay(Pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            _mark = store.TryPublish(id, temporary, path, replace);
        }

        return _isPublished = _mark is not null;
    }

    public override async ValueTask<StoredContainer?> CommitAsync(bool replace, CancellationToken cancellationToken = default)
    {
        if (_isCommitted)
        {
            throw new InvalidOperationException("the upload was committed before");
        }

        await _file.FlushAsync(cancellationToken).ConfigureAwait(false);
        _file.Flush(flushToDisk: true);
        await _file.DisposeAsync().ConfigureAwait(false);
        if (_mark is not null)
        {
            var whole = store.End(id, path, _mark);
            _isCommitted = true;
            return whole;
        }

        File.SetLastWriteTimeUtc(temporary, store.NextTime());

        // Before the move: from then on another upload may take its place.
        var stored = FolderContainerStore.Describe(id, temporary);
        _isCommitted = store.TryPlace(id, temporary, path, replace);
        return _isCommitted ? stored : null;
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await _file.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException) when (!_isCommitted)
        {
            // What is still buffered does not fit on a full disk, which is why this is given up.
        }
        finally
        {
            _mark?.Dispose();
            if (!_isCommitted && !_isPublished)
            {
                FolderContainerStore.Delete(temporary);
            }
        }
    }
}
