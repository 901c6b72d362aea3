using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>The first program of a transport stream: which packets hold its time track. Read from PAT and PMT (ISO/IEC 13818-1, 2.4.4).</summary>
/// <param name="wanted">The stream that the caller wants times from; null for the rule.</param>
/// <param name="keepsTypes">Whether the types of all streams are kept.</param>
internal sealed class TsProgram(ulong? wanted, bool keepsTypes)
{
    public const int None = -1;

    // Stream types (ISO/IEC 13818-1, table 2-34).
    public const byte MpegAudio1 = 0x03;
    public const byte MpegAudio2 = 0x04;
    public const byte AdtsAudio = 0x0F;

    // ATSC A/53, part 3.
    public const byte Ac3Audio = 0x81;

    private const int AssociationPid = 0;
    private const int AssociationTable = 0;
    private const int MapTable = 2;
    private const int TableHeader = 8;
    private const int MapHeader = 12;
    private const int Checksum = 4;
    private const int LastPid = 0x1FFF;

    private readonly TsSections _association = new();
    private readonly TsSections _map = new();
    private readonly ulong[] _elementary = new ulong[(LastPid + 1) / 64];
    private readonly Dictionary<int, byte>? _types = keepsTypes ? [] : null;
    private int _mapPid = None;
    private bool _hasMap;

    /// <summary>Gets the packets of the stream that the caller wants, else of the first video stream, else of the first stream.</summary>
    public int TimePid { get; private set; } = None;

    /// <summary>Gets what that stream is for.</summary>
    public MediaKind TimeKind { get; private set; }

    /// <summary>Gets how many streams the program has.</summary>
    public int StreamCount { get; private set; }

    public bool IsTable(int pid) => pid == AssociationPid || pid == _mapPid;

    public bool IsElementary(int pid) => (_elementary[pid >> 6] >> (pid & 63) & 1) != 0;

    /// <summary>Gets what an elementary stream is for.</summary>
    public MediaKind KindOfStream(int pid) => TypeOfStream(pid) is > 0 and var type ? KindOf(type) : pid == TimePid ? TimeKind : MediaKind.Data;

    /// <summary>Gets the stream type of an elementary stream; 0 where no table has said it.</summary>
    public byte TypeOfStream(int pid) => _types?.GetValueOrDefault(pid) ?? 0;

    /// <summary>Takes the first stream that says it is video for the time track, as long as no table was read: a capture begins anywhere.</summary>
    /// <returns>Whether the stream is the time track now.</returns>
    public bool TryAssume(int pid, bool isVideo)
    {
        if (_hasMap || TimePid != None || (wanted is { } number ? number != (ulong)pid : !isVideo))
        {
            return false;
        }

        _elementary[pid >> 6] |= 1UL << (pid & 63);
        (TimePid, TimeKind, StreamCount) = (pid, isVideo ? MediaKind.Video : MediaKind.Data, 1);
        return true;
    }

    /// <summary>Reads the payload of a packet for which <see cref="IsTable"/> holds.</summary>
    public void ReadTable(int pid, ReadOnlySpan<byte> payload, bool isStart)
    {
        if (pid == AssociationPid)
        {
            if (_association.TryAdd(payload, isStart, out var association))
            {
                ReadAssociation(association);
            }
        }
        else if (_map.TryAdd(payload, isStart, out var map))
        {
            ReadMap(map);
        }
    }

    private void ReadAssociation(ReadOnlySpan<byte> section)
    {
        if (section[0] != AssociationTable)
        {
            return;
        }

        for (var at = TableHeader; at + 4 <= section.Length - Checksum; at += 4)
        {
            var program = BinaryPrimitives.ReadUInt16BigEndian(section[at..]);
            if (program != 0)
            {
                _mapPid = BinaryPrimitives.ReadUInt16BigEndian(section[(at + 2)..]) & LastPid;
                return;
            }
        }
    }

    private void ReadMap(ReadOnlySpan<byte> section)
    {
        if (section[0] != MapTable || section.Length < MapHeader + Checksum)
        {
            return;
        }

        // What was assumed before the first table stays, if the table has it: blocks were made of it.
        var assumed = _hasMap ? None : TimePid;
        _hasMap = true;
        Array.Clear(_elementary);
        _types?.Clear();
        int chosen = None, count = 0;
        var chosenKind = MediaKind.Data;
        var at = MapHeader + (BinaryPrimitives.ReadUInt16BigEndian(section[(MapHeader - 2)..]) & 0x0FFF);
        while (at + 5 <= section.Length - Checksum)
        {
            var pid = BinaryPrimitives.ReadUInt16BigEndian(section[(at + 1)..]) & LastPid;
            _elementary[pid >> 6] |= 1UL << (pid & 63);
            count++;
            var kind = KindOf(section[at]);
            _types?[pid] = section[at];
            var isBetter = pid == assumed ? true
                : chosen == assumed && assumed != None ? false
                : wanted is { } number ? chosen == None && (ulong)pid == number
                : chosen == None || (kind == MediaKind.Video && chosenKind != MediaKind.Video);
            if (isBetter)
            {
                (chosen, chosenKind) = (pid, kind);
            }

            at += 5 + (BinaryPrimitives.ReadUInt16BigEndian(section[(at + 3)..]) & 0x0FFF);
        }

        (TimePid, TimeKind, StreamCount) = (chosen, chosenKind, count);
    }

    private static MediaKind KindOf(byte streamType) =>
        IsVideo(streamType) ? MediaKind.Video : IsAudio(streamType) ? MediaKind.Audio : MediaKind.Data;

    /// <summary>Stream types of audio: MPEG-1 and 2, AAC in its forms, AC-3 and its extension.</summary>
    private static bool IsAudio(byte streamType) => streamType is MpegAudio1 or MpegAudio2 or AdtsAudio or 0x11 or 0x1C or Ac3Audio or 0x87;

    /// <summary>Stream types of video: MPEG-1, 2 and 4, AVC and its extensions, JPEG 2000, HEVC, VVC, AVS, Dirac, VC-1.</summary>
    private static bool IsVideo(byte streamType) => streamType is
        0x01 or 0x02 or 0x10 or 0x1B or 0x1F or 0x20 or 0x21 or 0x24 or 0x33 or 0x42 or 0xD1 or 0xD2 or 0xD4 or 0xEA;
}
