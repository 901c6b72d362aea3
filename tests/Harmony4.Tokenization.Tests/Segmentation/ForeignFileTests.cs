using System.Text;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Marks of files that have no segmenter, each alone and cut.</summary>
public sealed class ForeignFileTests
{
    [Theory]
    [InlineData("H4MK", null)]
    [InlineData("PK\u0003\u0004", null)]
    [InlineData("Rar!", null)]
    [InlineData("7z\u00BC\u00AF", null)]
    [InlineData("!<arch>", null)]
    [InlineData("%PDF-", null)]
    [InlineData("RIFF", null)]
    [InlineData("RIFX", null)]
    [InlineData("FORM", null)]
    [InlineData("caff", "a CAF sound file")]
    [InlineData("fLaC", null)]
    [InlineData("FLV\u0001", null)]
    [InlineData(".RMF", "a RealMedia file")]
    [InlineData("0&\u00B2u", "an ASF file (WMV, WMA)")]
    [InlineData("\0\0\u0001\u00BA", "an MPEG program stream")]
    [InlineData("\u0006\u000E+4", "an MXF file")]
    public void Begins_EveryMark_IsToldByAllOfIt(string text, string? name)
    {
        var mark = Encoding.Latin1.GetBytes(text);
        Assert.True(ForeignFile.Begins(mark));
        Assert.True(ForeignFile.Begins([.. mark, 9, 9]));
        Assert.Equal(name, ForeignFile.FindName(mark));
        Assert.Equal(name, ForeignFile.FindName([.. mark, .. new byte[20]]));
        for (var length = 0; length < mark.Length; length++)
        {
            Assert.False(ForeignFile.Begins(mark.AsSpan(0, length)));
            Assert.Null(ForeignFile.FindName(mark.AsSpan(0, length)));
        }

        for (var i = 0; i < mark.Length; i++)
        {
            byte[] other = [.. mark];
            other[i] ^= 0x20;
            Assert.False(ForeignFile.Begins(other));
            Assert.Null(ForeignFile.FindName(other));
        }
    }

    [Fact]
    public void Begins_Tar_IsToldByTheMarkInItsHeader()
    {
        byte[] tar = [.. new byte[257], .. "ustar"u8];
        Assert.True(ForeignFile.Begins(tar));
        Assert.True(ForeignFile.Begins([.. tar, 0]));
        Assert.False(ForeignFile.Begins(tar.AsSpan(0, 261)));
        Assert.False(ForeignFile.Begins(new byte[257]));
        Assert.False(ForeignFile.Begins([0, .. tar]));
        Assert.False(ForeignFile.Begins(tar.AsSpan(1)));
    }

    [Theory]
    [InlineData("RIFF0000AVI ", "an AVI file")]
    [InlineData("FORM0000AIFF", "an AIFF sound file")]
    [InlineData("FORM0000AIFC", "an AIFF sound file")]
    [InlineData("RIFF0000WAVE", null)]
    [InlineData("RIFF0000AVIX", null)]
    [InlineData("LIST0000AVI ", null)]
    public void FindName_Forms_AreToldByTheirType(string text, string? name)
    {
        var head = Encoding.ASCII.GetBytes(text);
        Assert.Equal(name, ForeignFile.FindName(head));
        Assert.Equal(name, ForeignFile.FindName([.. head, 1]));
        Assert.Null(ForeignFile.FindName(head.AsSpan(0, 11)));
        Assert.Equal(name is null ? null : $"this is {name}, which has no segmenter: its blocks are opaque, and timed by a frame rate that is not the media's", MediaFormats.BuiltIn.Detect(head).Hint);
    }
}
