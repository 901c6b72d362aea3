using System.Buffers;
using System.Buffers.Binary;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Identification headers field by field, pages by their headers, and the streams that play together.</summary>
public sealed class OggStreamTests
{
    private static byte[] Head(string mark, int length, params (int At, byte[] Bytes)[] fields)
    {
        var head = new byte[length];
        System.Text.Encoding.Latin1.GetBytes(mark).CopyTo(head, 0);
        foreach (var (at, bytes) in fields)
        {
            bytes.CopyTo(head, at);
        }

        return head;
    }

    private static byte[] Little(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static void AssertIdentified(OggCodec codec, byte[] head, uint rate, uint scale, int headers, long longest, MediaKind kind)
    {
        var stream = OggStream.Identify(77, head);
        Assert.Equal((77u, codec, rate, scale, headers, longest, kind), (stream.Serial, stream.Codec, stream.Rate, stream.Scale, stream.HeadersLeft, stream.LongestPacket, stream.Kind));
        Assert.Equal((kind == MediaKind.Video, rate != 0), (stream.IsVideo, stream.HasTimes));
        Assert.Equal(codec, OggStream.Identify(77, [.. head, 1]).Codec);
        var shorter = OggStream.Identify(77, head.AsSpan(0, head.Length - 1));
        Assert.Equal((OggCodec.Unknown, 1, false, 1L, MediaKind.Data), (shorter.Codec, shorter.HeadersLeft, shorter.HasTimes, shorter.LongestPacket, shorter.Kind));
    }

    [Fact]
    public void Identify_EveryMapping_HasTheFieldsOfItsHeader()
    {
        AssertIdentified(OggCodec.Opus, Head("OpusHead", 19, (10, [0x38, 0x01])), 48_000, 1, 2, 5760, MediaKind.Audio);
        Assert.Equal(0x138, OggStream.Identify(1, Head("OpusHead", 19, (10, [0x38, 0x01]))).PreSkip);
        AssertIdentified(OggCodec.Vorbis, Head("\u0001vorbis", 30, (12, Little(44_100))), 44_100, 1, 3, 8192, MediaKind.Audio);
        AssertIdentified(OggCodec.Flac, Head("\u007FFLAC", 31, (7, [1, 2]), (27, [0x0A, 0xC4, 0x42, 0xF0])), 44_100, 1, 0x103, 65_535, MediaKind.Audio);
        AssertIdentified(OggCodec.Speex, Head("Speex   ", 72, (36, Little(16_000)), (68, Little(3))), 16_000, 1, 5, 6400, MediaKind.Audio);
        AssertIdentified(OggCodec.Theora, Head("\u0080theora", 42, (22, [0, 0, 0x75, 0x30]), (26, [0, 0, 3, 0xE9])), 30_000, 1001, 3, 1, MediaKind.Video);
        AssertIdentified(OggCodec.Vp8, Head("OVP80\u0001", 26, (18, [0, 0, 0x75, 0x30]), (22, [0, 0, 3, 0xE9])), 30_000, 1001, 2, 1, MediaKind.Video);
        AssertIdentified(OggCodec.Skeleton, Head("fishead\0", 8), 0, 1, 1, 1, MediaKind.Data);
        Assert.Equal(257, OggStream.Identify(1, Head("Speex   ", 72, (68, Little(uint.MaxValue)))).HeadersLeft);
        Assert.False(OggStream.Identify(1, Head("\u0080theora", 42, (25, [25]))).HasTimes);
        Assert.Equal(OggCodec.Unknown, OggStream.Identify(1, Head("\u0000theora", 42)).Codec);
    }

    [Theory]
    [InlineData(3, 1, 9, true)]
    [InlineData(3, 2, 0, true)]
    [InlineData(3, 2, 1, false)]
    [InlineData(3, 3, 0, false)]
    [InlineData(4, 1, 0, false)]
    [InlineData(2, 1, 0, false)]
    public void ReadVideo_Theora_CountsFromTheVersion(byte major, byte minor, byte revision, bool countsFromZero)
    {
        // Of 40 and 41 the shift is two bits of one and three of the other.
        for (var shift = 0; shift < 32; shift++)
        {
            var stream = OggStream.Identify(1, Head("\u0080theora", 42, (7, [major, minor, revision]), (40, [(byte)(0xFC | (shift >> 3)), (byte)(0x1F | (shift << 5))])));
            var since = shift == 0 ? 0 : 1L;
            stream.ReadVideo((5L << shift) | since, out var end, out var sinceKey);
            Assert.Equal((5 + since + (countsFromZero ? 1 : 0), since), (end, sinceKey));
        }
    }

    [Fact]
    public void ReadVideo_Vp8_HasItsFieldsInPlace()
    {
        var stream = OggStream.Identify(1, OggPages.Vp8Head);
        stream.ReadVideo(unchecked((long)0xFEDC_BA98_7654_3217UL), out var end, out var sinceKey);
        Assert.Equal((0xFEDC_BA98L, 0x6CA_8642L | 0x800_0000L & 0x7FF_FFFF), (end, sinceKey & 0x7FF_FFFF));
        Assert.Equal((0x7654_3217L >> 3) & 0x7FF_FFFF, sinceKey);
    }

    [Theory]
    [InlineData(320u, 2u, 640)]
    [InlineData(320u, 0u, 320)]
    [InlineData(6400u, 1u, 6400)]
    [InlineData(3200u, 2u, 6400)]
    [InlineData(6401u, 1u, null)]
    [InlineData(0u, 3u, null)]
    [InlineData(uint.MaxValue, uint.MaxValue, null)]
    public void Take_Speex_LastsAsItsHeaderSays(uint samples, uint frames, int? duration)
    {
        byte[] head = Head("Speex   ", 72, (36, Little(16_000)), (56, Little(samples)), (64, Little(frames)));
        byte[] input = [.. OggPages.Page(OggPages.First, 0, 0, head), .. OggPages.Page(0, 0, 1, [7]), .. OggPages.Page(0, 100_000, 2, [1])];
        Assert.Equal((long?)duration, Assert.Single(Frames.FrameRun.Of(input, MediaFormats.Ogg).Frames).DurationTicks);
    }

    [Theory]
    [InlineData(0xB8, 576)]
    [InlineData(0x66, 32)]
    [InlineData(0xDD, 4096)]
    [InlineData(0xD6, 2064)]
    [InlineData(0xB5, null)]
    [InlineData(0xE8, null)]
    [InlineData(0x8B, null)]
    public void GetDuration_VorbisSizes_AreInTheirRange(byte sizes, int? longBehindShort)
    {
        var setup = OggPages.VorbisSetup(false, true);
        for (var cut = 0; cut <= setup.Length; cut += 37)
        {
            var packets = default(VorbisPackets);
            packets.ReadSizes(sizes);
            Assert.Null(packets.GetDuration(0));
            packets.TakeSetup(new ReadOnlySequence<byte>(setup, 0, cut));
            packets.TakeSetup(new ReadOnlySequence<byte>(setup, cut, setup.Length - cut));
            packets.EndSetup();
            Assert.Equal((long?)longBehindShort, packets.GetDuration(2));
            Assert.Equal(longBehindShort is null ? null : 0L, packets.GetDuration(3));
        }
    }

    [Fact]
    public void FindTimeTrack_Streams_FollowTheRule()
    {
        var streams = new OggStreams(null);
        Assert.Equal((-1, 0, -1), (streams.FindTimeTrack(), streams.CountTimed(), streams.Find(5)));
        streams.Add(5, "fishead\0"u8);
        Assert.Equal((-1, 0, 0), (streams.FindTimeTrack(), streams.CountTimed(), streams.Find(5)));
        streams.Add(6, OggPages.OpusHead);
        streams.Add(7, OggPages.SpeexHead);
        Assert.Equal((1, 2, 2), (streams.FindTimeTrack(), streams.CountTimed(), streams.Find(7)));
        streams.Add(8, OggPages.TheoraHead);
        streams.Add(9, OggPages.Vp8Head);
        Assert.Equal((3, 4), (streams.FindTimeTrack(), streams.CountTimed()));
        streams[3].IsStill = true;
        Assert.Equal(4, streams.FindTimeTrack());
        streams[4].IsStill = true;
        Assert.Equal(1, streams.FindTimeTrack());
        streams.Clear();
        Assert.Equal((-1, -1), (streams.FindTimeTrack(), streams.Find(6)));

        var wanted = new OggStreams(7);
        wanted.Add(6, OggPages.TheoraHead);
        Assert.Equal(-1, wanted.FindTimeTrack());
        wanted.Add(7, OggPages.SpeexHead);
        Assert.Equal(1, wanted.FindTimeTrack());
    }

    [Fact]
    public void Add_SeventeenthStream_IsNotLookedAt()
    {
        var streams = new OggStreams(null);
        for (var i = 0u; i < 17; i++)
        {
            streams.Add(i, OggPages.OpusHead);
        }

        Assert.Equal((15, -1, 16), (streams.Find(15), streams.Find(16), streams.CountTimed()));
        byte[] input = [.. Enumerable.Range(0, 17).SelectMany(i => OggPages.PageOf((uint)i, OggPages.First, 0, 0, ends: true, i < 15 ? "unknown!"u8.ToArray() : OggPages.OpusHead)), .. OggPages.PageOf(15, 0, 0, 1, ends: true, [7]), .. OggPages.PageOf(16, 0, 0, 1, ends: true, [7])];
        Assert.Equal(new TimeTrack { Kind = MediaKind.Audio, Id = 15 }, SegmentationRun.Of(input, MediaFormats.Ogg).TimeTrack);
    }

    [Fact]
    public void GetLength_Page_IsThatOfItsSegments()
    {
        byte[] page = OggPages.Page(0, 0, 0, new byte[300], new byte[5]);
        Assert.Equal(27 + 3 + 305, OggPage.GetLength(page));
        for (var length = 0; length < 40; length++)
        {
            Assert.Equal(length >= 30 ? page.Length : null, OggPage.GetLength(page.AsSpan(0, length)));
            Assert.True(OggPage.CanBegin(page.AsSpan(0, length)));
        }

        for (var i = 0; i < 5; i++)
        {
            byte[] other = page[..6];
            other[i] ^= 1;
            Assert.False(OggPage.CanBegin(other));
            Assert.False(OggPage.CanBegin(other.AsSpan(0, i + 1)));
        }

        Assert.Equal((65_307, 362), (OggPage.Longest, OggPage.LongestPeek));
    }

    [Fact]
    public void TryRead_Page_HasEveryField()
    {
        var bytes = OggPages.PageOf(0x89AB_CDEF, 5, long.MinValue + 7, 0xFEDC_BA98, ends: false, new byte[100], [1, 2], new byte[255]);
        for (var flags = 0; flags < 8; flags++)
        {
            bytes[5] = (byte)flags;
            Assert.True(OggPage.TryRead(new SequenceReader<byte>(new(bytes)), new byte[OggPage.LongestPeek], out var page));
            Assert.Equal(((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0), (page.IsContinued, page.IsFirst, page.IsLast));
            Assert.Equal((long.MinValue + 7, 0x89AB_CDEFu, 0xFEDC_BA98u, bytes.Length, 2), (page.Granule, page.Serial, page.Sequence, page.Length, page.Packets));
            Assert.Equal([100, 2, 255], page.Lacing.ToArray());
            Assert.Equal(bytes.AsSpan(30, Math.Min(page.Head.Length, bytes.Length - 30)).ToArray(), page.Head.ToArray());
        }

        // The body of an identification header has to be there.
        for (var length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(length >= 30 + 80, OggPage.TryRead(new SequenceReader<byte>(new(bytes, 0, length)), new byte[OggPage.LongestPeek], out _));
        }
    }
}
