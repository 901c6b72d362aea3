using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>Random access to a 1.1 container while it is being written to a file: to the blocks that are there whole, with a sound CRC.</summary>
/// <remarks>
/// Nothing is read unless somebody asks. Each chunk is read once: CRCs are checked, and the index of a page is held against its blocks when it comes.
/// Kept are 44 bytes for each block, what <see cref="H4mkForwardReader"/> keeps, and a buffer for one chunk; <see cref="H4mkContainerOptions.Memory"/> is asked for blocks and buffer.
/// Safe for concurrent use.
/// </remarks>
public sealed class H4mkGrowingContainer : IAsyncDisposable
{
    private readonly H4mkSource _source;
    private readonly H4mkContainerOptions _options;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly GrowingList<ChunkInfo> _others = new();
    private readonly MemoryAccount _memory;
    private readonly FollowedFile _file;
    private GrowingTrack[] _tracks = [];
    private H4mkContainer? _latest;
    private ContainerIndex? _completeIndex;
    private volatile H4mkContainer? _complete;
    private H4mkFormatException? _fault;
    private bool _hasSpare;
    private bool _hasEnded;
    private bool _isDisposed;

    /// <summary>Initializes a reader. Nothing is read yet.</summary>
    /// <param name="source">The file, which may be empty yet. It is disposed with this, and has to tell its length anew at each read, as a file does.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    public H4mkGrowingContainer(H4mkSource source, H4mkContainerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _options = options ?? new H4mkContainerOptions();
        _memory = new MemoryAccount(_options.Memory);
        _file = new FollowedFile(source, _options, _memory);
    }

    /// <summary>Gets whether TAIL has come: then <see cref="UpdateAsync"/> gives the finished container.</summary>
    public bool IsComplete => _complete is not null;

    /// <summary>Takes what has come since the last call, and gives the container as it is now.</summary>
    /// <param name="cancellationToken">Cancels the reading; what was taken stays taken.</param>
    /// <returns>
    /// The container with the blocks that are whole; the same one as before when none came. Its <see cref="H4mkContainer.IsGrowing"/> is <see langword="true"/> until TAIL has come. It
    /// stays valid, and as it is, until this is disposed; disposing it does nothing. <see langword="null"/> while TRAK has not come.
    /// </returns>
    /// <exception cref="H4mkFormatException">
    /// What is there is no sound beginning of a container, or that of a 1.0 container, whose times come last; or a block is longer than <see cref="H4mkContainerOptions.MaxBlockLength"/>;
    /// or the file was cut, or another has taken its place. So it is from then on: read it anew.
    /// </exception>
    /// <exception cref="IOException">The source failed.</exception>
    /// <exception cref="MemoryBudgetException">The budget of the options gives no more.</exception>
    /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
    public async ValueTask<H4mkContainer?> UpdateAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_fault is not null)
            {
                throw new H4mkFormatException(_fault.Code, _fault.Offset, _fault.Detail, _fault.Tag);
            }

            while (!_hasEnded && await TakeAsync(cancellationToken).ConfigureAwait(false))
            {
            }

            if (_hasEnded && _complete is null)
            {
                _completeIndex = await ContainerOpening.OpenAsync(_source, _options, cancellationToken).ConfigureAwait(false);
                _complete = H4mkContainer.Borrow(_source, _options, _completeIndex);
            }

            return _complete ?? (_latest ??= _tracks.Length == 0 ? null : Snapshot());
        }
        catch (H4mkFormatException exception)
        {
            _fault = exception;
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _completeIndex?.Dispose();
            _file.Dispose();
            _memory.Dispose();
            await _source.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask<bool> TakeAsync(CancellationToken cancellationToken)
    {
        if (!_hasSpare)
        {
            // Room first: a block that was taken has to be kept, whatever track it is of.
            await _memory.TakeAsync(GrowingTrack.PartSize, cancellationToken).ConfigureAwait(false);
            _hasSpare = true;
        }

        var outcome = await _file.TryTakeAsync(cancellationToken).ConfigureAwait(false);
        if (outcome == FollowOutcome.Restart)
        {
            throw new H4mkFormatException(H4mkErrorCode.Overrun, _file.Position, "expected the file that was read so far, found a shorter one or another");
        }

        while (_file.Parts.TryDequeue(out var part))
        {
            Keep(part);
            _hasEnded |= part == ForwardPart.End;
        }

        if (outcome == FollowOutcome.Taken && _tracks.Length > 0)
        {
            _latest = null;
            if (_file.Chunk.Tag is var tag && tag != ChunkTag.Core && tag != ChunkTag.Tokn)
            {
                _others.Add(_file.Chunk);
            }
        }

        return outcome == FollowOutcome.Taken;
    }

    private void Keep(ForwardPart part)
    {
        var replay = _file.Replay;
        if (!replay.IsV11)
        {
            Throw.Bad(H4mkErrorCode.Order, _file.Chunk.Offset, _file.Chunk.Tag, "expected TRAK, with which a container begins that can be read while it grows, found another chunk");
        }

        if (part == ForwardPart.Tracks)
        {
            _tracks = [.. replay.Tracks.Select(static t => new GrowingTrack(t.Id))];
        }
        else if (part == ForwardPart.Block)
        {
            var track = TrackOf(replay.Track);
            _hasSpare &= !track.IsFull;
            track.Add(replay.Block);
        }
        else if (part == ForwardPart.Page)
        {
            TrackOf(replay.Page.Track).End(replay.Page);
        }
    }

    private GrowingTrack TrackOf(int id) => Array.Find(_tracks, t => t.Id == id)!;

    private H4mkContainer Snapshot() => H4mkContainer.Borrow(_source, _options, new GrowingIndex([.. _tracks.Select(static t => t.Take())], _others.Take(), _file.Position));
}
