using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>One file that grows, as far as it was taken.</summary>
internal sealed class FollowedFile(H4mkSource source, H4mkContainerOptions options, MemoryAccount? memory = null) : IDisposable
{
    private readonly byte[] _header = new byte[ChunkHeader.Size];
    private readonly byte[] _lastHeader = new byte[ChunkHeader.Size];
    private byte[] _payload = [];

    // Positions of chunks; 0, where none stands, while there is none.
    private long _last;
    private long _doubted;
    private long _next;
    private bool _hasTracks;

    public ContainerReplay Replay { get; } = new(options);

    /// <summary>What the chunk taken last made known.</summary>
    public Queue<ForwardPart> Parts { get; } = [];

    /// <summary>Where the chunk taken last ends: all before it was taken.</summary>
    public long Position => _next;

    /// <summary>The chunk taken last.</summary>
    public ChunkInfo Chunk { get; private set; }

    public ReadOnlyMemory<byte> Payload => _payload.AsMemory(0, (int)Chunk.Length);

    public void Dispose() => Replay.Dispose();

    /// <summary>Takes the next chunk, if all of it is there.</summary>
    /// <exception cref="H4mkFormatException">It is no sound chunk, or cannot follow those before it.</exception>
    public async ValueTask<FollowOutcome> TryTakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var outcome = _next == 0 ? await TakeFileHeaderAsync(cancellationToken).ConfigureAwait(false) : await TakeChunkAsync(cancellationToken).ConfigureAwait(false);
            return outcome == FollowOutcome.Waiting && await HasChangedAsync(cancellationToken).ConfigureAwait(false) ? FollowOutcome.Restart : outcome;
        }
        catch (H4mkFormatException)
        {
            // What does not fit may be the middle of another file, written over this one.
            if (await HasChangedAsync(cancellationToken).ConfigureAwait(false))
            {
                Parts.Clear();
                return FollowOutcome.Restart;
            }

            throw;
        }
    }

    private async ValueTask<FollowOutcome> TakeFileHeaderAsync(CancellationToken cancellationToken)
    {
        var read = await source.ReadAsync(0, _header.AsMemory(0, FileHeader.Size), cancellationToken).ConfigureAwait(false);
        if (read.Count < FileHeader.Size)
        {
            return FollowOutcome.Waiting;
        }

        FileHeader.Check(_header);
        _next = FileHeader.Size;
        return FollowOutcome.Taken;
    }

    private async ValueTask<FollowOutcome> TakeChunkAsync(CancellationToken cancellationToken)
    {
        var read = await source.ReadAsync(_next, _header, cancellationToken).ConfigureAwait(false);
        if (read.Length < _next)
        {
            return FollowOutcome.Restart;
        }

        if (read.Count < ChunkHeader.Size)
        {
            return IsEndOf10(read) ? End() : FollowOutcome.Waiting;
        }

        var chunk = ChunkHeader.Read(_header).At(_next);
        if (chunk.EndOffset > read.Length)
        {
            return FollowOutcome.Waiting;
        }

        if (chunk.Length > (uint)options.MaxBlockLength)
        {
            Throw.Limit(chunk, options.MaxBlockLength);
        }

        // The whole chunk is in the file, so its length is a length of bytes that are there.
        if (_payload.Length < chunk.Length)
        {
            await GrowAsync(Math.Max(chunk.Length, Math.Min(options.MaxBlockLength, 2L * _payload.Length)), cancellationToken).ConfigureAwait(false);
        }

        var payload = await source.ReadAsync(chunk.PayloadOffset, _payload.AsMemory(0, (int)chunk.Length), cancellationToken).ConfigureAwait(false);
        if (payload.Count < chunk.Length)
        {
            return FollowOutcome.Waiting;
        }

        var crc = Crc32.Compute(_payload.AsSpan(0, (int)chunk.Length));
        if (crc != chunk.Crc)
        {
            // A store may show a length before the bytes. With bytes behind the chunk, its own are taken for written at the second look.
            if (payload.Length > chunk.EndOffset && _doubted == _next)
            {
                Throw.Crc(chunk, crc);
            }

            _doubted = _next;
            return FollowOutcome.Waiting;
        }

        Take(chunk);
        return await EndAsync(payload, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask GrowAsync(long length, CancellationToken cancellationToken)
    {
        if (memory is not null)
        {
            await memory.TakeAsync(length - _payload.Length, cancellationToken).ConfigureAwait(false);
        }

        _payload = new byte[length];
    }

    private void Take(in ChunkInfo chunk)
    {
        var begun = Replay.Begin(chunk);
        Replay.Append(_payload.AsSpan(0, (int)chunk.Length));
        var ended = Replay.End();
        if (!_hasTracks && chunk.Tag != ChunkTag.Trak)
        {
            Add(ForwardPart.Tracks);
        }

        Add(begun);
        Add(ended);
        Chunk = chunk;
        _header.CopyTo(_lastHeader, 0);
        _last = _next;
        _next = chunk.EndOffset;
    }

    /// <summary>Once TAIL has come: the file that is opened by its tail must be the one that was followed.</summary>
    private async ValueTask<FollowOutcome> EndAsync(SourceRead read, CancellationToken cancellationToken)
    {
        if (!Replay.IsComplete)
        {
            if (Replay.EndsInStrayTail && read.Length == _next)
            {
                Replay.EndInput(_next, default, _next);
            }

            return FollowOutcome.Taken;
        }

        if (read.Length > _next)
        {
            Throw.Fault(ChunkFault.AfterTail, _next, null);
        }

        using var index = await ContainerOpening.OpenAsync(source, options, cancellationToken).ConfigureAwait(false);
        return (index as PagedIndex)?.Root.Identity == Replay.Identity ? End() : FollowOutcome.Restart;
    }

    private FollowOutcome End()
    {
        Add(ForwardPart.End);
        return FollowOutcome.Taken;
    }

    private void Add(ForwardPart part)
    {
        if (part != ForwardPart.None)
        {
            _hasTracks = true;
            Parts.Enqueue(part);
        }
    }

    // Nothing tells of an upgrade to come, so a 1.0 container ends with its VERI.
    private bool IsEndOf10(SourceRead read) => Replay.IsAfterVeri && read.Count == 0;

    private async ValueTask<bool> HasChangedAsync(CancellationToken cancellationToken)
    {
        if (_last == 0)
        {
            return false;
        }

        var read = await source.ReadAsync(_last, _header, cancellationToken).ConfigureAwait(false);
        return read.Length < _next || !_header.AsSpan(0, read.Count).SequenceEqual(_lastHeader);
    }
}
