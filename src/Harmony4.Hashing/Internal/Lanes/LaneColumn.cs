using System.Buffers.Binary;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>One lane's eight state words within the interleaved state of all lanes.</summary>
internal readonly unsafe ref struct LaneColumn
{
    private readonly uint* _first;
    private readonly int _lanes;

    public LaneColumn(void* state, int lane, int lanes)
    {
        _first = (uint*)state + lane;
        _lanes = lanes;
        Lane = lane;
    }

    public int Lane { get; }

    public void Load(ReadOnlySpan<uint> words)
    {
        for (var i = 0; i < Sha256Constants.StateWords; i++)
        {
            _first[i * _lanes] = words[i];
        }
    }

    public void Save(Span<uint> words)
    {
        for (var i = 0; i < Sha256Constants.StateWords; i++)
        {
            words[i] = _first[i * _lanes];
        }
    }

    public void WriteDigest(Span<byte> digest)
    {
        for (var i = 0; i < Sha256Constants.StateWords; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest[(i * sizeof(uint))..], _first[i * _lanes]);
        }
    }
}
