using System.Runtime.CompilerServices;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>Ends a range of streamed messages: pads each, takes its digest and resets it.</summary>
internal unsafe ref struct TailFeed : ILaneFeed
{
    private readonly StreamStates _streams;
    private readonly Span<byte> _digests;
    private readonly int _first;
    private Slots _slots;
    private int _next;

    public TailFeed(StreamStates streams, int first, Span<byte> digests)
    {
        _streams = streams;
        _first = first;
        _digests = digests;
    }

    public readonly int MaxStep => int.MaxValue;

    public readonly void Advance(int blocks)
    {
    }

    public bool TryNext(LaneColumn column, out byte* blocks, out int count)
    {
        ref var slot = ref _slots[column.Lane];
        if (slot > 0)
        {
            column.WriteDigest(_digests[((slot - 1) * Sha256Constants.DigestSize)..]);
            _streams.Reset(_first + slot - 1);
            slot = 0;
        }

        if (_next * Sha256Constants.DigestSize == _digests.Length)
        {
            blocks = null;
            count = 0;
            return false;
        }

        var message = _first + _next++;
        slot = _next;
        column.Load(_streams.Words(message));
        var buffer = _streams.Buffer(message);
        blocks = _streams.BufferPointer(message);
        count = Sha256Padding.WriteTail(buffer[.._streams.Buffered(message)], _streams.Length(message), buffer);
        return true;
    }

    // One more than the number of the lane's message within the range; 0: none.
    [InlineArray(MessageFeed.MaxLanes)]
    private struct Slots
    {
        private int _first;
    }
}
