using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// How long the packets of a Vorbis stream last (Vorbis I, 4.2.2, 4.2.4 and 4.3.1): by the two block sizes of the identification header, the modes that end the setup header, and the mode that begins each packet.
/// </summary>
internal struct VorbisPackets
{
    private const int SmallestExponent = 6;
    private const int LargestExponent = 13;

    // Mode count less one; then of each mode block flag, window type, transform type, and mapping.
    private const int CountBits = 6;
    private const int MostModes = 1 << CountBits;
    private const int TypeBits = 16 + 16;
    private const int MappingBits = 8;
    private const int ModeBits = 1 + TypeBits + MappingBits;

    // All modes, the framing bit behind them, and the zeros that fill its byte up.
    private const int TailLength = (CountBits + (MostModes * ModeBits) + 8 + 7) / 8;

    private int _short;
    private int _long;
    private int _previous;
    private int _modes;
    private ulong _longModes;
    private int _tailCount;
    private Tail _tail;

    /// <summary>Reads the byte of the identification header that has both block sizes.</summary>
    public void ReadSizes(byte sizes)
    {
        var (low, high) = (sizes & 0xF, sizes >> 4);
        if (low >= SmallestExponent && low <= high && high <= LargestExponent)
        {
            (_short, _long) = (1 << low, 1 << high);
        }

        Restart();
    }

    /// <summary>Takes the next bytes of the setup header, of which the last few are kept.</summary>
    public void TakeSetup(in ReadOnlySequence<byte> bytes)
    {
        var count = (int)Math.Min(bytes.Length, TailLength);
        var kept = Math.Min(_tailCount, TailLength - count);
        Span<byte> tail = _tail;
        tail[(_tailCount - kept).._tailCount].CopyTo(tail);
        bytes.Slice(bytes.Length - count).CopyTo(tail[kept..]);
        _tailCount = kept + count;
    }

    /// <summary>
    /// Reads the modes from the end of the setup header on, as what stands in front of them cannot be passed over without being decoded. The count in front of the first mode shows how many there are; where several fit,
    /// all of which look like modes up to there, it is the largest.
    /// </summary>
    public void EndSetup()
    {
        _modes = 0;
        var end = (_tailCount * 8) - 1;
        while (end >= 0 && !IsSet(end))
        {
            end--;
        }

        // The framing bit lies in the last byte.
        if (end < (_tailCount - 1) * 8 || _short == 0)
        {
            return;
        }

        for (var count = 1; count <= MostModes && end - (count * ModeBits) >= CountBits; count++)
        {
            var mode = end - (count * ModeBits);
            if (Read(mode + 1, TypeBits) != 0 || Read(mode + 1 + TypeBits, MappingBits) >= MostModes)
            {
                break;
            }

            if (Read(mode - CountBits, CountBits) == (uint)count - 1)
            {
                _modes = count;
            }
        }

        _longModes = 0;
        for (var mode = 0; mode < _modes; mode++)
        {
            _longModes |= IsSet(end - ((_modes - mode) * ModeBits)) ? 1UL << mode : 0;
        }
    }

    /// <summary>Goes on where the packet before is not known: its block counts as a short one.</summary>
    public void Restart() => _previous = _short;

    /// <summary>The samples that a packet adds: a quarter of its block and a quarter of the one before. Null where the headers did not say.</summary>
    /// <param name="first">Its first byte.</param>
    public long? GetDuration(byte first)
    {
        if (_modes == 0)
        {
            return null;
        }

        // Bit 0 is set in what is no sound.
        if ((first & 1) != 0)
        {
            return 0;
        }

        var mode = (first >> 1) & ((1 << (BitOperations.Log2((uint)_modes - 1 | 1) + (_modes > 1 ? 1 : 0))) - 1);
        if (mode >= _modes)
        {
            Restart();
            return null;
        }

        var block = (_longModes >> mode & 1) != 0 ? _long : _short;
        var samples = (_previous + block) / 4;
        _previous = block;
        return samples;
    }

    private readonly bool IsSet(int bit) => (_tail[bit >> 3] >> (bit & 7) & 1) != 0;

    private readonly uint Read(int bit, int count)
    {
        var value = 0u;
        for (var i = 0; i < count; i++)
        {
            value |= IsSet(bit + i) ? 1u << i : 0;
        }

        return value;
    }

    [InlineArray(TailLength)]
    private struct Tail
    {
        private byte _first;
    }
}
