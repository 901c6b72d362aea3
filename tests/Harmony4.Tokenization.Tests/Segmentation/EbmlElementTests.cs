using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>EBML headers and numbers (RFC 8794, 4 and 5), laces of blocks (RFC 9559, 10.3), and times in clusters.</summary>
public sealed class EbmlElementTests
{
    [Fact]
    public void ReadVarInt_EveryLength_ReadsItsBits()
    {
        for (var length = 1; length <= 8; length++)
        {
            for (var bit = 0; bit < 7 * length; bit++)
            {
                var value = 1L << bit;
                var bytes = Number(length, value);
                Assert.Equal(length, EbmlElement.ReadVarInt([.. bytes, 0xFF], out var read));
                Assert.Equal(value, read);
                Assert.Equal(0, EbmlElement.ReadVarInt(bytes.AsSpan(0, length - 1), out read));
            }
        }

        Assert.Equal(0, EbmlElement.ReadVarInt([], out _));
        Assert.Equal(0, EbmlElement.ReadVarInt(new byte[9], out _));
    }

    [Fact]
    public void TryRead_EveryLengthOfIdentifierAndSize_IsAHeader()
    {
        uint[] ids = [0xAE, 0x56AA, 0x23_E383, 0x1F43_B675];
        for (var idLength = 1; idLength <= 4; idLength++)
        {
            byte[] id = [.. Mp4Builder.U32(ids[idLength - 1]).AsSpan(4 - idLength)];
            for (var length = 1; length <= 8; length++)
            {
                byte[] header = [.. id, .. Number(length, 5)];
                Assert.True(EbmlElement.TryRead(header, out var element));
                Assert.Equal((ids[idLength - 1], idLength + length, 5L, false, idLength + length + 5L), (element.Id, element.HeaderLength, element.Size, element.IsUnknownSize, element.Length));
                for (var end = 0; end < header.Length; end++)
                {
                    Assert.False(EbmlElement.TryRead(header.AsSpan(0, end), out _));
                }

                // All ones are of an element whose size is not known.
                var ones = (1L << (7 * length)) - 1;
                Assert.True(EbmlElement.TryRead([.. id, .. Number(length, ones)], out element));
                Assert.Equal((idLength + length, 0L, true), (element.HeaderLength, element.Size, element.IsUnknownSize));
                Assert.True(EbmlElement.TryRead([.. id, .. Number(length, ones - 1)], out element));
                Assert.Equal((idLength + length, ones - 1, false), (element.HeaderLength, element.Size, element.IsUnknownSize));
            }

            // A size of nine bytes does not exist.
            Assert.True(EbmlElement.TryRead([.. id, 0], out var none));
            Assert.Equal(0, none.HeaderLength);
        }

        // Nor does an identifier of five.
        Assert.True(EbmlElement.TryRead([0x08], out var other));
        Assert.Equal(0, other.HeaderLength);
        Assert.False(EbmlElement.TryRead([0x10], out _));
    }

    [Fact]
    public void EndsCluster_Identifiers_AreThoseOfTheSegment()
    {
        uint[] inSegment = [EbmlElement.Cluster, EbmlElement.SeekHead, EbmlElement.Info, EbmlElement.Tracks, EbmlElement.Cues, EbmlElement.Attachments, EbmlElement.Chapters, EbmlElement.Tags];
        uint[] others = [EbmlElement.SimpleBlock, EbmlElement.BlockGroup, EbmlElement.Timestamp, EbmlElement.Void, EbmlElement.Crc32, EbmlElement.TrackEntry];
        foreach (var id in inSegment.Concat(others).Append(EbmlElement.Header).Append(EbmlElement.Segment))
        {
            EbmlElement.TryRead([.. Mp4Builder.U32(id).SkipWhile(b => b == 0), 0x80], out var element);
            Assert.Equal(id is EbmlElement.Header or EbmlElement.Segment, element.EndsSegment);
            Assert.Equal(!others.Contains(id), element.EndsCluster);
        }
    }

