using System.Runtime.CompilerServices;

namespace Harmony4.Format;

/// <summary>Bytes at positions: what a container is read from. Derive from it to read from an object store or anything else.</summary>
/// <remarks>Safe for concurrent reads; so must every derived class be. Nothing is asked of the source, not even its length, before the first read.</remarks>
public abstract class H4mkSource : IAsyncDisposable
{
    private long _readCount;
    private long _bytesRead;

    /// <summary>Gets how many reads were made, those that opened a container included.</summary>
    public long ReadCount => Interlocked.Read(ref _readCount);

    /// <summary>Gets how many bytes were read.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Gets how many bytes a reader that walks from chunk header to chunk header should read at once; 0 for headers alone. A source for which a read is dear asks for more.</summary>
    public virtual int WalkReadLength => 0;

    /// <summary>Makes a source of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>A source that holds the file open until it is disposed.</returns>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static H4mkSource FromFile(string path) => new Internal.FileSource(path);

    /// <summary>Makes a source of bytes in memory, which must not change while it is in use.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>A source.</returns>
    public static H4mkSource FromMemory(ReadOnlyMemory<byte> bytes) => new Internal.MemorySource(bytes);

    /// <summary>Makes a source of a seekable stream. Reads take turns, as a stream has one position.</summary>
    /// <param name="stream">A stream that can read and seek; its position 0 is the file's.</param>
    /// <param name="leaveOpen">Whether disposing the source leaves the stream open.</param>
    /// <returns>A source.</returns>
    /// <exception cref="ArgumentException">The stream cannot read and seek.</exception>
    public static H4mkSource FromStream(Stream stream, bool leaveOpen = false) => new Internal.StreamSource(stream, leaveOpen);

    /// <summary>Reads bytes at a position.</summary>
    /// <param name="offset">The position, 0 or more; at or past the end nothing is read.</param>
    /// <param name="destination">Filled as far as there are bytes.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>How much was read, and how long the source is.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> is negative.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<SourceRead> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<SourceRead>(cancellationToken);
        }

        var read = ReadCoreAsync(offset, destination, cancellationToken);
        if (!read.IsCompletedSuccessfully)
        {
            return FinishAsync(read, offset, destination, cancellationToken);
        }

        var result = read.Result;
        if (!IsAll(result, offset + result.Count, destination.Length - result.Count))
        {
            return FinishAsync(new ValueTask<SourceRead>(result), offset, destination, cancellationToken);
        }

        Count(result, destination.Length);
        return new ValueTask<SourceRead>(result);
    }

    /// <summary>Reads the last bytes, without knowing the length.</summary>
    /// <param name="destination">Receives the last bytes; all of a shorter source, at its start.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>How much was read, and how long the source is.</returns>
    /// <exception cref="IOException">The source failed.</exception>
    public async ValueTask<SourceRead> ReadTailAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var read = await ReadTailCoreAsync(destination, cancellationToken).ConfigureAwait(false);
        Count(read, destination.Length);
        var expected = Math.Min(destination.Length, read.Length);
        return read.Count == expected
            ? read
            : await ReadAsync(read.Length - expected, destination[..(int)expected], cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Hands out a payload without copying it, when all of the source is in memory.</summary>
    internal virtual bool TryGetMemory(out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        return false;
    }

    /// <summary>Does what <see cref="ReadAsync"/> says.</summary>
    /// <param name="offset">The position, 0 or more.</param>
    /// <param name="destination">To be filled as far as there are bytes. A read may give fewer than there are, but not none: it is called again for the rest.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>How much was read, and how long the source is.</returns>
    protected abstract ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Does what <see cref="ReadTailAsync"/> says.</summary>
    /// <param name="destination">Receives the last bytes.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>How much was read, and how long the source is.</returns>
    protected abstract ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SourceRead> FinishAsync(ValueTask<SourceRead> first, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await first.ConfigureAwait(false);
        var done = 0;
        while (true)
        {
            Count(read, destination.Length - done);
            done += read.Count;
            if (IsAll(read, offset + done, destination.Length - done))
            {
                return read with { Count = done };
            }

            read = await ReadCoreAsync(offset + done, destination[done..], cancellationToken).ConfigureAwait(false);
        }
    }

    // A source that gives less than it was asked for and has, as a socket does, is asked again.
    private static bool IsAll(in SourceRead read, long end, int missing) => missing == 0 || read.Count == 0 || (ulong)end >= (ulong)read.Length;

    private void Count(in SourceRead read, int asked)
    {
        if ((uint)read.Count > (uint)asked || read.Length < 0)
        {
            throw new InvalidOperationException($"{GetType().Name} broke the contract of a source: asked for {asked} bytes, it said that it read {read.Count} of {read.Length}");
        }

        Interlocked.Increment(ref _readCount);
        Interlocked.Add(ref _bytesRead, read.Count);
    }
}
