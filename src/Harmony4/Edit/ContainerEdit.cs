using System.Buffers.Binary;
using System.Security.Cryptography;
using Harmony4.Format;
using Harmony4.Internal;

namespace Harmony4;

/// <summary>
/// Changes the end of a container file in place, so that a crash leaves the file as it was or as it is to be: what the change overwrites is saved beside the file
/// first, as <c>.NAME.undo</c>, and goes when the change is complete.
/// </summary>
/// <remarks>
/// A change that was cut off by the end of its process is undone by <see cref="TryUndoAsync"/>, which <see cref="BeginAsync"/> calls first; a file whose chunks
/// lead from where the change began to the end of a 1.1 container is complete, and what was saved goes. An edit that is disposed before it is complete
/// is undone at once. One edit of a file at a time, over all processes: it holds <c>.NAME.lock</c>. Others may read the file meanwhile. Not safe for concurrent use.
/// </remarks>
public sealed class ContainerEdit : IAsyncDisposable
{
    private const int HeaderLength = 8 + 8 + 8 + SHA256.HashSizeInBytes + SHA256.HashSizeInBytes;

    // What stands before the change tells that what was saved is of this very file.
    private const int ContextLength = 64 * 1024;
    private const int PieceLength = 1024 * 1024;

    // A chunk begins with its tag and its length; TAIL has 64 bytes, header included.
    private const int TagLength = 4;
    private const int TailLength = 64;
    private const string UndoSuffix = ".undo";
    private const string LockSuffix = ".lock";

    private readonly FileStream _lock;
    private readonly FileStream _file;
    private readonly string _undo;
    private bool _isComplete;

    private ContainerEdit(FileStream @lock, FileStream file, string undo)
    {
        _lock = @lock;
        _file = file;
        _undo = undo;
    }

    // Of this format alone, and of no other program.
    private static ReadOnlySpan<byte> Magic => "H4UNDO1\n"u8;

    /// <summary>Gets the file, which can read, write and seek. It stands where the change begins; what is behind its position on <see cref="CompleteAsync"/> is cut off.</summary>
    public Stream Stream => _file;

