using System.Buffers;
using Harmony4.Format;
using Harmony4.Tokenization;
using Harmony4.Transport.Crypto;

namespace Harmony4.Internal;

/// <summary>One input of an export, block by block as the container takes them.</summary>
internal sealed class TrackFeed : IAsyncDisposable
{
    // What version 1.1 allows in a block, and as a time.
    private const long LargestBlock = 64 * 1024 * 1024;
    private const ulong LargestTime = long.MaxValue;

    private readonly BlockPump _pump;
    private readonly SegmenterChoice _choice;
    private readonly H4mkVersion _version;
    private readonly long _largest;
    private IAsyncEnumerator<MediaBlock>? _blocks;
    private long _written;

    public TrackFeed(int id, ExportInput input, ExportOptions options, MediaFormatSet formats, Func<CancellationToken, ValueTask>? beforeRead)
    {
        Id = id;
        Input = input;
        _choice = SegmenterChoice.Of(input, options, formats);
        _version = options.Version;
        _largest = options.Version == H4mkVersion.V10 ? long.MaxValue : options.Seal is null ? LargestBlock : LargestBlock - SealedFrame.Overhead;
        _pump = new BlockPump(input.Media, id, beforeRead);
    }

    public int Id { get; }

    public ExportInput Input { get; }

    public BlockPump Pump => _pump;

    /// <summary>Gets the time, duration and flags of the piece to write next.</summary>
    public BlockInfo Info { get; private set; }

    /// <summary>Gets how much later the blocks come than the media says, in microseconds.</summary>
    public ulong Shift { get; private set; }

    /// <summary>Gets or sets the time of the last keyframe that the track had before; null without one.</summary>
    public ulong? LastKey { get; set; }

    /// <summary>Has the input begin at a time: its first block, which is read, and those behind it move as far.</summary>
    public void BeginAt(ulong pts)
    {
        Shift = pts - Info.Pts;
        Info = Describe(_blocks!.Current);
    }

    /// <summary>Gets the bytes of the piece to write next: a whole block, or a part of one that is too long for the version.</summary>
    public ReadOnlySequence<byte> Payload { get; private set; }

    /// <summary>Chooses the segmenter and reads the first block.</summary>
    public async ValueTask<bool> StartAsync(Action advanced, CancellationToken cancellationToken)
    {
        await _pump.ChooseAsync(_choice, cancellationToken).ConfigureAwait(false);
        _blocks = _pump.ReadBlocksAsync(advanced, cancellationToken).GetAsyncEnumerator(cancellationToken);
        return await MoveNextAsync().ConfigureAwait(false);
    }

    /// <summary>Goes to the next piece; <see langword="false"/> at the end of the input.</summary>
    public async ValueTask<bool> MoveNextAsync()
    {
        if (_written + Payload.Length < _pump.Payload.Length)
        {
            // Later pieces take the block's time and say nothing else of themselves.
            _written += Payload.Length;
            Info = new BlockInfo { Pts = Info.Pts };
            Payload = NextPiece();
            return true;
        }

        _written = 0;
        Payload = default;
        if (!await _blocks!.MoveNextAsync().ConfigureAwait(false))
        {
            return false;
        }

        Info = Describe(_blocks.Current);
        Payload = NextPiece();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_blocks is not null)
        {
            await _blocks.DisposeAsync().ConfigureAwait(false);
        }

        await _pump.DisposeAsync().ConfigureAwait(false);
    }

    private ReadOnlySequence<byte> NextPiece()
    {
        var rest = _pump.Payload.Slice(_written);
        return rest.Length <= _largest ? rest : rest.Slice(0, _largest);
    }

    // Damaged framing may name any time; one that no block can have is the last one, where playback cannot be asked to start.
    private BlockInfo Describe(in MediaBlock block) =>
        _version == H4mkVersion.V10 ? new BlockInfo { Pts = block.Pts, Duration = block.Duration, IsKey = block.IsKey }
        : block.Pts > LargestTime - Shift ? new BlockInfo { Pts = LargestTime }
        : new BlockInfo { Pts = block.Pts + Shift, Duration = Math.Min(block.Duration, LargestTime - Shift - block.Pts), IsKey = block.IsKey };
}
