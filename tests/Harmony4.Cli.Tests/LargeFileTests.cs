namespace Harmony4.Cli.Tests;

/// <summary>A container of 100 GiB on disk, through the tool: what a verb reads does not depend on how long the file is.</summary>
public sealed class LargeFileTests : IDisposable
{
    private const int Blocks = 1600;
    private const int BlockLength = 64 * 1024 * 1024;

    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task EveryVerb_100GiB_ReadsTheEndAPageAndABlock()
    {
        if (OperatingSystem.IsWindows())
        {
            // Files have no holes there unless they are asked to.
            return;
        }

        var path = _tool.Path("large");
        SparseContainer.Write(path, Blocks, BlockLength);
        Assert.True(new FileInfo(path).Length > 100L << 30);

        var inspected = (await _tool.RunAsync("inspect", path, "--json")).Json;
        Assert.Equal(("1.1", Blocks), (inspected.GetProperty("version").GetString(), inspected.GetProperty("blocks").GetInt32()));
        Assert.Equal(Blocks * 1_000_000L, inspected.GetProperty("tracks")[0].GetProperty("duration_us").GetInt64());

        var found = (await _tool.RunAsync("seek", path, "1599.5s", "--json", "--proof", _tool.Path("p"))).Json;
        Assert.Equal((1599, 1599L * BlockLength), (found.GetProperty("block").GetInt32(), found.GetProperty("offset").GetInt64()));
        Assert.InRange(found.GetProperty("reads").GetInt32(), 1, 2);
        Assert.InRange(found.GetProperty("bytes_read").GetInt64(), 1, 256 * 1024 + (1024 * 64) + 1024);

        var outcome = await _tool.RunAsync("verify", "--proof", _tool.Path("p"), "--root", inspected.GetProperty("root").GetString()!, "--json");
        Assert.Equal((0, 1599), (outcome.Code, outcome.Json.GetProperty("ordinal").GetInt32()));

        outcome = await _tool.RunAsync("extract", path, "--block", "1024", "-o", _tool.Path("block"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Equal(BlockLength, new FileInfo(_tool.Path("block")).Length);

        // What is appended and signed in place changes the end of the file, and saves no more of it before.
        var length = new FileInfo(path).Length;
        await File.WriteAllBytesAsync(_tool.Path("more"), new byte[100_000]);
        outcome = await _tool.RunAsync("append", path, _tool.Path("more"), "--segment", "fixed", "--proof", _tool.Path("grown"));
        Assert.Equal(0, outcome.Code);
        Assert.Equal(0, (await _tool.RunAsync("keygen", "--kind", "es256", "-o", _tool.Path("key"))).Code);
        Assert.Equal((0, ""), ((outcome = await _tool.RunAsync("sign", path, "--key", _tool.Path("key"))).Code, outcome.Error));
        Assert.InRange(new FileInfo(path).Length - length, 100_000, 110_000);
        var after = (await _tool.RunAsync("inspect", path, "--json")).Json;
        Assert.Equal(Blocks + 1, after.GetProperty("blocks").GetInt32());
        outcome = await _tool.RunAsync("verify", "--proof", _tool.Path("grown"), "--root", inspected.GetProperty("root").GetString()!, "--new-root", after.GetProperty("root").GetString()!, "--json");
        Assert.Equal((0, true), (outcome.Code, outcome.Json.GetProperty("holds").GetBoolean()));
    }

    [Fact]
    public async Task Verify_LaidOutByHand_IsSound()
    {
        var path = _tool.Path("small");
        SparseContainer.Write(path, 2500, 10);
        var outcome = await _tool.RunAsync("verify", path, "--json");
        Assert.Equal((0, "unsigned", 25_000), (outcome.Code, outcome.Json.GetProperty("state").GetString(), outcome.Json.GetProperty("bytes").GetInt32()));
    }
}
