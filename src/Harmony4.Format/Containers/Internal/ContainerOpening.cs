using System.Buffers;

namespace Harmony4.Format.Internal;

/// <summary>Opens a file by its end, and by a walk from its start when no TAIL is there.</summary>
internal static class ContainerOpening
{
    /// <summary>The most that the first read takes: it holds TAIL, SIGN and the ROOT of a terabyte of 1 MiB blocks.</summary>
    public const int TailReadLength = 256 * 1024;

    public static async ValueTask<ContainerIndex> OpenAsync(H4mkSource source, H4mkContainerOptions options, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(TailReadLength);
        var memory = new MemoryAccount(options.Memory);
        try
        {
            var read = await source.ReadTailAsync(buffer.AsMemory(0, TailReadLength), cancellationToken).ConfigureAwait(false);
            var end = buffer.AsMemory(0, read.Count);
            if (EndsInTail(end.Span))
            {
                // ROOT is there twice while it is read. Then it is known how long pages are, and how many there can be.
                var rootLength = PagedIndex.RootLengthOf(TailRecord.Read(end.Span[^TailRecord.Size..]), read.Length, options);
                await memory.TakeAsync(2 * rootLength, cancellationToken).ConfigureAwait(false);
                var index = new PagedIndex(source, await EndReader.ReadAsync(source, end, read.Length, options, cancellationToken).ConfigureAwait(false), options, memory);
                memory.Return(rootLength);
                await memory.TakeAsync(index.PageMemory, cancellationToken).ConfigureAwait(false);
                return index;
            }

            // A short file is all in the buffer already.
            var whole = read.Count == read.Length ? end : default;
            return await WalkedIndex.ReadAsync(source, whole, options, memory, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether bytes end in a TAIL chunk with a sound CRC.</summary>
    public static bool EndsInTail(ReadOnlySpan<byte> end) => end.Length >= TailRecord.ChunkSize && TailRecord.IsTail(end[^TailRecord.ChunkSize..]);
}
