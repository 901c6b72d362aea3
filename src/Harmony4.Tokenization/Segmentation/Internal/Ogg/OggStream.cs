using System.Buffers;
using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>A logical stream: how its granule positions become times, as its mapping's identification header says.</summary>
internal partial struct OggStream
{
    public const int LongestIdentification = 80;

    private const int LongestSpeexPacket = 6400;
    private const byte FlacSync = 0xFF;

    public uint Serial;
    public OggCodec Codec;

    /// <summary>Granules take <see cref="Scale"/> / <see cref="Rate"/> seconds; a rate of 0 gives no times.</summary>
    public uint Rate;
    public uint Scale;

    /// <summary>Header packets that are still to come.</summary>
    public int HeadersLeft;

    /// <summary>Samples before time 0.</summary>
    public int PreSkip;

    /// <summary>Whether it holds one picture, which lasts as long as the rest: it has no times.</summary>
    public bool IsStill;

    private int _keyShift;
    private bool _countsFromZero;
    private VorbisPackets _vorbis;
    private int _speexSamples;
    private OggPacket _open;
    private uint _sequence;

    /// <summary>Gets whether a packet goes on on the next page.</summary>
    public bool HasOpenPacket { get; private set; }

    /// <summary>Gets the granule at which the page before ended; null where that is not known.</summary>
    public long? End { get; private set; }

    /// <summary>Gets whether a page on which packets end went by.</summary>
    public bool HasPages { get; private set; }

    public readonly MediaKind Kind => IsVideo ? MediaKind.Video : Codec is OggCodec.Unknown or OggCodec.Skeleton ? MediaKind.Data : MediaKind.Audio;

    public readonly bool IsVideo => Codec is OggCodec.Theora or OggCodec.Vp8;

    public readonly bool HasTimes => Rate != 0 && Scale != 0;

    /// <summary>Gets the most granules that a packet adds.</summary>
    public readonly long LongestPacket => Codec switch
    {
        OggCodec.Opus => 5760,
        OggCodec.Vorbis => 8192,
        OggCodec.Flac => 65_535,
        OggCodec.Speex => LongestSpeexPacket,
        _ => 1,
    };

    /// <summary>Reads the identification header that begins the stream.</summary>
    public static OggStream Identify(uint serial, ReadOnlySpan<byte> head)
    {
        var stream = new OggStream { Serial = serial, Scale = 1, HeadersLeft = 1 };
        if (head.Length >= 19 && head.StartsWith("OpusHead"u8))
        {
            stream.Codec = OggCodec.Opus;
            stream.Rate = OpusPackets.SampleRate;
            stream.PreSkip = BinaryPrimitives.ReadUInt16LittleEndian(head[10..]);
            stream.HeadersLeft = 2;
        }
        else if (head.Length >= 30 && head.StartsWith("\u0001vorbis"u8))
        {
            stream.Codec = OggCodec.Vorbis;
            stream.Rate = BinaryPrimitives.ReadUInt32LittleEndian(head[12..]);
            stream.HeadersLeft = 3;
            stream._vorbis.ReadSizes(head[28]);
        }
        else if (head.Length >= 31 && head.StartsWith("\u007FFLAC"u8))
        {
            stream.Codec = OggCodec.Flac;
            stream.Rate = BinaryPrimitives.ReadUInt32BigEndian(head[27..]) >> 12;
            stream.HeadersLeft = BinaryPrimitives.ReadUInt16BigEndian(head[7..]) + 1;
        }
        else if (head.Length >= 72 && head.StartsWith("Speex   "u8))
        {
            stream.Codec = OggCodec.Speex;
            stream.Rate = BinaryPrimitives.ReadUInt32LittleEndian(head[36..]);
            var samples = BinaryPrimitives.ReadUInt32LittleEndian(head[56..]) * (ulong)Math.Max(1, BinaryPrimitives.ReadUInt32LittleEndian(head[64..]));
            stream._speexSamples = samples <= LongestSpeexPacket ? (int)samples : 0;
            stream.HeadersLeft = 2 + (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(head[68..]), byte.MaxValue);
        }
        else if (head.Length >= 42 && (head[0] & 0x80) != 0 && head[1..].StartsWith("theora"u8))
        {
            stream.Codec = OggCodec.Theora;
            stream.Rate = BinaryPrimitives.ReadUInt32BigEndian(head[22..]);
            stream.Scale = BinaryPrimitives.ReadUInt32BigEndian(head[26..]);
            stream.HeadersLeft = 3;
            stream._keyShift = ((head[40] & 3) << 3) | (head[41] >> 5);

            // Before 3.2.1 granules counted frames from 0.
            stream._countsFromZero = head[7] == 3 && (head[8] < 2 || (head[8] == 2 && head[9] == 0));
        }
        else if (head.Length >= 26 && head.StartsWith("OVP80\u0001"u8))
        {
            stream.Codec = OggCodec.Vp8;
            stream.Rate = BinaryPrimitives.ReadUInt32BigEndian(head[18..]);
            stream.Scale = BinaryPrimitives.ReadUInt32BigEndian(head[22..]);
            stream.HeadersLeft = 2;
        }
        else if (head.StartsWith("fishead\0"u8))
        {
            stream.Codec = OggCodec.Skeleton;
        }

        return stream;
    }

    /// <summary>Whether a page holds headers, and counts them off.</summary>
    /// <param name="page">The page.</param>
    /// <param name="body">Its body, as far as it is there.</param>
    public bool TakeHeaders(in OggPage page, in ReadOnlySequence<byte> body)
    {
        var isData = Codec switch
        {
            OggCodec.Skeleton => false,
            OggCodec.Unknown => HeadersLeft == 0 && page.Granule != 0,
            OggCodec.Vp8 when HeadersLeft == 1 => !page.Head.StartsWith("OVP80"u8),

            // A FLAC stream need not say how many headers it has.
            OggCodec.Flac when HeadersLeft <= 0 => page.IsContinued || (page.Head.Length > 0 && page.Head[0] == FlacSync),
            _ => HeadersLeft <= 0,
        };
        if (Codec == OggCodec.Vorbis && !isData)
        {
            TakeSetup(page, body);
        }

        HeadersLeft = isData ? 0 : Math.Max(0, HeadersLeft - page.Packets);
        return !isData;
    }

    /// <summary>Splits a video granule position into the frames up to it and those since the last key frame.</summary>
    public readonly void ReadVideo(long granule, out long end, out long sinceKey)
    {
        if (Codec == OggCodec.Vp8)
        {
            end = (long)((ulong)granule >> 32);
            sinceKey = (granule >> 3) & 0x7FF_FFFF;
        }
        else
        {
            sinceKey = granule & ((1L << _keyShift) - 1);
            end = (long)((ulong)granule >> _keyShift) + sinceKey + (_countsFromZero ? 1 : 0);
        }
    }

    public readonly Int128 ToMicroseconds(Int128 granule) =>
        MediaClock.Scale(granule - PreSkip, (Int128)Scale * MediaClock.MicrosecondsPerSecond, Rate);
}
