using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>FLV tags, field by field (annex E.4 of the format; Enhanced RTMP 2).</summary>
public sealed class FlvTagTests
{
    private static FlvTag Tag(int type, params byte[] data) => new((byte[])[(byte)type, 0, 0, (byte)data.Length, 0, 0, 0, 0, 0, 0, 0, .. data]);

    [Fact]
    public void Constructor_EveryFirstByte_IsOneOfThreeTypes()
    {
        for (var first = 0; first < 256; first++)
        {
            // Bit 5 says that it is encrypted; the two above are reserved.
            Assert.Equal((first & 0xDF) is 8 or 9 or 18, Tag(first, 0).IsValid);
            Assert.Equal(first & 0x1F, Tag(first, 0).Type);
        }
    }

    [Fact]
    public void Constructor_SizeAndTime_AreOfAllTheirBytes()
    {
        var tag = new FlvTag((byte[])[9, 0x12, 0x34, 0x56, 0x9A, 0xBC, 0xDE, 0x78, 0xFF, 0xFF, 0xFF, 0x12]);
        Assert.Equal((11 + 0x12_3456 + 4, 0x789A_BCDEu, 12, 0x12_3456 - 1), (tag.Length, tag.Time, tag.DataOffset, tag.DataLength));
        var last = new FlvTag((byte[])[8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x12]);
        Assert.Equal((11 + 0xFF_FFFF + 4, uint.MaxValue), (last.Length, last.Time));
    }

    [Fact]
    public void Constructor_EveryAudioByte_TellsOfAFrame()
    {
        for (var first = 0; first < 256; first++)
        {
            var (codec, packet) = (first >> 4, first & 0xF);
            foreach (byte second in new byte[] { 0, 1, 2 })
            {
                var tag = Tag(8, (byte)first, second, 7, 7, 7, 7);
                Assert.Equal(codec == 10 ? second != 0 : codec != 9 || packet == 1, tag.IsFrame);
                Assert.Equal((true, 11 + (codec == 10 ? 2 : codec == 9 ? 5 : 1)), (tag.IsKey, tag.DataOffset));
                Assert.Equal(6 - (tag.DataOffset - 11), tag.DataLength);
            }

            // AAC without the byte that tells is none.
            Assert.Equal(codec != 10 && (codec != 9 || packet == 1), Tag(8, (byte)first).IsFrame);
        }

        Assert.Equal((false, false), (Tag(8).IsFrame, Tag(8).IsKey));
    }

    [Fact]
    public void Constructor_EveryPlainVideoByte_TellsOfAFrame()
    {
        for (var first = 0; first < 128; first++)
        {
            var (kind, isPacked) = (first >> 4, (first & 0xF) is 7 or 12);
            foreach (byte packet in new byte[] { 0, 1, 2 })
            {
                var tag = Tag(9, (byte)first, packet, 0x80, 2, 3, 7);
                Assert.Equal((kind != 5 && (!isPacked || packet == 1), kind == 1), (tag.IsFrame, tag.IsKey));
                Assert.Equal((isPacked ? -0x7F_FDFD : 0, 11 + (isPacked ? 5 : 1)), (tag.Offset, tag.DataOffset));
            }

            Assert.Equal(kind != 5 && !isPacked, Tag(9, (byte)first).IsFrame);
            Assert.Equal(isPacked ? 0x7F_0203 : 0, Tag(9, (byte)first, 1, 0x7F, 2, 3).Offset);
            Assert.Equal(0, Tag(9, (byte)first, 1, 0x7F, 2).Offset);
        }

        Assert.Equal((false, false), (Tag(9).IsFrame, Tag(9).IsKey));
    }

    [Theory]
    [InlineData("hvc1", true)]
    [InlineData("avc1", true)]
    [InlineData("vvc1", true)]
    [InlineData("av01", false)]
    [InlineData("vp09", false)]
    public void Constructor_EveryExtendedVideoByte_TellsOfAFrame(string codec, bool canHaveOffset)
    {
        byte[] name = System.Text.Encoding.ASCII.GetBytes(codec);
        for (var first = 128; first < 256; first++)
        {
            var (kind, packet) = ((first >> 4) & 7, first & 0xF);
            var tag = Tag(9, [(byte)first, .. name, 0xFF, 0xFF, 0xFE, 7]);
            var hasOffset = canHaveOffset && packet == 1;
            Assert.Equal((packet is 1 or 3 && kind != 5, kind == 1), (tag.IsFrame, tag.IsKey));
            Assert.Equal((hasOffset ? -2 : 0, 11 + (hasOffset ? 8 : 5)), (tag.Offset, tag.DataOffset));
            Assert.Equal(hasOffset ? -2 : 0, Tag(9, [(byte)first, .. name, 0xFF, 0xFF, 0xFE]).Offset);
            Assert.Equal(0, Tag(9, [(byte)first, .. name, 0xFF, 0xFF]).Offset);
        }
    }

    [Fact]
    public void Constructor_DataThatIsOfTheNextTag_IsNotLookedAt()
    {
        // AAC of one byte, behind which the next tag begins.
        Assert.False(new FlvTag((byte[])[8, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xAF, 1, 1]).IsFrame);
        Assert.True(new FlvTag((byte[])[8, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0xAF, 1, 1]).IsFrame);
        Assert.False(new FlvTag((byte[])[18, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0x12, 1, 1]).IsFrame);
    }
}
