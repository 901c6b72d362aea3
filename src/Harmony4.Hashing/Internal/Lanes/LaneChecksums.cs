using System.Runtime.CompilerServices;
using Harmony4.Hashing.Internal.Folding;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>
/// Computes each message's CRC-32 right behind its lane, over bytes that the lane has just brought into the cache. Where the
/// CPU has no wide carry-less multiplication, a message's is computed when its lane is through with it.
/// </summary>
internal readonly unsafe ref struct LaneChecksums
{
    // What all lanes read in a step has to be in the cache still when the checksums follow.
    private const int StepBlocks = 64;

    private readonly Crc32Path _path;
    private readonly int _stride;
    private readonly Span<uint> _crcs;
    private readonly Lane* _lanes;

    /// <param name="path">How to compute.</param>
    /// <param name="crcs">Receives a value for every message, at its index.</param>
    /// <param name="scratch"><see cref="ScratchSize"/> bytes that do not move.</param>
    public LaneChecksums(Crc32Path path, Span<uint> crcs, byte* scratch)
    {
        _path = path;
        _stride = Crc32Engine.Stride(path);
        _crcs = crcs;
        _lanes = (Lane*)scratch;
        for (var lane = 0; lane < MessageFeed.MaxLanes; lane++)
        {
            _lanes[lane].Next = null;
            _lanes[lane].Folded = 0;
        }
    }

    public static int ScratchSize => MessageFeed.MaxLanes * sizeof(Lane);

    public int MaxStep => _stride == 0 ? int.MaxValue : StepBlocks;

    /// <summary>Follows a lane that begins with a message's blocks.</summary>
    public void Begin(int lane, byte* blocks)
    {
        if (_stride != 0)
        {
            _lanes[lane].Next = blocks;
            _lanes[lane].Available = 0;
        }
    }

    /// <summary>Follows all lanes that are within a message.</summary>
    public void Advance(int blocks)
    {
        for (var i = 0; _stride != 0 && i < MessageFeed.MaxLanes; i++)
        {
            ref var lane = ref _lanes[i];
            lane.Available += blocks * Sha256Constants.BlockSize;
            var strides = lane.Available / _stride;
            if (lane.Next != null && strides > 0)
            {
                Crc32Engine.Fold(_path, Unsafe.AsPointer(ref lane.Accumulators[0]), lane.Folded == 0, 0, lane.Next, strides);
                lane.Next += strides * _stride;
                lane.Folded += strides * _stride;
                lane.Available -= strides * _stride;
            }
        }
    }

    /// <summary>Takes the checksum of a message whose lane has read all whole blocks.</summary>
    public void End(int lane, int index, ReadOnlySpan<byte> message)
    {
        if (_crcs.IsEmpty)
        {
            return;
        }

        ref var state = ref _lanes[lane];
        _crcs[index] = state.Folded == 0
            ? Crc32Engine.Update(_path, 0, message)
            : Crc32Engine.Finish(_path, Unsafe.AsPointer(ref state.Accumulators[0]), state.Next, message.Length - state.Folded);
        state.Next = null;
        state.Folded = 0;
    }

    private struct Lane
    {
        public fixed byte Accumulators[Crc32Engine.MaxStride];
        public byte* Next;
        public int Folded;
        public int Available;
    }
}
