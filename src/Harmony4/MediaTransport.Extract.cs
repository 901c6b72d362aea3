using System.Text.Json;
using Harmony4.Format;
using Harmony4.Internal;
using Harmony4.Tokenization;

namespace Harmony4;

/// <content>Extraction.</content>
public sealed partial class MediaTransport
{
    /// <summary>Opens a container with the limits of the options.</summary>
    /// <param name="source">Where its bytes are; disposed with the container, and when opening fails.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The container.</returns>
    /// <exception cref="H4mkFormatException">The bytes are not a sound container.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<H4mkContainer> OpenAsync(H4mkSource source, CancellationToken cancellationToken = default) =>
        H4mkContainer.OpenAsync(source, _options.Container, cancellationToken);

    /// <summary>Writes a track stream, or a part of it, block by block; each block is checked before any byte of it is written.</summary>
    /// <param name="container">The container.</param>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="options">What to take; null for the whole first track.</param>
    /// <param name="progress">Told how far the work is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the extraction.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ArgumentException">The options contradict themselves, or name a track or block that does not exist.</exception>
    /// <exception cref="H4mkFormatException">A block or, when times are given, the index of keyframes is damaged.</exception>
    /// <exception cref="IOException">Source or output failed.</exception>
    public async Task<ExtractResult> ExtractAsync(
        H4mkContainer container,
        Stream output,
        ExtractOptions? options = null,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(output);
        options ??= new ExtractOptions();
        var track = container.GetTrack(options.Track);
        var (first, end) = await FindBlocksAsync(container, track, options, cancellationToken).ConfigureAwait(false);
        var withInit = first > 0 && options.Block is null && options.IncludeInit && !await StartsWithKeyframeAsync(container, track.Id, cancellationToken).ConfigureAwait(false);
        var total = await LengthAsync(container, track, first, end, cancellationToken).ConfigureAwait(false);
        using var payload = new BlockBuffer();
        using var plain = new BlockBuffer();
        long blocks = 0, bytes = 0, read = 0, lost = 0;
        if (withInit)
        {
            await WriteBlockAsync(0).ConfigureAwait(false);
            total += read;
        }

        for (var ordinal = first; ordinal < end; ordinal++)
        {
            await WriteBlockAsync(ordinal).ConfigureAwait(false);
            progress?.Report(new TransportProgress(read, total));
        }

        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        return new ExtractResult(blocks, bytes, lost);

        // A lost block has no bytes to open. Another that is not sealed was not written by a holder of the key.
        async ValueTask<Memory<byte>> OpenAsync(long ordinal)
        {
            var block = await container.GetBlockAsync(track.Id, ordinal, cancellationToken).ConfigureAwait(false);
            if ((block.Flags & BlockFlags.Lost) != 0)
            {
                return payload.Written;
            }

            plain.Clear();
            plain.Advance(options.Keys!.Open(track.Id, block, payload.Written.Span, plain.GetSpan(payload.Written.Length)));
            return plain.Written;
        }

        async ValueTask WriteBlockAsync(long ordinal)
        {
            payload.Clear();
            await container.ReadBlockAsync(track.Id, ordinal, payload, cancellationToken).ConfigureAwait(false);
            blocks++;
            lost += payload.Written.Length == 0 && await IsLostAsync(container, track.Id, ordinal, cancellationToken).ConfigureAwait(false) ? 1 : 0;
            read += payload.Written.Length;
            options.Mask?.Apply((ulong)ordinal, payload.Written.Span);
            var written = options.Keys is null ? payload.Written : await OpenAsync(ordinal).ConfigureAwait(false);
            bytes += written.Length;
            await output.WriteAsync(written, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Tells whether what <see cref="ExtractAsync"/> would give can be played by itself, as far as the media's framing tells: the tables of an MP4
    /// (<see cref="MediaFormats.Mp4"/>) name positions in the whole file, so a part of it does not, unless it begins at the start and the tables stand there.
    /// </summary>
    /// <param name="container">The container.</param>
    /// <param name="options">What to take; null for the whole first track. A single block is never judged, nor is one that is still sealed.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Whether nothing speaks against it.</returns>
    /// <exception cref="ArgumentException">The options contradict themselves, or name a track or block that does not exist.</exception>
    /// <exception cref="H4mkFormatException">The first block, META or the index of keyframes is damaged.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async ValueTask<bool> PlaysAloneAsync(H4mkContainer container, ExtractOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        options ??= new ExtractOptions();
        var track = container.GetTrack(options.Track);
        var (first, end) = await FindBlocksAsync(container, track, options, cancellationToken).ConfigureAwait(false);
        if (options.Block is not null || end - first == track.BlockCount || await FindSegmentAsync(container, track.Id, cancellationToken).ConfigureAwait(false) != MediaFormats.Mp4)
        {
            return true;
        }

        if (ContainerKeys.IsSealed(container) && options.Keys is null)
        {
            return true;
        }

        if (first > 0)
        {
            return false;
        }

        using var head = new MemoryStream();
        await ExtractAsync(container, head, options with { Block = 0, From = null, To = null }, cancellationToken: cancellationToken).ConfigureAwait(false);
        return !MediaFormats.BuiltIn.Detect(head.GetBuffer().AsSpan(0, (int)head.Length)).IsReadTwice;
    }

    /// <summary>Finds the keyframe at or before a time.</summary>
    /// <param name="container">The container.</param>
    /// <param name="pts">The time in microseconds.</param>
    /// <param name="track">The track's id; null for the first track.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The keyframe; null when none is at or before that time.</returns>
    /// <exception cref="ArgumentException">There is no such track.</exception>
    /// <exception cref="H4mkFormatException">The index of keyframes is damaged.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<Keyframe?> SeekAsync(H4mkContainer container, ulong pts, int? track = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        return container.FindKeyframeAsync(container.GetTrack(track).Id, pts, cancellationToken);
    }

    /// <summary>The segmenter that a track says it was cut with; null where it says nothing.</summary>
    private static async ValueTask<string?> FindSegmentAsync(H4mkContainer container, int track, CancellationToken cancellationToken)
    {
        if (container.Version == H4mkVersion.V10)
        {
            return await container.ReadMetaAsync(cancellationToken).ConfigureAwait(false) is { } meta ? TransportMetadata.FindSegment(meta.Span) : null;
        }

        try
        {
            var tracks = await container.ReadTrackInfoAsync(cancellationToken).ConfigureAwait(false);
            return tracks.FirstOrDefault(t => t.Id == track)?.Members?.GetValueOrDefault("segment") is { ValueKind: JsonValueKind.String } segment ? segment.GetString() : null;
        }
        catch (H4mkFormatException)
        {
            // Its blocks can be taken out all the same.
            return null;
        }
    }

    private static async ValueTask<bool> IsLostAsync(H4mkContainer container, int track, long ordinal, CancellationToken cancellationToken) =>
        ((await container.GetBlockAsync(track, ordinal, cancellationToken).ConfigureAwait(false)).Flags & BlockFlags.Lost) != 0;

    private static async ValueTask<(long First, long End)> FindBlocksAsync(H4mkContainer container, H4mkTrack track, ExtractOptions options, CancellationToken cancellationToken)
    {
        if (options.Block is { } block)
        {
            if (options.From is not null || options.To is not null)
            {
                throw new ArgumentException("a block and a time cannot be asked for together", nameof(options));
            }

            return (ulong)block < (ulong)track.BlockCount
                ? (block, block + 1)
                : throw new ArgumentException($"expected a block below {track.BlockCount}, found {block}", nameof(options));
        }

        if (options.From is { } start && options.To is { } stop && stop <= start)
        {
            throw new ArgumentException($"expected an end above the start of {start} us, found {stop}", nameof(options));
        }

        var from = options.From is { } begin ? await container.FindKeyframeAsync(track.Id, begin, cancellationToken).ConfigureAwait(false) : null;
        var to = options.To is { } end ? await FindFromAsync(container, track.Id, end, cancellationToken).ConfigureAwait(false) : null;
        var first = from is { } keyframe ? BlockOf(keyframe) : 0;
        return (first, to is { } next ? Math.Max(first, BlockOf(next)) : track.BlockCount);
    }

    private static long BlockOf(in Keyframe keyframe) => keyframe.Block ?? throw new H4mkFormatException(
        H4mkErrorCode.SeekOrder,
        0,
        $"expected a block that starts at stream offset {keyframe.StreamOffset}, as the seek table says, found none",
        ChunkTag.Seek);

    /// <summary>Finds the first keyframe at or after a time.</summary>
    private static async ValueTask<Keyframe?> FindFromAsync(H4mkContainer container, int track, ulong pts, CancellationToken cancellationToken)
    {
        if (pts > 0)
        {
            return await container.FindNextKeyframeAsync(track, pts - 1, cancellationToken).ConfigureAwait(false);
        }

        return await container.FindKeyframeAsync(track, 0, cancellationToken).ConfigureAwait(false)
            ?? await container.FindNextKeyframeAsync(track, 0, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<bool> StartsWithKeyframeAsync(H4mkContainer container, int track, CancellationToken cancellationToken) =>
        await FindFromAsync(container, track, 0, cancellationToken).ConfigureAwait(false) is { StreamOffset: 0 };

    private static async ValueTask<long> LengthAsync(H4mkContainer container, H4mkTrack track, long first, long end, CancellationToken cancellationToken)
    {
        if (first == end)
        {
            return 0;
        }

        var start = await container.GetBlockAsync(track.Id, first, cancellationToken).ConfigureAwait(false);
        var last = await container.GetBlockAsync(track.Id, end - 1, cancellationToken).ConfigureAwait(false);
        return last.StreamOffset + last.Length - start.StreamOffset;
    }
}
