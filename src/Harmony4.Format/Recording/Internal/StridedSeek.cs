using System.Buffers.Binary;

namespace Harmony4.Format.Internal;

/// <summary>SEEK of a recorded 1.1 file, for readers of 1.0: every 2^s-th keyframe of the first track, at most 1 MiB.</summary>
internal sealed class StridedSeek
{
    private byte[] _payload = new byte[SeekRecord.CountSize + (SeekRecord.Size * 256)];
    private int _count;
    private long _keyframes;
    private int _log2;

    public StridedSeek()
    {
    }

    /// <summary>Takes up what a closed file holds.</summary>
    /// <param name="payload">Its SEEK, with as many entries as the rule gives for its keyframes.</param>
    /// <param name="keyframes">The first track's keyframes.</param>
    public StridedSeek(ReadOnlySpan<byte> payload, long keyframes)
    {
        _log2 = SeekStride.Log2Of(keyframes);
        _count = (int)SeekStride.CountOf(keyframes);
        _keyframes = keyframes;
        if (payload.Length > _payload.Length)
        {
            _payload = new byte[At(Math.Min(SeekStride.MaxEntries, Math.Max(256, 2 * _count)))];
        }

        payload.CopyTo(_payload);
    }

    /// <summary>Bytes of memory, with the longer array that the next entries may need.</summary>
    public long Memory => 3L * _payload.Length;

    /// <summary>The payload so far; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Payload
    {
        get
        {
            BinaryPrimitives.WriteUInt32BigEndian(_payload, (uint)_count);
            return _payload.AsMemory(0, At(_count));
        }
    }

    /// <summary>Takes note of the first track's next keyframe.</summary>
    /// <param name="pts">Its time in microseconds.</param>
    /// <param name="offset">CORE payload bytes of all tracks before it in the file.</param>
    public void Add(ulong pts, ulong offset)
    {
        if (IsOnStride && _count == SeekStride.MaxEntries)
        {
            Thin();
        }

        if (IsOnStride)
        {
            if (At(_count) == _payload.Length)
            {
                Array.Resize(ref _payload, At(Math.Min(SeekStride.MaxEntries, 2 * _count)));
            }

            SeekRecord.Write(_payload.AsSpan(At(_count)), pts, offset);
            _count++;
        }

        _keyframes++;
    }

    private bool IsOnStride => (_keyframes & ((1L << _log2) - 1)) == 0;

    private static int At(int entry) => SeekRecord.CountSize + (SeekRecord.Size * entry);

    /// <summary>Drops every second entry.</summary>
    private void Thin()
    {
        for (var i = 1; 2 * i < _count; i++)
        {
            _payload.AsSpan(At(2 * i), SeekRecord.Size).CopyTo(_payload.AsSpan(At(i)));
        }

        _count = (_count + 1) / 2;
        _log2++;
    }
}
