using System.Text;
using Harmony4.Tokenization.Internal;
using static Harmony4.Tokenization.Tests.Segmentation.Mp4Builder;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Headers of boxes, and what the first boxes of a file say of it.</summary>
public sealed class Mp4BoxTests
{
    [Theory]
    [InlineData("styp", true, true)]
    [InlineData("sidx", true, true)]
    [InlineData("ssix", true, true)]
    [InlineData("emsg", true, true)]
    [InlineData("prft", true, true)]
    [InlineData("moof", true, true)]
    [InlineData("mdat", true, true)]
    [InlineData("ftyp", false, true)]
    [InlineData("pdin", false, true)]
    [InlineData("free", false, true)]
    [InlineData("skip", false, true)]
    [InlineData("wide", false, true)]
    [InlineData("moov", false, true)]
    [InlineData("mfra", false, false)]
    [InlineData("uuid", false, false)]
    [InlineData("trak", false, false)]
    public void TryRead_Type_TellsWhatItCanBegin(string type, bool beginsSegment, bool canBeginFile)
    {
        Assert.True(Mp4Box.TryRead(Box(type), out var box));
        Assert.Equal((beginsSegment, canBeginFile, 8, 8L), (box.BeginsSegment, box.CanBeginFile, box.HeaderLength, box.Length));

        // The segmenter goes by it at the first box alone.
        Assert.Equal(!canBeginFile, SegmentationRun.Of([.. Box(type, new byte[4]), .. Box("free")], MediaFormats.FragmentedMp4).Notice is { IsRestOpaque: true });
    }

    [Fact]
    public void TryRead_EveryLength_IsAHeaderThatFits()
    {
        for (var length = 2u; length < 20; length++)
        {
            Assert.True(Mp4Box.TryRead([.. U32(length), .. "free"u8], out var box));
            Assert.Equal(length >= 8 ? (8, (long)length) : (0, 0), (box.HeaderLength, box.Length));
            Assert.True(Mp4Box.TryRead([.. U32(1), .. "free"u8, .. U64(length)], out box));
            Assert.Equal(length >= 16 ? (16, (long)length) : (0, 0), (box.HeaderLength, box.Length));
        }

        Assert.True(Mp4Box.TryRead([.. U32(0), .. "free"u8], out var open));
        Assert.Equal((8, 0L), (open.HeaderLength, open.Length));
        const ulong Longest = long.MaxValue / 4;
        Assert.True(Mp4Box.TryRead([.. U32(1), .. "free"u8, .. U64(Longest)], out var longest));
        Assert.Equal((16, (long)Longest), (longest.HeaderLength, longest.Length));
        Assert.True(Mp4Box.TryRead([.. U32(1), .. "free"u8, .. U64(Longest + 1)], out longest));
        Assert.Equal(0, longest.HeaderLength);
        Assert.True(Mp4Box.TryRead([.. U32(uint.MaxValue), .. "free"u8], out longest));
        Assert.Equal(uint.MaxValue, longest.Length);
    }

    [Fact]
    public void TryRead_CutHeader_IsNotAllThere()
    {
        for (var length = 0; length < 16; length++)
        {
            Assert.Equal(length >= 8, Mp4Box.TryRead(Box("free", new byte[8]).AsSpan(0, length), out _));
            Assert.False(Mp4Box.TryRead(LongBox("free", []).AsSpan(0, length), out _));
        }

        Assert.True(Mp4Box.TryRead(LongBox("free", []), out _));
    }

    [Fact]
    public void TryRead_EveryCharacterOfAType_IsPrintable()
    {
        for (var at = 4; at < 8; at++)
        {
            for (var value = 0; value < 256; value++)
            {
                var bytes = Box("free");
                bytes[at] = (byte)value;
                Assert.True(Mp4Box.TryRead(bytes, out var box));
                Assert.Equal(value is >= 0x20 and <= 0x7E or 0xA9 ? 8 : 0, box.HeaderLength);
            }
        }
    }

