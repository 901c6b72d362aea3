using System.Buffers;
using System.Runtime.CompilerServices;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>Feeds whole messages, in a given order, and pads each in a scratch of two blocks per lane.</summary>
internal unsafe ref struct MessageFeed : ILaneFeed, IDisposable
{
    public const int MaxLanes = 16;
    public const int ScratchSize = MaxLanes * TailSize;
    private const int TailSize = 2 * Sha256Constants.BlockSize;

    private readonly ReadOnlySpan<ReadOnlyMemory<byte>> _messages;
    private readonly ReadOnlySpan<ulong> _order;
    private readonly Span<byte> _digests;
    private readonly byte* _scratch;
    private readonly LaneChecksums _checksums;
    private Handles _handles;
    private Slots _slots;
    private int _next;

    /// <param name="messages">All messages.</param>
    /// <param name="order">Which of them to hash: indices in the low halves.</param>
    /// <param name="digests">32 bytes for every message, at its index.</param>
    /// <param name="scratch"><see cref="ScratchSize"/> bytes that do not move.</param>
    /// <param name="checksums">Takes the checksums on the way; may be <c>default</c>.</param>
    public MessageFeed(
        ReadOnlySpan<ReadOnlyMemory<byte>> messages, ReadOnlySpan<ulong> order, Span<byte> digests, byte* scratch, LaneChecksums checksums)
    {
        _checksums = checksums;
        _messages = messages;
        _order = order;
        _digests = digests;
        _scratch = scratch;
    }

    private enum Stage
    {
        Empty,
        Body,
        Tail,
    }

    public readonly int MaxStep => _checksums.MaxStep;

    public readonly void Advance(int blocks) => _checksums.Advance(blocks);

    public bool TryNext(LaneColumn column, out byte* blocks, out int count)
    {
        ref var slot = ref _slots[column.Lane];
        ref var handle = ref _handles[column.Lane];
        if (slot.Stage == Stage.Body)
        {
            return Tail(ref slot, ref handle, column.Lane, out blocks, out count);
        }

        if (slot.Stage == Stage.Tail)
        {
            column.WriteDigest(_digests.Slice(slot.Message * Sha256Constants.DigestSize, Sha256Constants.DigestSize));
        }

        if (_next == _order.Length)
        {
            slot.Stage = Stage.Empty;
            blocks = null;
            count = 0;
            return false;
        }

        slot.Message = (int)(uint)_order[_next++];
        column.Load(Sha256Constants.InitialState);
        count = _messages[slot.Message].Length / Sha256Constants.BlockSize;
        if (count == 0)
        {
            return Tail(ref slot, ref handle, column.Lane, out blocks, out count);
        }

        handle = _messages[slot.Message].Pin();
        slot.Stage = Stage.Body;
        blocks = (byte*)handle.Pointer;
        _checksums.Begin(column.Lane, blocks);
        return true;
    }

    public void Dispose()
    {
        for (var lane = 0; lane < MaxLanes; lane++)
        {
            _handles[lane].Dispose();
        }
    }

    private readonly bool Tail(ref Slot slot, ref MemoryHandle handle, int lane, out byte* blocks, out int count)
    {
        var message = _messages[slot.Message].Span;
        _checksums.End(lane, slot.Message, message);
        handle.Dispose();
        slot.Stage = Stage.Tail;
        blocks = _scratch + (lane * TailSize);
        count = Sha256Padding.WriteTail(
            message[(message.Length & ~(Sha256Constants.BlockSize - 1))..], message.Length, new Span<byte>(blocks, TailSize));
        return true;
    }

    private struct Slot
    {
        public int Message;
        public Stage Stage;
    }

    [InlineArray(MaxLanes)]
    private struct Handles
    {
        private MemoryHandle _first;
    }

    [InlineArray(MaxLanes)]
    private struct Slots
    {
        private Slot _first;
    }
}
