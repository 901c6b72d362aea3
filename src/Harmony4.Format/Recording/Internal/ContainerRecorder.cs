using System.Buffers;

namespace Harmony4.Format.Internal;

/// <summary>What turns blocks into the chunks of one version of the format.</summary>
/// <remarks>A call of <see cref="Accept"/> comes before each <see cref="WriteBlockAsync"/>; it refuses what cannot be written, and nothing of that is.</remarks>
internal abstract class ContainerRecorder(ChunkSink sink) : IDisposable
{
    protected ChunkSink Sink { get; } = sink;

    public abstract long BlockCount { get; }

    /// <summary>Gets the bytes of memory that grow with what is written.</summary>
    public abstract long Memory { get; }

    /// <summary>Judges a block, and takes note of it.</summary>
    /// <exception cref="ArgumentException">The block cannot be written.</exception>
    public abstract void Accept(int track, in BlockInfo info, long length);

    /// <summary>Writes the block that was accepted last.</summary>
    public abstract ValueTask WriteBlockAsync(ReadOnlySequence<byte> payload, CancellationToken cancellationToken);

    /// <summary>Judges a chunk of the caller's own kind.</summary>
    /// <exception cref="ArgumentException">The chunk cannot be written.</exception>
    public abstract void AcceptChunk(ChunkTag tag, long length);

    /// <summary>Judges a SEAL, which <see cref="WriteChunkAsync"/> writes.</summary>
    /// <exception cref="ArgumentException">It cannot be written.</exception>
    public abstract void AcceptSeal(long length);

    public abstract ValueTask WriteChunkAsync(ChunkTag tag, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    /// <summary>Hands all that was accepted to the output, and flushes it.</summary>
    public virtual ValueTask FlushAsync(CancellationToken cancellationToken) => Sink.FlushAsync(cancellationToken);

    /// <summary>What closing the container now would sign; <see langword="null"/> in a version without a root.</summary>
    public virtual ValueTask<H4mkRoot?> GetRootAsync(CancellationToken cancellationToken) => new((H4mkRoot?)null);

    /// <summary>Writes what closes the container, and flushes the output.</summary>
    public abstract ValueTask<H4mkWriteSummary> CompleteAsync(CancellationToken cancellationToken);

    public abstract void Dispose();

    protected ValueTask WriteAsync(ChunkTag tag, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        Sink.WriteAsync(tag, new ReadOnlySequence<byte>(payload), cancellationToken);
}
