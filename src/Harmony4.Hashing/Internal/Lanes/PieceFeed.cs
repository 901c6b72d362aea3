using System.Buffers;
using System.Runtime.CompilerServices;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>Feeds pieces of different messages: first the block that a piece completes, then its whole blocks; the rest is kept.</summary>
internal unsafe ref struct PieceFeed : ILaneFeed, IDisposable
{
    private readonly StreamStates _streams;
    private readonly ReadOnlySpan<MessagePiece> _pieces;
    private Slots _slots;
    private int _next;

    public PieceFeed(StreamStates streams, ReadOnlySpan<MessagePiece> pieces)
    {
        _streams = streams;
        _pieces = pieces;
    }

    public readonly int MaxStep => int.MaxValue;

    public readonly void Advance(int blocks)
    {
    }

    public bool TryNext(LaneColumn column, out byte* blocks, out int count)
    {
        ref var slot = ref _slots[column.Lane];
        if (slot.Busy)
        {
            if (TryBody(ref slot, out blocks, out count))
            {
                return true;
            }

            column.Save(_streams.Words(_pieces[slot.Piece].Message));
            End(ref slot);
        }

        while (_next < _pieces.Length)
        {
            slot.Piece = _next++;
            slot.Used = 0;
            if (TryHead(ref slot, out blocks, out count) || TryBody(ref slot, out blocks, out count))
            {
                column.Load(_streams.Words(_pieces[slot.Piece].Message));
                slot.Busy = true;
                return true;
            }

            End(ref slot);
        }

        blocks = null;
        count = 0;
        return false;
    }

    public void Dispose()
    {
        for (var lane = 0; lane < MessageFeed.MaxLanes; lane++)
        {
            _slots[lane].Handle.Dispose();
        }
    }

    /// <summary>Completes the buffered block, if there is one and the piece is long enough.</summary>
    private readonly bool TryHead(ref Slot slot, out byte* blocks, out int count)
    {
        var (message, bytes) = _pieces[slot.Piece];
        var buffered = _streams.Buffered(message);
        var missing = Sha256Constants.BlockSize - buffered;
        blocks = _streams.BufferPointer(message);
        count = 1;
        if (buffered == 0 || bytes.Length < missing)
        {
            return false;
        }

        bytes.Span[..missing].CopyTo(_streams.Buffer(message)[buffered..]);
        _streams.Length(message) += missing;
        slot.Used = missing;
        return true;
    }

    private readonly bool TryBody(ref Slot slot, out byte* blocks, out int count)
    {
        var (message, bytes) = _pieces[slot.Piece];
        blocks = null;
        count = (bytes.Length - slot.Used) / Sha256Constants.BlockSize;
        if (count == 0 || _streams.Buffered(message) != 0)
        {
            return false;
        }

        slot.Handle = bytes[slot.Used..].Pin();
        blocks = (byte*)slot.Handle.Pointer;
        slot.Used += count * Sha256Constants.BlockSize;
        _streams.Length(message) += (long)count * Sha256Constants.BlockSize;
        return true;
    }

    /// <summary>Keeps the bytes that fill no block.</summary>
    private readonly void End(ref Slot slot)
    {
        slot.Handle.Dispose();
        slot.Busy = false;
        var (message, bytes) = _pieces[slot.Piece];
        var rest = bytes.Span[slot.Used..];
        rest.CopyTo(_streams.Buffer(message)[_streams.Buffered(message)..]);
        _streams.Length(message) += rest.Length;
    }

    private struct Slot
    {
        public int Piece;
        public int Used;
        public bool Busy;
        public MemoryHandle Handle;
    }

    [InlineArray(MessageFeed.MaxLanes)]
    private struct Slots
    {
        private Slot _first;
    }
}
