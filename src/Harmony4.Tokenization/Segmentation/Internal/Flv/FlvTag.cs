using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>The header of an FLV tag (Adobe Flash Video File Format 10.1, annex E.4; Enhanced RTMP 2) and what the first bytes behind it say of a frame.</summary>
internal readonly ref struct FlvTag
{
    public const int HeaderLength = 11;

    /// <summary>The header, and as much of the data as tells of the frame.</summary>
    public const int LongestPeek = HeaderLength + 8;

    public const int Audio = 8;
    public const int Video = 9;
    private const int Script = 18;

    // The length of the whole tag follows each.
    private const int Trailer = 4;

    private const int TypeMask = 0x1F;
    private const int IsExtended = 0x80;
    private const int KeyFrame = 1;
    private const int Command = 5;
    private const int Avc = 7;
    private const int Hevc = 12;
    private const int Aac = 10;
    private const int ExtendedAudio = 9;

    // The kind of frame with the packet type, and the codec's four characters.
    private const int ExtendedHeader = 5;
    private const int OffsetLength = 3;

    // Packet types.
    private const int CodedFrames = 1;
    private const int CodedFramesWithoutOffset = 3;

    /// <summary>Reads a tag from its header and what follows it, as far as that is there.</summary>
    public FlvTag(ReadOnlySpan<byte> bytes)
    {
        Type = bytes[0] & TypeMask;
        var size = BinaryPrimitives.ReadInt32BigEndian(bytes) & 0xFF_FFFF;
        Length = HeaderLength + size + Trailer;
        IsValid = Type is Audio or Video or Script && (bytes[0] & 0xC0) == 0;
        Time = ((uint)bytes[7] << 24) | (BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) >> 8);
        var data = bytes[HeaderLength..];
        data = data[..Math.Min(size, data.Length)];
        if (Type == Video && data.Length > 0)
        {
            ReadVideo(data, out var isFrame, out var isKey, out var offset, out var header);
            DataOffset = HeaderLength + header;
            IsFrame = isFrame;
            IsKey = isKey;
            Offset = offset;
        }
        else if (Type == Audio && data.Length > 0)
        {
            IsKey = true;
            DataOffset = HeaderLength + (data[0] >> 4) switch
            {
                Aac => 2,
                ExtendedAudio => ExtendedHeader,
                _ => 1,
            };
            IsFrame = (data[0] >> 4) switch
            {
                Aac => data.Length > 1 && data[1] != 0,
                ExtendedAudio => (data[0] & 0xF) == CodedFrames,
                _ => true,
            };
        }
    }

    public bool IsValid { get; }

    public int Type { get; }

    /// <summary>Gets the bytes of the tag and of the length behind it.</summary>
    public long Length { get; }

    /// <summary>Gets how far behind the start of the tag the first byte of the frame is.</summary>
    public int DataOffset { get; }

    /// <summary>Gets the bytes of the frame.</summary>
    public long DataLength => Length - Trailer - DataOffset;

    /// <summary>Gets when the frame is decoded, in milliseconds.</summary>
    public uint Time { get; }

    /// <summary>Gets by how much later than decoded it is shown, in milliseconds.</summary>
    public int Offset { get; }

    /// <summary>Gets whether it holds a frame, and not a codec's configuration.</summary>
    public bool IsFrame { get; }

    /// <summary>Gets whether a decoder can start at the frame.</summary>
    public bool IsKey { get; }

    private static void ReadVideo(ReadOnlySpan<byte> data, out bool isFrame, out bool isKey, out int offset, out int header)
    {
        var frameType = (data[0] >> 4) & 7;
        isKey = frameType == KeyFrame;
        offset = 0;
        if ((data[0] & IsExtended) != 0)
        {
            var packet = data[0] & 0xF;
            var hasOffset = packet == CodedFrames && data.Length >= 8 && (data[1..].StartsWith("hvc1"u8) || data[1..].StartsWith("avc1"u8) || data[1..].StartsWith("vvc1"u8));
            isFrame = packet is CodedFrames or CodedFramesWithoutOffset && frameType != Command;
            offset = hasOffset ? ReadOffset(data[ExtendedHeader..]) : 0;
            header = ExtendedHeader + (hasOffset ? OffsetLength : 0);
            return;
        }

        var isPacked = (data[0] & 0xF) is Avc or Hevc;
        isFrame = frameType != Command && (!isPacked || (data.Length > 1 && data[1] == CodedFrames));
        offset = isPacked && data.Length >= 5 ? ReadOffset(data[2..]) : 0;
        header = isPacked ? 2 + OffsetLength : 1;
    }

    private static int ReadOffset(ReadOnlySpan<byte> bytes) => ((sbyte)bytes[0] << 16) | (bytes[1] << 8) | bytes[2];
}
