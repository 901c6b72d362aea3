using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>Verification of many files and folders.</summary>
public sealed class VerifyManyTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Verify_Folder_ReportsEachContainerAndASummary()
    {
        Directory.CreateDirectory(_tool.Path("c/deep"));
        Directory.CreateDirectory(_tool.Path("c/.hidden"));
        var sound = Vectors.Read("h4mk-1.1/one-track.h4mk");
        var damaged = sound.ToArray();
        damaged[damaged.Length / 2] ^= 1;
        _tool.Write("c/b", sound);
        _tool.Write("c/deep/a", Vectors.Read("containers/one-block.h4mk"));
        _tool.Write("c/a", damaged);
        _tool.Write("c/text", "this is no container");
        _tool.Write("c/tiny", "H4MK");
        _tool.Write("c/.dot", sound);
        _tool.Write("c/.hidden/x", sound);

        var outcome = await _tool.RunAsync("verify", _tool.Path("c"), "--json");
        Assert.Equal((1, ""), (outcome.Code, outcome.Error));
        var lines = outcome.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            [("a", "invalid"), ("b", "unsigned"), ("deep/a", "unsigned")],
            lines[..^1].Select(l => JsonDocument.Parse(l).RootElement).Select(j => (Path.GetRelativePath(_tool.Path("c"), j.GetProperty("file").GetString()!).Replace('\\', '/'), j.GetProperty("state").GetString()!)));
        Assert.Equal("""{"files":3,"valid":0,"unsigned":2,"invalid":1,"incomplete":0,"unverified":0,"unreadable":0,"skipped":4}""", lines[^1]);

        // Alike without --json, where the findings stand below their file.
        var text = await _tool.RunAsync("verify", _tool.Path("c"));
        Assert.Equal(1, text.Code);
        Assert.Contains("3 files: 0 valid, 2 unsigned, 1 invalid", text.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_SoundFilesOnly_Exits0()
    {
        var outcome = await _tool.RunAsync("verify", Vectors.PathOf("h4mk-1.1/one-track.h4mk"), Vectors.PathOf("containers/one-block.h4mk"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
    }

    [Fact]
    public async Task Verify_NamedFileThatIsNoContainer_Exits3AfterTheOthers()
    {
        var text = _tool.Write("text", "this is no container");
        var outcome = await _tool.RunAsync("verify", text, Vectors.PathOf("h4mk-1.1/one-track.h4mk"), _tool.Path("none"), "--json");
        Assert.Equal(3, outcome.Code);
        Assert.Contains(text, outcome.Error, StringComparison.Ordinal);
        Assert.Contains("no such file", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("""{"files":2,"valid":0,"unsigned":1,"invalid":0,"incomplete":0,"unverified":0,"unreadable":1,"skipped":1}""", outcome.Text.Split('\n')[^2]);
    }

    [Fact]
    public async Task Verify_LinkBackToTheFolder_IsNotFollowed()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Directory.CreateDirectory(_tool.Path("c"));
        Directory.CreateSymbolicLink(_tool.Path("c/again"), _tool.Path("c"));
        var outcome = await _tool.RunAsync("verify", _tool.Path("c"), "--json");
        Assert.Equal((0, """{"files":0,"valid":0,"unsigned":0,"invalid":0,"incomplete":0,"unverified":0,"unreadable":0,"skipped":1}"""), (outcome.Code, outcome.Text.Trim()));
    }
}
