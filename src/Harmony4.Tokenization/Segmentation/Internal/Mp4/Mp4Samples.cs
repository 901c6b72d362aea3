using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// Goes over the samples of a track in decoding order, in runs: samples of one length, behind each other in one chunk, equally far apart in time,
/// of which at most the first differs from the others in being one that decoding can begin at.
/// </summary>
/// <remarks>Sound of which the tables count the ticks is gone over by its packets. A step takes a table at least one entry further, so there are no more of them than the tables have entries.</remarks>
internal struct Mp4Samples
{
    // Positions stay far from overflow; no file is that long.
    private const ulong LargestPosition = 1UL << 62;

    // Packets of sound are taken together up to so many ticks, and not at all from so many on, as libavformat has it too.
    private const uint GroupedTicks = 1024;
    private const uint LongGroup = 160;

    private readonly ReadOnlyMemory<byte> _durations;
    private readonly ReadOnlyMemory<byte> _offsets;
    private readonly ReadOnlyMemory<byte> _syncs;
    private readonly ReadOnlyMemory<byte> _partialSyncs;
    private readonly ReadOnlyMemory<byte> _layout;
    private readonly ReadOnlyMemory<byte> _sizes;
    private readonly ReadOnlyMemory<byte> _chunks;
    private readonly bool _hasSyncs;
    private readonly int _chunkBytes;
    private readonly int _sizeBits;
    private readonly uint _commonSize;
    private readonly uint _count;
    private readonly uint _perPacket = 1;

    private uint _index;
    private int _durationAt;
    private uint _durationsLeft;
    private uint _duration;
    private int _offsetAt;
    private uint _offsetsLeft;
    private int _offset;
    private int _syncAt;
    private int _partialSyncAt;
    private ulong _sync;
    private int _layoutAt;
    private uint _chunk;
    private uint _inChunkLeft;
    private uint _perChunk;
    private uint _nextLayout;
    private ulong _position;

    public Mp4Samples(Mp4SampleTables tables, MediaKind kind)
    {
        _durations = Entries(tables.Get(Mp4Box.Stts), 8);
        _offsets = Entries(tables.Get(Mp4Box.Ctts), 8);
        _layout = Entries(tables.Get(Mp4Box.Stsc), 12);
        _hasSyncs = !tables.Get(Mp4Box.Stss).IsEmpty;
        _syncs = Entries(tables.Get(Mp4Box.Stss), 4);
        _partialSyncs = Entries(tables.Get(Mp4Box.Stps), 4);
        _chunkBytes = tables.Get(Mp4Box.Co64).IsEmpty ? 4 : 8;
        _chunks = Entries(tables.Get(_chunkBytes == 8 ? Mp4Box.Co64 : Mp4Box.Stco), _chunkBytes);
        _count = tables.SampleCount;
        var sizes = tables.Get(Mp4Box.Stsz);
        if (sizes.Length >= 8)
        {
            _commonSize = BinaryPrimitives.ReadUInt32BigEndian(sizes.Span);
            _sizeBits = _commonSize == 0 ? 32 : 0;
        }
        else
        {
            sizes = tables.Get(Mp4Box.Stz2);
            _sizeBits = sizes.Length >= 8 && sizes.Span[3] is 4 or 8 or 16 ? sizes.Span[3] : 0;
        }

        _sizes = _sizeBits == 0 ? default : sizes[8..];
        if (kind == MediaKind.Audio && AreAllSync && HasOneDuration && U32(_durations, 4) == 1)
        {
            // The tables count the ticks of such a track, not what its bytes are made of.
            var packets = _commonSize > 0 && tables.GetVersion(Mp4Box.Stsd) == 0 ? Mp4SoundPackets.Read(tables.Get(Mp4Box.Stsd).Span) : null;
            _perPacket = packets?.Ticks ?? 1;
            _commonSize = packets?.Length ?? _commonSize;
            _count = Packets(_count);
            MostAsOne = _perPacket < LongGroup ? Math.Max(1, GroupedTicks / _perPacket) : 1;
        }
        ReadSync();
        Load();
    }

    /// <summary>Gets how many samples the run has from here on; 0 behind the last.</summary>
    public uint Count { get; private set; }

    /// <summary>Gets where the first of them lies in the file.</summary>
    public readonly ulong Position => _position;

    /// <summary>Gets how many bytes each of them has.</summary>
    public uint Size { get; private set; }

    /// <summary>Gets when the first of them is decoded, in ticks.</summary>
    public ulong DecodeTime { get; private set; }

    /// <summary>Gets how long each of them lasts, in ticks.</summary>
    public readonly uint Duration => _duration;

    /// <summary>Gets whether all samples of the track last as long.</summary>
    public readonly bool HasOneDuration => _durations.Length == 8;

    /// <summary>Gets when the first of them is shown, in ticks.</summary>
    public readonly Int128 Time => (Int128)DecodeTime + _offset;

    /// <summary>Gets whether decoding can begin at the first of them.</summary>
    public readonly bool IsSync => !_hasSyncs || _index + 1UL == _sync;

    /// <summary>Gets whether decoding can begin at every sample of the track.</summary>
    public readonly bool AreAllSync => !_hasSyncs;

    /// <summary>Gets how many samples of a run are told of as one frame at most: of sound that is not compressed, a sample is but a tick.</summary>
    public uint MostAsOne { get; } = 1;