    // 'm' is media data, 'M' a plain movie, 'F' one with fragments, 'T' one with both, 'a' a fragment at a position in the file.
    [Theory]
    [InlineData("ftyp", "mp4 behind")]
    [InlineData("ftyp m", "mp4 behind")]
    [InlineData("ftyp free m", "mp4 behind")]
    [InlineData("ftyp M", "mp4")]
    [InlineData("ftyp M m", "mp4")]
    [InlineData("ftyp M moof", "mp4")]
    [InlineData("ftyp F", "fmp4")]
    [InlineData("ftyp F m", "fmp4")]
    [InlineData("ftyp F moof", "fmp4")]
    [InlineData("ftyp F a", "mp4 absolute")]
    [InlineData("ftyp T", "mp4")]
    [InlineData("ftyp Z", "mp4")]
    [InlineData("ftyp E", "fmp4")]
    [InlineData("ftyp m M", "mp4 behind")]
    [InlineData("ftyp m moof", "mp4 behind")]
    [InlineData("moof m", "fmp4")]
    [InlineData("a", "mp4 absolute")]
    [InlineData("styp", "fmp4")]
    [InlineData("styp m", "fmp4")]
    [InlineData("sidx m", "fmp4")]
    [InlineData("styp a", "mp4 absolute")]
    [InlineData("ftyp free", "mp4 behind")]
    [InlineData("prft emsg", "mp4 behind")]
    [InlineData("mfra m", "fixed")]
    [InlineData("M", "mp4")]
    public void Detect_BoxesInARow_TellTheForm(string boxes, string expected)
    {
        byte[] Of(string box) => box switch
        {
            "m" => Data(),
            "M" => Box("moov", TrackOf(1, "vide", 25, Sizes(1))),
            "F" => Init((1, "vide", 25))[16..],
            "T" => Box("moov", Box("mvhd"), Box("mvex"), TrackOf(1, "vide", 25, Sizes()), TrackOf(2, "vide", 25, Sizes(1))),
            "Z" => Box("moov", TrackOf(1, "vide", 25, Box("stz2", new byte[7], [8], U32(1), [7])), Box("mvex")),
            "E" => Box("moov", TrackOf(1, "vide", 25, Sizes()), Box("trak", Box("mdia", Box("minf", Box("stbl")))), Box("mvex")),
            "a" => Box("moof", Box("mfhd"), Box("traf", Box("tfhd", U32(1), U32(1), U64(0)))),
            "moof" => Box("moof", Box("traf", Box("tfhd", U32(0x02_0000), U32(1)))),
            _ => Box(box, new byte[4]),
        };

        var format = MediaFormats.BuiltIn.Detect(boxes.Split(' ').SelectMany(Of).ToArray());
        Assert.Equal(expected.Split(' ')[0], format.Name);
        Assert.Equal(expected.EndsWith("behind", StringComparison.Ordinal), format.IsReadTwice);
        Assert.Equal(expected.Contains(' ', StringComparison.Ordinal), format.Hint is not null);
        if (format.Hint is { } hint)
        {
            Assert.Contains(format.IsReadTwice ? "+faststart" : "+default_base_moof", hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Detect_LongMovieHeader_IsToldByWhatIsThere()
    {
        // Cut behind the head of its tables, a file with samples is plain; one whose fragments are not to be seen as well.
        var movie = Box("moov", TrackOf(1, "vide", 25, Sizes(new long[100])), Box("mvex"));
        Assert.Equal(MediaFormats.Mp4, MediaFormats.BuiltIn.Detect(movie.AsSpan(0, movie.Length - 8)).Name);
        Assert.Equal(MediaFormats.Mp4, MediaFormats.BuiltIn.Detect(movie).Name);
        var open = Init((1, "vide", 25))[16..];
        for (var length = 8; length < open.Length; length++)
        {
            Assert.Equal(length >= open.Length - 32 ? MediaFormats.FragmentedMp4 : MediaFormats.Mp4, MediaFormats.BuiltIn.Detect(open.AsSpan(0, length)).Name);
        }
    }

    [Theory]
    [InlineData("raw ", 8, 2, 2)]
    [InlineData("raw ", 16, 3, 6)]
    [InlineData("twos", 16, 2, 4)]
    [InlineData("sowt", 24, 1, 3)]
    [InlineData("NONE", 32, 2, 8)]
    [InlineData("NONE", 7, 2, null)]
    [InlineData("ulaw", 16, 2, 2)]
    [InlineData("alaw", 16, 1, 1)]
    [InlineData("in24", 16, 2, 6)]
    [InlineData("in32", 16, 2, 8)]
    [InlineData("fl32", 16, 2, 8)]
    [InlineData("fl64", 16, 2, 16)]
    [InlineData("fl64", 16, 0, null)]
    [InlineData("mp4a", 16, 2, null)]
    [InlineData("wars", 16, 2, null)]
    public void Read_OldestDescription_HasSamplesOfItsFormat(string format, int bits, int channels, int? length)
    {
        byte[] box = [.. U32(1), .. U32(36), .. Encoding.ASCII.GetBytes(format), .. new byte[16], 0, (byte)channels, 0, (byte)bits, .. new byte[8]];
        Assert.Equal(length is { } l ? new Mp4SoundPackets(1, (uint)l) : null, Mp4SoundPackets.Read(box));
        Assert.Null(Mp4SoundPackets.Read(box.AsSpan(0, 39)));
    }

    [Fact]
    public void Read_LaterDescriptions_HavePacketsOfTheirOwn()
    {
        byte[] one = [.. U32(1), .. U32(52), .. "ima4"u8, .. new byte[8], 0, 1, .. new byte[18], .. U32(64), .. U32(9), .. U32(34), .. U32(8)];
        Assert.Equal(new Mp4SoundPackets(64, 34), Mp4SoundPackets.Read(one.AsSpan(0, 52)));
        Assert.Null(Mp4SoundPackets.Read(one.AsSpan(0, 51)));
        byte[] two = [.. U32(1), .. U32(72), .. "lpcm"u8, .. new byte[8], 0, 2, .. new byte[46], .. U32(700), .. U32(1024), 5];
        Assert.Equal(new Mp4SoundPackets(1024, 700), Mp4SoundPackets.Read(two.AsSpan(0, 76)));
        Assert.Null(Mp4SoundPackets.Read(two.AsSpan(0, 75)));
        two[21] = 3;
        Assert.Null(Mp4SoundPackets.Read(two));
        Assert.Null(Mp4SoundPackets.Read([.. one[..40], .. U32(0), .. one[44..]]));
        Assert.Null(Mp4SoundPackets.Read([.. one[..48], .. U32(0)]));
    }
}