    [Fact]
    public void ReadUnsigned_Bytes_AreBigEndian()
    {
        Assert.Equal(0UL, EbmlElement.ReadUnsigned([]));
        Assert.Equal(0x0102_0304_0506_0708UL, EbmlElement.ReadUnsigned([1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Equal(0x80FFUL, EbmlElement.ReadUnsigned([0x80, 0xFF]));
    }

    [Theory]
    [InlineData(0x80, new byte[0], 9, new long[] { 9 })]
    [InlineData(0x80, new byte[0], 0, new long[] { 0 })]
    [InlineData(0x84, new byte[] { 2 }, 9, new long[] { 3, 3, 3 })]
    [InlineData(0x84, new byte[] { 0 }, 9, new long[] { 9 })]
    [InlineData(0x82, new byte[] { 2, 255, 3, 0 }, 300, new long[] { 258, 0, 42 })]
    [InlineData(0x82, new byte[] { 1, 255, 255, 0 }, 510, new long[] { 510, 0 })]
    [InlineData(0x82, new byte[] { 1, 255, 255, 0 }, 509, null)]
    [InlineData(0x82, new byte[] { 1, 255 }, 0, null)]
    [InlineData(0x82, new byte[] { 1 }, 0, null)]
    [InlineData(0x86, new byte[] { 2, 0x85, 0xC0 }, 20, new long[] { 5, 6, 9 })]
    [InlineData(0x86, new byte[] { 2, 0x85, 0xBA }, 20, new long[] { 5, 0, 15 })]
    [InlineData(0x86, new byte[] { 2, 0x85, 0xB9 }, 20, null)]
    [InlineData(0x86, new byte[] { 3, 0x85, 0x60, 0x00, 0xBF }, 40, new long[] { 5, 6, 6, 23 })]
    [InlineData(0x86, new byte[] { 1, 0x40, 0xC8 }, 200, new long[] { 200, 0 })]
    [InlineData(0x86, new byte[] { 1, 0x40, 0xC8 }, 199, null)]
    [InlineData(0x86, new byte[] { 1, 0x40 }, 0, null)]
    [InlineData(0x86, new byte[] { 1 }, 0, null)]
    [InlineData(0x84, new byte[] { 2 }, 0, new long[] { 0, 0, 0 })]
    public void TryRead_Lace_HasTheSizesThatFit(int flags, byte[] lengths, int data, long[]? sizes)
    {
        byte[] body = [0x40, 0x81, 0xFE, 0x70, (byte)flags, .. lengths, .. new byte[data]];
        Assert.True(WebmBlock.TryRead(body, body.Length, new long[WebmBlock.MostFrames], out var block));
        Assert.Equal((0x81UL, (short)-400, true), (block.Track, block.RelativeTime, block.IsKey));
        Assert.Equal(sizes ?? [], block.Sizes.ToArray());
        if (sizes is not null)
        {
            Assert.Equal(5 + lengths.Length, block.HeadLength);
        }
    }

    [Fact]
    public void TryRead_BlockThatIsCut_IsNone()
    {
        var sizes = new long[WebmBlock.MostFrames];
        Assert.False(WebmBlock.TryRead([0x81, 0, 0], 3, sizes, out _));
        Assert.True(WebmBlock.TryRead([0x81, 0, 0, 0], 4, sizes, out var block));
        Assert.Equal((1UL, (short)0, false, 4, 1), (block.Track, block.RelativeTime, block.IsKey, block.HeadLength, block.Sizes.Length));
        Assert.False(WebmBlock.TryRead([0, 0, 0, 0, 0], 5, sizes, out _));
        Assert.True(WebmBlock.TryRead([0x81, 0, 0, 0x02], 4, sizes, out block));
        Assert.True(block.Sizes.IsEmpty);

        // 256 frames of no bytes each.
        byte[] most = [0x81, 0, 0, 0x02, 255, .. new byte[255]];
        Assert.True(WebmBlock.TryRead(most, most.Length, new long[WebmBlock.MostFrames], out block));
        Assert.Equal(256, block.Sizes.Length);
    }

    [Fact]
    public void TimeOf_CodecDelay_IsTakenOffRoundedToTicks()
    {
        var frames = new WebmFrames { Scale = 1_000_000 };
        frames.SetClusterTime(100);
        Assert.Equal([105, 105, 104, 104, 103], new ulong[] { 0, 499_999, 500_000, 1_499_999, 1_500_000 }.Select(d => (int)frames.TimeOf(5, new WebmTrack { CodecDelay = d })));
        Assert.Equal(95, (int)frames.TimeOf(-5, default));
        frames.BeginCluster();
        Assert.Equal(5, (int)frames.TimeOf(5, default));
    }

    [Theory]
    [InlineData(0, 1_000_000)]
    [InlineData(1, 1)]
    [InlineData(1_000_000_000_000, 1_000_000_000_000)]
    [InlineData(1_000_000_000_001, 1_000_000)]
    public void Scale_OutOfRange_IsAMillisecond(ulong scale, ulong expected) => Assert.Equal(expected, new WebmFrames { Scale = scale }.Scale);

    [Fact]
    public void Add_Frames_LastAsTheBlockOrTheTrackOrTheLastDistanceSays()
    {
        var frames = new WebmFrames { Scale = 500_000 };
        frames.BeginCluster();
        frames.Add(10, 0, default);
        Assert.Equal((5000, 0), ((int)frames.Pts, (int)frames.Duration));
        frames.Add(14, 0, default);
        Assert.Equal((5000, 4000), ((int)frames.Pts, (int)frames.Duration));

        // An earlier one changes neither the first nor the last.
        frames.Add(12, 0, default);
        Assert.Equal((5000, 4000), ((int)frames.Pts, (int)frames.Duration));
        frames.Add(14, 6, default);
        Assert.Equal((5000, 5000), ((int)frames.Pts, (int)frames.Duration));
        frames.Add(14, 0, new WebmTrack { DefaultDuration = 7_000_999 });
        Assert.Equal((5000, 9000), ((int)frames.Pts, (int)frames.Duration));
        frames.Add(20, 2, new WebmTrack { DefaultDuration = 7_000_999 });
        Assert.Equal((5000, 6000), ((int)frames.Pts, (int)frames.Duration));

        // The next cluster's first frame is as far from the last of this one.
        frames.BeginCluster();
        frames.Add(23, 0, default);
        Assert.Equal((11_500, 1500), ((int)frames.Pts, (int)frames.Duration));
        frames.BeginCluster();
        frames.Add(-3, 0, default);
        Assert.Equal((-1500, 1500), ((int)frames.Pts, (int)frames.Duration));
    }

    [Fact]
    public void EndEntry_Tracks_FollowTheRule()
    {
        WebmTracks Tracks(ulong? wanted, params (ulong Number, ulong Type)[] entries)
        {
            var tracks = new WebmTracks(wanted, keepsAll: true);
            foreach (var (number, type) in entries)
            {
                tracks.BeginEntry();
                tracks.ReadField(EbmlElement.TrackNumber, number);
                tracks.ReadField(EbmlElement.TrackType, type);
                tracks.ReadField(EbmlElement.DefaultDuration, number + 10);
                tracks.ReadField(EbmlElement.CodecDelay, number + 20);
                tracks.ReadField(EbmlElement.CodecId, number == 3 ? 0x415F_4F50_5553UL : 0);
                tracks.EndEntry();
            }

            return tracks;
        }

        (ulong, ulong)[] all = [(3, 2), (1, 17), (5, 1), (7, 1), (5, 2)];
        var tracks = Tracks(null, all);
        Assert.Equal((5UL, MediaKind.Video, 5, true), (tracks.TimeTrack.Number, tracks.TimeTrack.Kind, tracks.Count, tracks.HasTimeTrack));
        Assert.Equal((7UL, 3UL), (Tracks(7, all).TimeTrack.Number, Tracks(3, all).TimeTrack.Number));
        Assert.Equal(MediaKind.Video, Tracks(5, all).TimeTrack.Kind);
        Assert.False(Tracks(8, all).HasTimeTrack);
        Assert.Equal(3UL, Tracks(null, (3, 2), (1, 2)).TimeTrack.Number);
        Assert.True(tracks.TryFind(3, out var opus));
        Assert.Equal((3UL, 13UL, 23UL, true, MediaKind.Audio), (opus.Number, opus.DefaultDuration, opus.CodecDelay, opus.IsOpus, opus.Kind));
        Assert.True(tracks.TryFind(1, out var data));
        Assert.Equal((false, MediaKind.Data), (data.IsOpus, data.Kind));
        Assert.False(tracks.TryFind(9, out _));
        tracks.Clear();
        Assert.Equal((0, false, false), (tracks.Count, tracks.HasTimeTrack, tracks.TryFind(3, out _)));
        var many = Tracks(null, [.. Enumerable.Range(0, 300).Select(i => ((ulong)i, 17UL))]);
        Assert.Equal((300, true, false), (many.Count, many.TryFind(255, out _), many.TryFind(256, out _)));
    }

    private static byte[] Number(int length, long value) => [.. Mp4Builder.U64((ulong)value | (1UL << (7 * length))).AsSpan(8 - length)];
}
