namespace Harmony4.Format.Tests;

public sealed class ChunkTagTests
{
    [Theory]
    [InlineData("CORE", 0x434F5245u)]
    [InlineData("!~!~", 0x217E217Eu)]
    public void Constructor_Text_IsTheBigEndianNumber(string text, uint value)
    {
        var tag = new ChunkTag(text);
        Assert.Equal(value, tag.Value);
        Assert.True(tag.IsValid);
        Assert.Equal(text, tag.ToString());
        Assert.True(tag == new ChunkTag(value));
        Assert.True(tag != default);
    }

    [Theory]
    [InlineData("")]
    [InlineData("COR")]
    [InlineData("CORES")]
    [InlineData("CO E")]
    [InlineData("CÖRE")]
    [InlineData("COR\u007F")]
    public void Constructor_NotATag_IsRefused(string text) => Assert.Throws<ArgumentException>(() => new ChunkTag(text));

    [Fact]
    public void IsValid_EveryByteInEveryPlace_FollowsTheAlphabet()
    {
        for (var shift = 0; shift < 32; shift += 8)
        {
            for (uint value = 0; value < 256; value++)
            {
                var tag = new ChunkTag((0x41414141u & ~(0xFFu << shift)) | (value << shift));
                Assert.Equal(value is >= 0x21 and <= 0x7E, tag.IsValid);
                Assert.Equal(tag.IsValid ? 4 : 10, tag.ToString().Length);
            }
        }
    }

    [Fact]
    public void Equality_OfTags_IsThatOfTheirBytes()
    {
        object other = new ChunkTag(0x434F5245);
        Assert.True(ChunkTag.Core.Equals(other));
        Assert.Equal(ChunkTag.Core.GetHashCode(), other.GetHashCode());
        Assert.False(ChunkTag.Core.Equals((object)ChunkTag.Seek));
        Assert.NotEqual(ChunkTag.Core.GetHashCode(), ChunkTag.Seek.GetHashCode());
        Assert.False(ChunkTag.Core.Equals((object)0x434F5245u));
    }

    [Fact]
    public void ToName_EveryCode_IsNamedOnceAndStably()
    {
        var names = Enum.GetValues<H4mkErrorCode>().Select(c => c.ToName()).ToArray();
        Assert.Equal(
            ["short", "bad-magic", "bad-version", "bad-reserved", "overrun", "trailing", "bad-tag", "bad-length", "duplicate", "after-veri", "crc", "veri", "json", "seek-order", "missing",
                "tail", "root", "page", "block", "token", "track", "aux", "unlisted", "order", "sign", "limit", "lost", "incomplete", "proof"],
            names);
        Assert.Throws<ArgumentOutOfRangeException>(() => ((H4mkErrorCode)99).ToName());
    }
}
