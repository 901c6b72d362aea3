using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Tests.Export;

/// <summary>An export finds the format of media behind tags, from files and pipes.</summary>
public sealed class DetectionTests
{
    [Theory]
    [InlineData("media/clip.aac", 100_021, false, "adts")]
    [InlineData("media/clip.aac", 100_021, true, "adts")]
    [InlineData("media/clip.mp3", 3_000_000, true, "mp3")]
    [InlineData("media/speech.wav", 138, true, "wav")]
    [InlineData("media/clip.mp4", 138, true, "fixed")]
    public async Task Export_MediaBehindATag_IsSegmentedByWhatItIs(string file, int tagLength, bool isPipe, string segment)
    {
        byte[] input = [.. Tag(tagLength), .. Vectors.Read(file)];
        var (result, bytes) = await ExportAsync(input, isPipe);
        Assert.Equal(segment, result.Inputs[0].Segment);
        Assert.Equal(input, await TestContainers.ExtractAsync(bytes));
        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal(segment == "fixed", ((await container.GetBlockAsync(0, 0)).Flags & BlockFlags.Key) != 0);
    }

    [Fact]
    public async Task Export_TagLongerThanIsHeld_NamesWhatHelps()
    {
        byte[] input = [.. Tag(9_000_000), .. Vectors.Read("media/clip.mp3")];
        var (result, bytes) = await ExportAsync(input, isPipe: true);
        Assert.Equal("fixed", result.Inputs[0].Segment);
        Assert.Contains("behind 9000000 bytes of tags", result.Inputs[0].Hint, StringComparison.Ordinal);
        Assert.Equal(input, await TestContainers.ExtractAsync(bytes));

        var named = new MemoryStream();
        result = await TestContainers.Transport.ExportAsync(new Pipe(input), named, new ExportOptions { Segment = "mp3" });
        Assert.Null(result.Inputs[0].Notice);
        Assert.True(result.Container.KeyframeCount > 5);
    }

    private static async Task<(ExportResult Result, byte[] Bytes)> ExportAsync(byte[] input, bool isPipe)
    {
        var output = new MemoryStream();
        var result = await TestContainers.Transport.ExportAsync(isPipe ? new Pipe(input) : new MemoryStream(input), output);
        return (result, output.ToArray());
    }

    private static byte[] Tag(int length)
    {
        var tag = new byte[length];
        "ID3\u0004\0\0"u8.CopyTo(tag);
        var size = length - 10;
        (tag[6], tag[7], tag[8], tag[9]) = ((byte)((size >> 21) & 0x7F), (byte)((size >> 14) & 0x7F), (byte)((size >> 7) & 0x7F), (byte)(size & 0x7F));
        return tag;
    }

    /// <summary>Media that cannot seek and comes in pieces, as from a pipe.</summary>
    private sealed class Pipe(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 50_000)], cancellationToken);
    }
}
