using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary><c>extract</c>, as docs/tool.md promises it.</summary>
public sealed class ExtractTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Extract_BlocksAndTimes_GiveTheirBytes()
    {
        var media = Vectors.SeededBytes("extract", 1000);
        var path = _tool.Write("a", media);
        await _tool.RunAsync("export", path, "--block-size", "100", "--gop", "2", "--fps", "1", "--segment", "fixed");
        var container = path + ".h4mk";
        Assert.Equal(media[300..400], (await _tool.RunAsync("extract", container, "--block", "3")).Bytes);

        // Keyframes at 0, 2, 4, 6 and 8 s: from the one at or before, up to the first at or after.
        Assert.Equal(media[200..600], (await _tool.RunAsync("extract", container, "--from", "00:00:03", "--to", "00:00:05.5")).Bytes);
        Assert.Equal(media[200..400], (await _tool.RunAsync("extract", container, "--from", "2000000", "--to", "4000000")).Bytes);
        Assert.Equal(media[..400], (await _tool.RunAsync("extract", container, "--to", "00:00:04")).Bytes);
        Assert.Equal(media[800..], (await _tool.RunAsync("extract", container, "--from", "1:00:00")).Bytes);

        (await _tool.RunAsync("extract", container, "--block", "10")).ShouldFail(2, "block");
        (await _tool.RunAsync("extract", container, "--block", "1", "--from", "0")).ShouldFail(2);
        (await _tool.RunAsync("extract", container, "--from", "5", "--to", "5")).ShouldFail(2);
        (await _tool.RunAsync("extract", container, "--track", "7")).ShouldFail(2, "track");
    }

    [Fact]
    public async Task Extract_EmptyTrack_CreatesTheOutput()
    {
        await _tool.RunAsync("export", _tool.Write("a", []));
        Assert.Equal(0, (await _tool.RunAsync("extract", _tool.Path("a.h4mk"), "-o", _tool.Path("out"))).Code);
        Assert.Empty(_tool.Read("out"));
    }

    [Fact]
    public async Task Extract_DamagedBlock_Exits3AndLeavesNoOutput()
    {
        await _tool.RunAsync("export", _tool.Write("a", Vectors.SeededBytes("x", 1000)), "--block-size", "100", "--spec", "1.0");
        var bytes = _tool.Read("a.h4mk");
        bytes[8 + 12 + 50] ^= 1;
        var damaged = _tool.Write("d", bytes);
        (await _tool.RunAsync("extract", damaged, "-o", _tool.Path("out"))).ShouldFail(3, damaged, ": 8: CORE");
        Assert.False(File.Exists(_tool.Path("out")));
        Assert.Equal(["a", "a.h4mk", "d"], _tool.Files);
    }

    [Fact]
    public async Task Extract_PartOfFramedMedia_BeginsWithItsHead()
    {
        var media = Vectors.Read("media/clip.mp4");
        var container = _tool.Path("c");
        await _tool.RunAsync("export", Vectors.PathOf("media/clip.mp4"), "-o", container);
        var keyframe = (await _tool.RunAsync("seek", container, "00:00:05", "--json")).Json;
        var offset = keyframe.GetProperty("offset").GetInt32();
        Assert.True(offset > 0);
        var head = (await _tool.RunAsync("extract", container, "--block", "0")).Bytes;
        byte[] playable = [.. head, .. media[offset..]];
        Assert.Equal(playable, (await _tool.RunAsync("extract", container, "--from", "00:00:05")).Bytes);
        Assert.Equal(media[offset..], (await _tool.RunAsync("extract", container, "--from", "00:00:05", "--no-init")).Bytes);
    }

    [Fact]
    public async Task Extract_KeyOnUnmasked_Exits2()
    {
        var key = _tool.Write("k", new string('a', 32));
        (await _tool.RunAsync("extract", Vectors.PathOf("containers/one-block.h4mk"), "--mask-key-file", key)).ShouldFail(2, "not masked");
    }
}
