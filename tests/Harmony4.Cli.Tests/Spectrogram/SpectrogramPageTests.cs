using System.Buffers.Binary;
using System.Text.RegularExpressions;
using Harmony4.Cli.Spectrogram;
using Harmony4.Tokenization;

namespace Harmony4.Cli.Tests;

/// <summary>The page holds every token, in order, and loads nothing.</summary>
public class SpectrogramPageTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2048)]
    [InlineData(5000)]
    [InlineData(7000)]
    public void Add_Frames_AllTokensAreInThePage(int frames)
    {
        using var output = new StringWriter();
        var page = new SpectrogramPage(output, "x", 48_000, 2048, 1024, 3);
        for (var i = 0; i < frames; i++)
        {
            page.Add(new AudioFrame(i, 0, 3, 1.0 / (i + 1)), GetTokens(i));
        }

        page.End();
        page.End();
        var bytes = DataOf(output.ToString(), "tokens");
        var peaks = DataOf(output.ToString(), "peaks");
        Assert.Equal(Enumerable.Range(0, frames).Select(i => 1.0 / (i + 1)), peaks.Chunk(8).Select(p => BinaryPrimitives.ReadDoubleLittleEndian(p)));
        Assert.Equal(frames * 3 * AudioToken.EncodedSize, bytes.Length);
        for (var i = 0; i < frames * 3; i++)
        {
            var at = bytes.AsSpan(i * AudioToken.EncodedSize);
            Assert.Equal(
                GetTokens(i / 3)[i % 3],
                new AudioToken(
                    BinaryPrimitives.ReadUInt32LittleEndian(at),
                    BinaryPrimitives.ReadUInt16LittleEndian(at[4..]),
                    BinaryPrimitives.ReadUInt16LittleEndian(at[6..])));
        }
    }

    [Fact]
    public void Constructor_TitleWithMarkup_IsEscapedAndNothingIsLoaded()
    {
        using var output = new StringWriter();
        new SpectrogramPage(output, "<b>&\"", 8_000, 256, 128, 1).End();
        var html = output.ToString();
        Assert.Contains("<h1>&lt;b&gt;&amp;&quot;</h1>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("src=|href=|https?:|import", html);
        Assert.EndsWith("</html>\n", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_FrameOutOfTurn_Throws()
    {
        using var output = new StringWriter();
        var page = new SpectrogramPage(output, "x", 48_000, 2048, 1024, 3);
        Assert.Throws<ArgumentException>(() => page.Add(new AudioFrame(1, 0, 3, 0), GetTokens(0)));
        Assert.Throws<ArgumentException>(() => page.Add(new AudioFrame(0, 0, 2, 0), GetTokens(0).AsSpan(1)));
        page.End();
        Assert.Throws<InvalidOperationException>(() => page.Add(new AudioFrame(0, 0, 3, 0), GetTokens(0)));
    }

    private static byte[] DataOf(string page, string name) =>
        [.. Regex.Matches(page, $"class=\"{name}\">([^<]*)<").SelectMany(m => Convert.FromBase64String(m.Groups[1].Value))];

    private static AudioToken[] GetTokens(int frame) =>
        [.. Enumerable.Range(0, 3).Select(i => new AudioToken((uint)((1000 * frame) + i), (ushort)(frame * 7), (ushort)i))];
}