    /// <summary>Starts a change. One that was cut off before is undone first.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cutOffset">Finds where the change begins, in bytes, and reads what it needs of the file, which nobody else changes from here on.</param>
    /// <param name="cancellationToken">Cancels the start: nothing is changed then.</param>
    /// <returns>The change.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The change would begin outside the file.</exception>
    /// <exception cref="IOException">The file cannot be opened for writing, another edit has it, or what is to be saved cannot be written.</exception>
    public static async Task<ContainerEdit> BeginAsync(string path, Func<CancellationToken, Task<long>> cutOffset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(cutOffset);
        var target = Resolve(path);
        var alone = Lock(target);
        FileStream? file = null;
        try
        {
            file = OpenFile(target);
            await UndoIfBrokenAsync(file, target, cancellationToken).ConfigureAwait(false);
            var offset = await cutOffset(cancellationToken).ConfigureAwait(false);
            ArgumentOutOfRangeException.ThrowIfNegative(offset, nameof(cutOffset));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, file.Length, nameof(cutOffset));
            await SaveAsync(file, offset, UndoPath(target), cancellationToken).ConfigureAwait(false);

            // Nothing of the old end may look like the end of what is being written.
            file.SetLength(offset);
            file.Position = offset;
            return new ContainerEdit(alone, file, UndoPath(target));
        }
        catch
        {
            if (file is not null)
            {
                await file.DisposeAsync().ConfigureAwait(false);
            }

            await alone.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Undoes a change of a file that a crash cut off.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Cancels the undoing, which can be begun again.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="IOException">The file cannot be written, an edit is at work on it, or what was saved is damaged.</exception>
    public static async Task<bool> TryUndoAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var target = Resolve(path);
        if (!File.Exists(UndoPath(target)))
        {
            return false;
        }

        using var alone = Lock(target);
        var file = OpenFile(target);
        await using (file.ConfigureAwait(false))
        {
            return await UndoIfBrokenAsync(file, target, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gets the path of what is saved while a file is changed: it exists during a change, and after one that a crash cut off.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The path, beside the file.</returns>
    public static string GetUndoPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return UndoPath(Resolve(path));
    }

    /// <summary>Cuts the file off at the stream's position, writes it through to its device, and drops what was saved.</summary>
    /// <param name="cancellationToken">Cancels before anything is cut off: disposing undoes the change then.</param>
    /// <returns>A task.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken = default)
    {
        await _file.FlushAsync(cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _file.SetLength(_file.Position);
        _file.Flush(flushToDisk: true);
        _isComplete = true;
        File.Delete(_undo);
    }

    /// <summary>Closes the file. A change that is not complete is undone.</summary>
    /// <returns>A task.</returns>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_isComplete)
            {
                await UndoAsync(_file, _undo, CancellationToken.None).ConfigureAwait(false);
                _isComplete = true;
            }
        }
        finally
        {
            await _file.DisposeAsync().ConfigureAwait(false);
            await _lock.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Behind a link it is the link's target that is changed.
    private static string Resolve(string path)
    {
        var full = Path.GetFullPath(path);
        return new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    private static string UndoPath(string target) => SideOf(target, UndoSuffix);

    private static string SideOf(string target, string suffix) => Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}{suffix}");

    private static FileStream OpenFile(string target) => new(target, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    // Readers may go on reading the file while it grows, so it is not the file itself that is locked. The system drops the lock of a process that is killed.
    private static FileStream Lock(string target)
    {
        try
        {
            return new FileStream(SideOf(target, LockSuffix), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new IOException($"{target}: another change of the file is at work, or its folder cannot be written", exception);
        }
    }

    /// <summary>Saves the end of a file under a temporary name, which it keeps only once it is whole on its device.</summary>
    private static async Task SaveAsync(FileStream file, long offset, string undo, CancellationToken cancellationToken)
    {
        var temporary = undo + ".part";
        try
        {
            var saved = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            await using (saved.ConfigureAwait(false))
            {
                // The digest is known once all is copied.
                var header = new byte[HeaderLength];
                await saved.WriteAsync(header, cancellationToken).ConfigureAwait(false);
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                await CopyAsync(file, offset, file.Length, saved, hash, cancellationToken).ConfigureAwait(false);
                var context = await ContextDigestAsync(file, offset, cancellationToken).ConfigureAwait(false);
                WriteHeader(header, file.Length, offset, hash.GetHashAndReset(), context);
                saved.Position = 0;
                await saved.WriteAsync(header, cancellationToken).ConfigureAwait(false);
                saved.Flush(flushToDisk: true);
            }

            File.Move(temporary, undo, overwrite: true);

            // Only then may the end be overwritten: a power failure must not take the name of what was saved with it.
            FolderFlush.TryFlush(Path.GetDirectoryName(undo)!);
        }
        catch
        {
            File.Delete(temporary);
            File.Delete(undo);
            throw;
        }
    }

    /// <summary>Undoes a change that broke off. A file whose chunks lead from the cut to a sound end has been completed since, by the change or otherwise; it stays.</summary>
    private static async Task<bool> UndoIfBrokenAsync(FileStream file, string target, CancellationToken cancellationToken)
    {
        var undo = UndoPath(target);
        if (!File.Exists(undo))
        {
            return false;
        }

        var saved = OpenSaved(undo);
        await using (saved.ConfigureAwait(false))
        {
            var (_, offset, _) = await CheckAsync(saved, undo, cancellationToken).ConfigureAwait(false);
            if (!await LeadsToEndAsync(file, offset, cancellationToken).ConfigureAwait(false) || !await OpensAsync(target, cancellationToken).ConfigureAwait(false))
            {
                return await UndoAsync(file, undo, cancellationToken).ConfigureAwait(false);
            }
        }

        File.Delete(undo);
        return false;
    }

    /// <summary>
    /// Whether the lengths of the chunks lead from the cut to the last 64 bytes of the file, where TAIL stands. The end of a payload may look like the end of a container, so that opening
    /// by the end alone does not tell.
    /// </summary>
    private static async Task<bool> LeadsToEndAsync(FileStream file, long offset, CancellationToken cancellationToken)
    {
        var header = new byte[ChunkInfo.HeaderLength];
        while (offset < file.Length - TailLength)
        {
            file.Position = offset;
            if (await file.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < header.Length)
            {
                return false;
            }

            offset += header.Length + BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(TagLength));
        }

        return offset == file.Length - TailLength;
    }

    private static async Task<bool> OpensAsync(string target, CancellationToken cancellationToken)
    {
        try
        {
            var container = await H4mkContainer.OpenAsync(target, cancellationToken: cancellationToken).ConfigureAwait(false);
            await using (container.ConfigureAwait(false))
            {
                return container.Version == H4mkVersion.V11;
            }
        }
        catch (H4mkFormatException)
        {
            return false;
        }
    }

    private static FileStream OpenSaved(string undo) => new(undo, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);

    private static async Task<bool> UndoAsync(FileStream file, string undo, CancellationToken cancellationToken)
    {
        var saved = OpenSaved(undo);
        await using (saved.ConfigureAwait(false))
        {
            var (length, offset, context) = await CheckAsync(saved, undo, cancellationToken).ConfigureAwait(false);
            var found = file.Length < offset ? [] : await ContextDigestAsync(file, offset, cancellationToken).ConfigureAwait(false);
            if (!found.AsSpan().SequenceEqual(context))
            {
                throw new IOException($"{undo}: expected the end of {file.Name} as it was before a change that broke off, found that of another file: delete it, or put the file back that it belongs to");
            }

            file.Position = offset;
            await CopyAsync(saved, HeaderLength, saved.Length, file, hash: null, cancellationToken).ConfigureAwait(false);
            file.SetLength(length);
            file.Flush(flushToDisk: true);
        }

        File.Delete(undo);
        return true;
    }

    /// <summary>Judges what was saved before anything of it is used.</summary>
    private static async Task<(long Length, long Offset, byte[] Context)> CheckAsync(FileStream saved, string undo, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderLength];
        var count = await saved.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var length = BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(Magic.Length));
        var offset = BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(Magic.Length + sizeof(long)));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (count == HeaderLength && header.AsSpan().StartsWith(Magic) && offset >= 0 && length - offset == saved.Length - HeaderLength)
        {
            await CopyAsync(saved, HeaderLength, saved.Length, Stream.Null, hash, cancellationToken).ConfigureAwait(false);
            if (hash.GetHashAndReset().AsSpan().SequenceEqual(header.AsSpan(HeaderLength - (2 * SHA256.HashSizeInBytes), SHA256.HashSizeInBytes)))
            {
                return (length, offset, header[^SHA256.HashSizeInBytes..]);
            }
        }

        throw new IOException($"{undo}: expected the end of a container that a change overwrote, found a damaged file");
    }

    private static async Task<byte[]> ContextDigestAsync(FileStream file, long offset, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await CopyAsync(file, Math.Max(0, offset - ContextLength), offset, Stream.Null, hash, cancellationToken).ConfigureAwait(false);
        return hash.GetHashAndReset();
    }

    private static void WriteHeader(Span<byte> header, long length, long offset, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> context)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64BigEndian(header[Magic.Length..], length);
        BinaryPrimitives.WriteInt64BigEndian(header[(Magic.Length + sizeof(long))..], offset);
        digest.CopyTo(header[(HeaderLength - (2 * SHA256.HashSizeInBytes))..]);
        context.CopyTo(header[(HeaderLength - SHA256.HashSizeInBytes)..]);
    }

    private static async Task CopyAsync(FileStream from, long start, long end, Stream to, IncrementalHash? hash, CancellationToken cancellationToken)
    {
        var piece = new byte[Math.Min(PieceLength, Math.Max(1, end - start))];
        from.Position = start;
        for (var at = start; at < end;)
        {
            var count = await from.ReadAsync(piece.AsMemory(0, (int)Math.Min(piece.Length, end - at)), cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                throw new EndOfStreamException($"{from.Name}: expected {end} bytes, found {at}");
            }

            hash?.AppendData(piece, 0, count);
            await to.WriteAsync(piece.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            at += count;
        }
    }
}
