using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>Collects the SEEK payload while blocks are written: 16 bytes a keyframe and nothing else.</summary>
internal sealed class SeekRecorder
{
    // 2^27 entries: the most that fit in an array; 1.0 allows twice that in a chunk.
    private const int MaxEntries = (int)((0x7FFFFFC7L - SeekRecord.CountSize) / SeekRecord.Size);

    private byte[] _payload = new byte[SeekRecord.CountSize + (SeekRecord.Size * 256)];
    private ulong _lastPts;

    // As many keyframes as 256 KiB of media can have, by far.
    private const int NextEntries = 32 * 1024;

    public int Count { get; private set; }

    /// <summary>Bytes of memory, with the longer array that the next entries may need.</summary>
    public long Memory => SeekRecord.Size * (_payload.Length / SeekRecord.Size - Count >= NextEntries ? _payload.Length / SeekRecord.Size : _payload.Length / SeekRecord.Size + (2L * Math.Max(Count, NextEntries)));

    public ReadOnlyMemory<byte> Payload
    {
        get
        {
            BinaryPrimitives.WriteUInt32BigEndian(_payload, (uint)Count);
            return _payload.AsMemory(0, SeekRecord.CountSize + (SeekRecord.Size * Count));
        }
    }

    public void CheckNext(ulong pts)
    {
        if (Count > 0 && pts <= _lastPts)
        {
            throw new ArgumentException($"the times of keyframes strictly increase: expected a pts above {_lastPts} us, found {pts}", nameof(pts));
        }

        if (Count == MaxEntries)
        {
            throw new InvalidOperationException($"a seek table holds at most {MaxEntries} keyframes");
        }
    }

    public void Add(ulong pts, ulong offset)
    {
        var at = SeekRecord.CountSize + (SeekRecord.Size * Count);
        if (at == _payload.Length)
        {
            var entries = Math.Min(2L * Count, MaxEntries);
            Array.Resize(ref _payload, (int)(SeekRecord.CountSize + (SeekRecord.Size * entries)));
        }

        SeekRecord.Write(_payload.AsSpan(at), pts, offset);
        _lastPts = pts;
        Count++;
    }
}
