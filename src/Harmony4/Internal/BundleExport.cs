using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Harmony4.Format;
using Harmony4.Tokenization;
using Harmony4.Transport.Crypto;

namespace Harmony4.Internal;

/// <summary>One export: the blocks of all inputs in the order of their times, ties by track, into one writer.</summary>
internal sealed class BundleExport : IAsyncDisposable
{
    private const int SmallBlock = 128 * 1024;
    private const int SmallBlockPageLog2 = 12;
    private const int PageLog2 = 10;
    private const int MostTracksOfLongPages = 256;

    // What a live input has brought reaches the output within a second.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(800);

    // Of files, which are read at full speed, not every block is signed.
    private static readonly TimeSpan SigningInterval = TimeSpan.FromMilliseconds(100);

    private readonly ExportOptions _options;
    private readonly IProgress<TransportProgress>? _progress;
    private readonly HeldMemory _memory;
    private readonly List<TrackFeed> _feeds = [];
    private readonly PriorityQueue<TrackFeed, (ulong Pts, int Id)> _queue = new();
    private readonly bool _isLive;
    private readonly long? _length;
    private BlockMasking? _masking;
    private BlockSealing? _sealing;
    private bool _onlyMeasures;
    private H4mkContainerWriter? _writer;
    private long _flushed;
    private long _signed;
    private bool _hasUnflushed;

    /// <param name="inputs">The inputs.</param>
    /// <param name="options">How.</param>
    /// <param name="formats">The formats that inputs are taken for, and names stand for.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="tracks">The ids of the tracks that the inputs go on with; <see langword="null"/> for tracks of their own, from 0.</param>
    public BundleExport(IReadOnlyList<ExportInput> inputs, ExportOptions options, MediaFormatSet formats, IProgress<TransportProgress>? progress, IReadOnlyList<int>? tracks = null)
    {
        Check(inputs, options);
        _options = options;
        _progress = progress;
        _memory = new HeldMemory(options.Memory, options.MemoryAtStart);
        foreach (var input in inputs)
        {
            _feeds.Add(new TrackFeed(tracks is null ? _feeds.Count : tracks[_feeds.Count], input, options, formats, _memory.IsCounted ? CountAsync : null));
        }

        _isLive = _feeds.Exists(f => f.Pump.InputLength is null);
        _length = _isLive ? null : _feeds.Sum(f => f.Pump.InputLength);
    }

    /// <summary>Writes a container.</summary>
    /// <param name="output">Receives the container.</param>
    /// <param name="plain">The root of the container without a seal, where the salt is to follow from it.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task<ExportResult> RunAsync(Stream output, H4mkRoot? plain, CancellationToken cancellationToken)
    {
        foreach (var feed in _feeds)
        {
            await StartAsync(feed, least: 0, cancellationToken).ConfigureAwait(false);
        }

        // What TRAK says of an input is known once its first block is.
        _sealing = _options.Seal is { } seal && !_onlyMeasures ? BlockSealing.Create(seal, plain) : null;
        _writer = H4mkContainerWriter.Create(output, WriterOptions(), leaveOpen: true);
        _masking = _options.Mask is { } mask ? new BlockMasking(mask) : null;
        return await WriteAllAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds the root that the container would have without a seal, its blocks marked as sealed ones.</summary>
    public async Task<H4mkRoot> MeasureAsync(CancellationToken cancellationToken)
    {
        _onlyMeasures = true;
        return (await RunAsync(Stream.Null, plain: null, cancellationToken).ConfigureAwait(false)).Container.Root!;
    }

    /// <summary>Goes on with the tracks of a container. An input that would begin before its track's end begins there.</summary>
    /// <param name="writer">Stands behind the container's blocks; it is disposed with the export.</param>
    /// <param name="ends">Of each track its end and the time of its last keyframe.</param>
    /// <param name="sealing">Seals the blocks of a sealed container; disposed with the export.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task<ExportResult> AppendAsync(H4mkContainerWriter writer, IReadOnlyList<(ulong End, ulong? LastKey)> ends, BlockSealing? sealing, CancellationToken cancellationToken)
    {
        _writer = writer;
        _sealing = sealing;
        for (var i = 0; i < _feeds.Count; i++)
        {
            // A keyframe comes later than the one before it, also where that one's duration is not known, and where a block without pictures comes first.
            var (end, lastKey) = ends[i];
            _feeds[i].LastKey = lastKey;
            await StartAsync(_feeds[i], lastKey >= end ? lastKey.Value + 1 : end, cancellationToken).ConfigureAwait(false);
        }

        return await WriteAllAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var feed in _feeds)
        {
            await feed.DisposeAsync().ConfigureAwait(false);
        }

        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
        }

