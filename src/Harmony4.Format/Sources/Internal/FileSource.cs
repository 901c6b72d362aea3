using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Harmony4.Format.Internal;

internal sealed class FileSource : H4mkSource
{
    // A read this short comes from the page cache or costs one seek; handing it to another thread costs more.
    private const int LargestInlineRead = 64 * 1024;

    private readonly SafeFileHandle _handle;

    public FileSource(string path)
    {
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
        try
        {
            RandomAccess.GetLength(_handle);
        }
        catch (NotSupportedException exception)
        {
            // A pipe or a terminal: positions mean nothing there.
            _handle.Dispose();
            throw new IOException($"{path} cannot be read at a position", exception);
        }
    }

    public override ValueTask DisposeAsync()
    {
        _handle.Dispose();
        return base.DisposeAsync();
    }

    protected override ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (offset > long.MaxValue - destination.Length)
        {
            // No file reaches so far, and the system would call the range an error.
            return new ValueTask<SourceRead>(new SourceRead(0, RandomAccess.GetLength(_handle)));
        }

        if (destination.Length > LargestInlineRead)
        {
            return ReadOnPoolAsync(offset, destination, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var done = 0;
        while (done < destination.Length)
        {
            var count = RandomAccess.Read(_handle, destination.Span[done..], offset + done);
            if (count == 0)
            {
                break;
            }

            done += count;
        }

        return new ValueTask<SourceRead>(new SourceRead(done, LengthAfter(offset, done, destination.Length)));
    }

    protected override ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
        ReadCoreAsync(Math.Max(0, RandomAccess.GetLength(_handle) - destination.Length), destination, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SourceRead> ReadOnPoolAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var done = 0;
        while (done < destination.Length)
        {
            var count = await RandomAccess.ReadAsync(_handle, destination[done..], offset + done, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                break;
            }

            done += count;
        }

        return new SourceRead(done, LengthAfter(offset, done, destination.Length));
    }

    // A file may shrink or grow while it is read; what was just read is never past the length that is told.
    private long LengthAfter(long offset, int count, int asked)
    {
        var length = RandomAccess.GetLength(_handle);
        return count < asked || count == 0 ? length : Math.Max(length, offset + count);
    }
}
