using System.Buffers;
using System.Buffers.Binary;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization;

/// <summary>
/// Reads the head of a WAVE file chunk by chunk, up to the samples: RIFF, its 64-bit forms RF64 and BW64 (EBU Tech 3306), and Sony Wave64 (W64). Pull form: whoever has the bytes offers them, and goes on
/// behind what was read.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class WavHeaderReader
{
    /// <summary>The most bytes of a chunk that are looked at.</summary>
    public const int LongestPeek = LongChunkHeader + WavFormat.LongestUsed;

    private const int RiffHeader = 12;
    private const int LongRiffHeader = 40;
    private const int ChunkHeader = 8;
    private const int LongChunkHeader = 24;
    private const int GuidLength = 16;
    private const int LongDataSizeOffset = 8;

    // No file is as long.
    private const long LongestChunk = long.MaxValue / 4;

    private bool _isBegun;
    private bool _isWave64;
    private long _longDataLength;

    private static ReadOnlySpan<byte> Wave64Riff => [(byte)'r', (byte)'i', (byte)'f', (byte)'f', 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0];

    private static ReadOnlySpan<byte> Wave64Chunk => [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A];

    /// <summary>Gets whether the samples follow what was read.</summary>
    public bool IsAtData { get; private set; }

    /// <summary>Gets how many bytes of samples the file counts; null when they go on to its end, as a writer that could not go back leaves it.</summary>
    public long? DataLength { get; private set; }

    /// <summary>Gets the code of the samples' format: 1 for PCM, 3 for floating point; the one within where it is extensible. 0 before the <c>fmt </c> chunk.</summary>
    public int FormatTag { get; private set; }

    /// <summary>Gets how many channels are interleaved.</summary>
    public int Channels { get; private set; }

    /// <summary>Gets the samples per second and channel.</summary>
    public uint SampleRate { get; private set; }

    /// <summary>Gets the bits of a sample.</summary>
    public int BitsPerSample { get; private set; }

    /// <summary>Gets the bytes of a sample frame, which holds one sample of every channel; of a block where samples are compressed. 0 before there is a usable <c>fmt </c> chunk.</summary>
    public int FrameLength => Clock.FrameLength;

    /// <summary>Gets the form of samples that audio tokens are made of; null for all others, and where a frame is not as long as its samples.</summary>
    public PcmSampleFormat? SampleFormat { get; private set; }

    /// <summary>Gets what is wrong with the head, as expected and found; null while nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>Gets how the samples are timed; its frames have no length before there is a usable <c>fmt </c> chunk.</summary>
    internal PcmClock Clock { get; private set; }

    /// <summary>Whether the first bytes of a file are those of a WAVE file.</summary>
    /// <param name="head">12 bytes of it at least, else none is recognised.</param>
    public static bool CanBegin(ReadOnlySpan<byte> head) => head.Length >= RiffHeader && (IsRiff(head) || head.StartsWith(Wave64Riff[..RiffHeader]));

    /// <summary>Reads the file's header, or the next chunk in front of the samples.</summary>
    /// <param name="bytes">The bytes from there on: <see cref="LongestPeek"/> of them, or all that the file has.</param>
    /// <param name="isFinal">Whether the file ends with them.</param>
    /// <param name="length">Bytes to go on by, which may be more than are here; up to the samples when <see cref="IsAtData"/>.</param>
    /// <returns>
    /// <see cref="OperationStatus.Done"/> with a length; <see cref="OperationStatus.NeedMoreData"/> when too few bytes are here; <see cref="OperationStatus.InvalidData"/> with a <see cref="Fault"/>, and from then on.
    /// </returns>
    public OperationStatus Read(ReadOnlySpan<byte> bytes, bool isFinal, out long length) => Read(bytes, isFinal, PcmClock.AnyCap, out length);

    internal OperationStatus Read(ReadOnlySpan<byte> bytes, bool isFinal, int blockCap, out long length)
    {
        length = 0;
        if (Fault is not null)
        {
            return OperationStatus.InvalidData;
        }

        return _isBegun ? ReadChunk(bytes, isFinal, blockCap, out length) : ReadFile(bytes, isFinal, out length);
    }

    private static bool IsRiff(ReadOnlySpan<byte> head) =>
        (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8) || head.StartsWith("BW64"u8)) && head[8..].StartsWith("WAVE"u8);

    private OperationStatus ReadFile(ReadOnlySpan<byte> bytes, bool isFinal, out long length)
    {
        length = 0;
        if (bytes.Length < RiffHeader)
        {
            return isFinal ? Fail("a RIFF/WAVE header", "none") : OperationStatus.NeedMoreData;
        }

        if (!CanBegin(bytes))
        {
            return bytes.StartsWith("RIFX"u8) ? Fail("a RIFF/WAVE header", "that of a big-endian one (RIFX)") : Fail("a RIFF/WAVE header", "none");
        }

        _isWave64 = !IsRiff(bytes);
        if (_isWave64 && bytes.Length < LongRiffHeader)
        {
            return isFinal ? Fail("a W64 header", "a part of it") : OperationStatus.NeedMoreData;
        }

        if (_isWave64 && !(bytes[LongChunkHeader..].StartsWith("wave"u8) && bytes[(LongChunkHeader + 4)..].StartsWith(Wave64Chunk)))
        {
            return Fail("a W64 header with sound (wave)", "another");
        }

        _isBegun = true;
        length = _isWave64 ? LongRiffHeader : RiffHeader;
        return OperationStatus.Done;
    }

    private OperationStatus ReadChunk(ReadOnlySpan<byte> bytes, bool isFinal, int blockCap, out long length)
    {
        length = 0;
        var header = _isWave64 ? LongChunkHeader : ChunkHeader;
        if (bytes.Length < header)
        {
            return isFinal ? Fail("a data chunk", "the end of the input") : OperationStatus.NeedMoreData;
        }

        var body = _isWave64
            ? (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(bytes[GuidLength..]), LongestChunk) - LongChunkHeader
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        var isKnown = !_isWave64 || bytes[4..].StartsWith(Wave64Chunk);
        if (isKnown && bytes.StartsWith("data"u8))
        {
            return ReadData(header, body, out length);
        }

        if (body < 0)
        {
            return Fail($"a chunk of at least {LongChunkHeader} bytes", $"one of {body + LongChunkHeader}");
        }

        var isFormat = isKnown && bytes.StartsWith("fmt "u8);
        if (isFormat || bytes.StartsWith("ds64"u8))
        {
            var used = (int)Math.Min(WavFormat.LongestUsed, body);
            if (bytes.Length < header + used && !isFinal)
            {
                return OperationStatus.NeedMoreData;
            }

            var fields = bytes.Slice(header, Math.Min(used, bytes.Length - header));
            if (isFormat)
            {
                TakeFormat(fields, blockCap);
            }
            else if (fields.Length >= LongDataSizeOffset + sizeof(ulong))
            {
                _longDataLength = (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(fields[LongDataSizeOffset..]), LongestChunk);
            }
        }

        // Chunks are padded, to an even length or to a multiple of 8.
        length = header + body + (_isWave64 ? -body & 7 : body & 1);
        return OperationStatus.Done;
    }

    private void TakeFormat(ReadOnlySpan<byte> fields, int blockCap)
    {
        if (fields.Length < WavFormat.Length)
        {
            return;
        }

        FormatTag = WavFormat.ReadTag(fields);
        Channels = BinaryPrimitives.ReadUInt16LittleEndian(fields[2..]);
        SampleRate = BinaryPrimitives.ReadUInt32LittleEndian(fields[4..]);
        BitsPerSample = BinaryPrimitives.ReadUInt16LittleEndian(fields[14..]);
        Clock = WavFormat.TryRead(fields, blockCap, out var clock) ? clock : default;
        SampleFormat = WavFormat.GetSampleFormat(FormatTag, BitsPerSample) is { } format && FrameLength == Channels * PcmSamples.GetLength(format) ? format : null;
    }

    private OperationStatus ReadData(int header, long body, out long length)
    {
        length = 0;
        if (Clock.FrameLength == 0)
        {
            return Fail("a usable fmt chunk before the data", "none");
        }

        // A writer that could not go back leaves 0 or 2^32 - 1. The 64-bit forms then say it in ds64.
        var known = _isWave64 ? body : body is 0 or uint.MaxValue ? _longDataLength : body;
        DataLength = known > 0 ? known : null;
        IsAtData = true;
        length = header;
        return OperationStatus.Done;
    }

    private OperationStatus Fail(string expected, string found)
    {
        Fault = $"expected {expected}, found {found}";
        return OperationStatus.InvalidData;
    }
}