    /// <summary>Gets what the tables lack that they should have; null while they hold together.</summary>
    public string? Fault { get; private set; }

    /// <summary>Goes on by samples of the run, at least one.</summary>
    public void Advance(uint count)
    {
        _index += count;
        DecodeTime += (ulong)_duration * count;
        _position += (ulong)Size * count;
        _durationsLeft -= count;
        _offsetsLeft -= Math.Min(count, _offsetsLeft);
        _inChunkLeft -= count;
        Load();
    }

    private static ReadOnlyMemory<byte> Entries(ReadOnlyMemory<byte> table, int size)
    {
        if (table.Length < 4)
        {
            return default;
        }

        var count = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(table.Span), (uint)((table.Length - 4) / size));
        return table.Slice(4, (int)count * size);
    }

    private static uint U32(ReadOnlyMemory<byte> table, int at) => BinaryPrimitives.ReadUInt32BigEndian(table.Span[at..]);

    /// <summary>How many packets hold so many samples of the tables.</summary>
    private readonly uint Packets(uint samples) => (uint)(((ulong)samples + _perPacket - 1) / _perPacket);

    /// <summary>Finds the run that begins at the next sample.</summary>
    private void Load()
    {
        Count = 0;
        if (_index >= _count || Fault is not null)
        {
            return;
        }

        while (_durationsLeft == 0)
        {
            if (_durationAt >= _durations.Length)
            {
                End("times (stts)");
                return;
            }

            _durationsLeft = Packets(U32(_durations, _durationAt));
            _duration = U32(_durations, _durationAt + 4) * _perPacket;
            _durationAt += 8;
        }

        while (_offsetsLeft == 0 && _offsetAt < _offsets.Length)
        {
            _offsetsLeft = U32(_offsets, _offsetAt);

            // Unsigned on paper in version 0, but writers put negative offsets there as well.
            _offset = (int)U32(_offsets, _offsetAt + 4);
            _offsetAt += 8;
        }

        // What the table does not tell of is shown when it is decoded.
        _offset = _offsetsLeft == 0 ? 0 : _offset;
        while (_inChunkLeft == 0)
        {
            if (!TryReadChunk())
            {
                End("places (stsc, stco)");
                return;
            }
        }

        if (!TryReadSize(out var size))
        {
            End("lengths (stsz)");
            return;
        }

        var left = Math.Min(Math.Min(_count - _index, _durationsLeft), _inChunkLeft);
        left = Math.Min(left, _offsetsLeft == 0 ? left : _offsetsLeft);
        while (_sync <= _index)
        {
            ReadSync();
        }

        if (_hasSyncs)
        {
            left = _sync == _index + 1UL ? 1 : (uint)Math.Min(left, _sync - 1 - _index);
        }

        Count = _sizeBits == 0 ? left : 1;
        Size = size;
        if (_position + ((UInt128)Size * Count) > LargestPosition)
        {
            End("places below 2^62 (stco)");
        }
    }

    private void End(string wanted)
    {
        Fault = $"expected sample tables with {wanted} for {_count} samples, found them for {_index}";
        Count = 0;
    }

    /// <summary>Goes to the number, from 1 on, of the next sample that decoding can begin at; behind the last to one that no sample has.</summary>
    private void ReadSync()
    {
        // QuickTime lists the keyframes of open groups apart: decoding can begin there, though pictures that are shown before them are lost.
        var sync = _syncAt < _syncs.Length ? U32(_syncs, _syncAt) : ulong.MaxValue;
        var partial = _partialSyncAt < _partialSyncs.Length ? U32(_partialSyncs, _partialSyncAt) : ulong.MaxValue;
        _syncAt += sync <= partial ? 4 : 0;
        _partialSyncAt += partial <= sync ? 4 : 0;
        _sync = Math.Min(sync, partial);
    }

    private bool TryReadChunk()
    {
        if ((long)_chunk * _chunkBytes >= _chunks.Length)
        {
            return false;
        }

        var at = (int)_chunk * _chunkBytes;
        _position = _chunkBytes == 8 ? BinaryPrimitives.ReadUInt64BigEndian(_chunks.Span[at..]) : U32(_chunks, at);
        _chunk++;

        // An entry holds up to the chunk that the next entry names.
        while (_layoutAt < _layout.Length && (_layoutAt == 0 || _chunk >= _nextLayout))
        {
            _perChunk = U32(_layout, _layoutAt + 4);
            _layoutAt += 12;
            _nextLayout = _layoutAt < _layout.Length ? U32(_layout, _layoutAt) : uint.MaxValue;
        }

        _inChunkLeft = Packets(_perChunk);
        return _position <= LargestPosition;
    }

    private readonly bool TryReadSize(out uint size)
    {
        size = _commonSize;
        if (_sizeBits == 0)
        {
            return true;
        }

        var bit = (long)_index * _sizeBits;
        var at = bit / 8;
        if (at + Math.Max(1, _sizeBits / 8) > _sizes.Length)
        {
            return false;
        }

        var bytes = _sizes.Span[(int)at..];
        size = _sizeBits switch
        {
            32 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            16 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            8 => bytes[0],
            _ => bit % 8 == 0 ? (uint)bytes[0] >> 4 : bytes[0] & 0xFu,
        };
        return true;
    }
}
