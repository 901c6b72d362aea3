using Harmony4.Format;
using Harmony4.Internal;

namespace Harmony4;

/// <content>Extraction of a track as a container of its own.</content>
public sealed partial class MediaTransport
{
    /// <summary>Writes one track of a 1.1 container as a container of its own; each block is checked before it is written.</summary>
    /// <param name="container">The container, of version 1.1 and without sealed tracks.</param>
    /// <param name="output">Receives the new container; it need not seek.</param>
    /// <param name="track">The track's id; null for the first track.</param>
    /// <param name="progress">Told how far the work is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the extraction.</param>
    /// <returns>What the new container holds.</returns>
    /// <exception cref="ArgumentException">The container has version 1.0, or SEAL chunks, without which its blocks could not be opened.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such track.</exception>
    /// <exception cref="H4mkFormatException">A block, the index, TRAK, META or SAFE is damaged.</exception>
    /// <exception cref="IOException">Source or output failed.</exception>
    /// <remarks>
    /// The track gets the id 0 and keeps its blocks, its Merkle root and all else that TRAK says of it; META, SAFE and the length of pages are the old
    /// container's. A track that was exported beside others so becomes the container that exporting it alone would have given, if META, SAFE and
    /// pages are the same. Chunks of other kinds belong to the old container and stay there.
    /// </remarks>
    public async Task<H4mkWriteSummary> ExtractContainerAsync(
        H4mkContainer container,
        Stream output,
        int? track = null,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(output);
        var source = container.GetTrack(track);
        if (container.PageLog2 is not { } pageLog2)
        {
            throw new ArgumentException("a 1.0 container holds one track already: expected a container of version 1.1", nameof(container));
        }

        if (container.FindChunk(ChunkTag.Seal) is not null)
        {
            throw new ArgumentException("expected a container without SEAL chunks, found a sealed one", nameof(container));
        }

        var infos = await container.ReadTrackInfoAsync(cancellationToken).ConfigureAwait(false);
        var options = new H4mkWriterOptions
        {
            Tracks = [infos.First(i => i.Id == source.Id) with { Id = 0 }],
            PageLog2 = pageLog2,
            Meta = await container.ReadMetaAsync(cancellationToken).ConfigureAwait(false) ?? default,
            Safe = await container.ReadSafeAsync(cancellationToken).ConfigureAwait(false) ?? default,
        };
        var writer = H4mkContainerWriter.Create(output, options, leaveOpen: true);
        await using (writer.ConfigureAwait(false))
        {
            using var payload = new BlockBuffer();
            long bytes = 0;
            for (long ordinal = 0; ordinal < source.BlockCount; ordinal++)
            {
                payload.Clear();
                var block = await container.GetBlockAsync(source.Id, ordinal, cancellationToken).ConfigureAwait(false);
                bytes += await container.ReadBlockAsync(source.Id, ordinal, payload, cancellationToken).ConfigureAwait(false);
                var info = new BlockInfo { Pts = block.Pts!.Value, Duration = block.Duration, Flags = block.Flags };
                await writer.WriteBlockAsync(0, info, payload.Written, cancellationToken).ConfigureAwait(false);
                progress?.Report(new TransportProgress(bytes, source.ByteLength));
            }

            return await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