        _masking?.Dispose();
        if (_sealing is not null)
        {
            await _sealing.DisposeAsync().ConfigureAwait(false);
        }

        _memory.Dispose();
    }

    private static void Check(IReadOnlyList<ExportInput> inputs, ExportOptions options)
    {
        if (inputs.Count == 0)
        {
            throw new ArgumentException("expected an input, found none", nameof(inputs));
        }

        if (options.Version == H4mkVersion.V11)
        {
            if (options.Mask is not null)
            {
                throw new ArgumentException("a mask belongs to version 1.0, which has to be asked for: version 1.1 does not mask, it seals", nameof(options));
            }

            if (options.LiveSignatures is not null && options.Authenticators.Count == 0)
            {
                throw new ArgumentException("live signatures need someone who signs", nameof(options));
            }

            if (options.Seal is { SaltMode: SealSaltMode.Reproducible, Key.Content: null })
            {
                throw new ArgumentException("a reproducible seal takes a key of 32 bytes, which is the content key: another opens a random one", nameof(options));
            }

            return;
        }

        if (options.Seal is not null || options.Authenticators.Count > 0 || options.LiveSignatures is not null)
        {
            throw new ArgumentException("version 1.0 neither seals nor signs: expected version 1.1 for these", nameof(options));
        }

        if (inputs.Count > 1 || options.PageLog2 is not null || inputs[0] is not { Kind: null, Label: null, Language: null })
        {
            throw new ArgumentException("version 1.0 holds one track, without kind, label, language or pages: expected version 1.1 for these", nameof(options));
        }
    }

    /// <summary>Has what is held from the next read on counted.</summary>
    private ValueTask CountAsync(CancellationToken cancellationToken)
    {
        // A block that is sealed is there once more, and so is the one before it, which is written meanwhile; a masked one once.
        var copies = _options.Seal is not null ? 3 : _options.Mask is not null ? 2 : 1;
        return _memory.ResizeAsync((copies * _feeds.Sum(static f => f.Pump.Held)) + (_writer?.Memory ?? 0), cancellationToken);
    }

    private async ValueTask StartAsync(TrackFeed feed, ulong least, CancellationToken cancellationToken)
    {
        if (!await feed.StartAsync(Report, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        if (feed.Info.Pts < least)
        {
            feed.BeginAt(least);
        }

        Enqueue(feed);
    }

    private async Task<ExportResult> WriteAllAsync(CancellationToken cancellationToken)
    {
        if (_sealing is not null)
        {
            await _writer!.WriteSealAsync(_sealing.Seal, cancellationToken).ConfigureAwait(false);
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
        while (_queue.TryDequeue(out var feed, out _))
        {
            await WriteAsync(feed, cancellationToken).ConfigureAwait(false);
            if (await NextAsync(feed, cancellationToken).ConfigureAwait(false))
            {
                Enqueue(feed);
            }
        }

        await WriteSealedAsync(cancellationToken).ConfigureAwait(false);
        return new ExportResult
        {
            Container = await _writer!.CompleteAsync(cancellationToken).ConfigureAwait(false),
            Inputs = [.. _feeds.Select(f => new ExportedInput
            {
                Segment = f.Pump.Name,
                AreTimesCounted = f.Pump.Segmenter.AreTimesCounted,
                Length = f.Pump.BytesRead,
                Shift = f.Shift,
                Hint = f.Pump.Hint,
                Notice = f.Pump.Segmenter.Notice,
            })],
        };
    }

    private void Enqueue(TrackFeed feed) => _queue.Enqueue(feed, (feed.Info.Pts, feed.Id));

    private async ValueTask WriteAsync(TrackFeed feed, CancellationToken cancellationToken)
    {
        if (_writer!.BlockCount + (_sealing is { HasBlock: true } ? 1 : 0) >= _options.MaxBlockCount)
        {
            throw new MediaFormatException(
                feed.Pump.Name,
                feed.Pump.BytesRead,
                string.Create(CultureInfo.InvariantCulture, $"expected at most {_options.MaxBlockCount} blocks (a limit of the options), found more"),
                feed.Id);
        }

        if (feed.Info.IsKey && feed.Info.Pts <= feed.LastKey)
        {
            // The first block moved the input behind the track, and a later one fell back.
            throw feed.Pump.BrokenRule($"the times of key blocks strictly increase: expected one above {feed.LastKey} us, where the track has its last, found {feed.Info.Pts}");
        }

        if (_sealing is not null)
        {
            await SealAsync(_sealing, feed, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var (info, payload) = _masking is not null ? (feed.Info, _masking.Apply(_writer.BlockCount, feed.Payload))
                : (_onlyMeasures ? feed.Info with { Flags = feed.Info.Flags | BlockFlags.Sealed } : feed.Info, feed.Payload);
            await _writer.WriteBlockAsync(feed.Id, info, payload, cancellationToken).ConfigureAwait(false);
        }

        _hasUnflushed = true;
        if (_options.LiveSignatures is { } signatures && !_onlyMeasures && (_isLive || Stopwatch.GetElapsedTime(_signed) >= SigningInterval))
        {
            await SignAsync(signatures, cancellationToken).ConfigureAwait(false);
        }
        else if (_isLive && Stopwatch.GetElapsedTime(_flushed) >= LongestDelay)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Has a block sealed while the one before it is written.</summary>
    private async ValueTask SealAsync(BlockSealing sealing, TrackFeed feed, CancellationToken cancellationToken)
    {
        (int Track, BlockInfo Info, ReadOnlySequence<byte> Payload)? before = sealing.HasBlock ? await sealing.TakeAsync().ConfigureAwait(false) : null;
        sealing.Start(feed.Id, feed.Info, feed.Payload);
        try
        {
            if (before is { } block)
            {
                await _writer!.WriteBlockAsync(block.Track, block.Info, block.Payload, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            // Until then it has the input's buffer.
            await sealing.WaitAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Writes the block that is being sealed, if there is one.</summary>
    private async ValueTask WriteSealedAsync(CancellationToken cancellationToken)
    {
        if (_sealing is { HasBlock: true })
        {
            var (track, info, payload) = await _sealing.TakeAsync().ConfigureAwait(false);
            await _writer!.WriteBlockAsync(track, info, payload, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Signs what closing the container here would give, once it is on the output.</summary>
    private async ValueTask SignAsync(Stream signatures, CancellationToken cancellationToken)
    {
        await WriteSealedAsync(cancellationToken).ConfigureAwait(false);
        var root = await _writer!.GetRootAsync(cancellationToken).ConfigureAwait(false);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        foreach (var authenticator in _options.Authenticators)
        {
            foreach (var sign in await authenticator.AuthenticateAsync(root!, cancellationToken).ConfigureAwait(false))
            {
                await signatures.WriteAsync(LiveSignatures.Encode(root!, sign), cancellationToken).ConfigureAwait(false);
            }
        }

        await signatures.FlushAsync(cancellationToken).ConfigureAwait(false);
        _signed = Stopwatch.GetTimestamp();
    }

    private ValueTask<bool> NextAsync(TrackFeed feed, CancellationToken cancellationToken)
    {
        var next = feed.MoveNextAsync();
        return !_isLive || !_hasUnflushed || next.IsCompleted ? next : FlushWhileWaitingAsync(next.AsTask(), cancellationToken);
    }

    private async ValueTask<bool> FlushWhileWaitingAsync(Task<bool> next, CancellationToken cancellationToken)
    {
        var rest = LongestDelay - Stopwatch.GetElapsedTime(_flushed);
        var delay = Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, CancellationToken.None);
        try
        {
            if (await Task.WhenAny(next, delay).ConfigureAwait(false) != next)
            {
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            // The read has the input's buffer until it ends.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        return await next.ConfigureAwait(false);
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await WriteSealedAsync(cancellationToken).ConfigureAwait(false);
        await _writer!.FlushAsync(cancellationToken).ConfigureAwait(false);
        _flushed = Stopwatch.GetTimestamp();
        _hasUnflushed = false;
    }

    private void Report() => _progress?.Report(new TransportProgress(_feeds.Sum(f => f.Pump.BytesRead), _length));

    private H4mkWriterOptions WriterOptions()
    {
        if (_options.Version == H4mkVersion.V10)
        {
            return new H4mkWriterOptions
            {
                Version = H4mkVersion.V10,
                Meta = _options.Meta ?? TransportMetadata.CreateMeta(_feeds[0].Pump.Name, _feeds[0].Pump.Segmenter, masked: _options.Mask is not null),
                Safe = _options.Safe ?? TransportMetadata.Safe,
            };
        }

        return new H4mkWriterOptions
        {
            Version = _options.Version,
            Tracks = [.. _feeds.Select(f => TrackDescription.Create(f.Id, f.Input, f.Pump))],
            PageLog2 = _options.PageLog2 ?? (_feeds.Count <= MostTracksOfLongPages && _feeds.TrueForAll(IsSmall) ? SmallBlockPageLog2 : PageLog2),
            Meta = _options.Meta ?? TransportMetadata.CanonicalMeta,
            Safe = _options.Safe ?? TransportMetadata.CanonicalSafe,
            HashMemory = _options.HashMemory,
            Authenticators = _onlyMeasures ? [] : _sealing is null ? _options.Authenticators : [_sealing, .. _options.Authenticators],
        };
    }

    private static bool IsSmall(TrackFeed feed) => feed.Pump.Segmenter is FixedSizeSegmenter { BlockSize: < SmallBlock };
}
