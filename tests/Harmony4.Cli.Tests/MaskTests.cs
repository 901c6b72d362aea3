using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary><c>mask</c>, as docs/tool.md promises it.</summary>
public sealed class MaskTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Mask_Twice_IsTheInput()
    {
        var bytes = Vectors.SeededBytes("m", 10_000);
        var key = _tool.Path("key");
        Assert.Equal(0, (await _tool.RunAsync("keygen", "-o", key)).Code);
        Assert.Matches("^[0-9a-f]{64}\n$", File.ReadAllText(key));
        await _tool.RunAsync("mask", _tool.Write("a", bytes), "-o", _tool.Path("b"), "--key-file", key, "--block-size", "1000");
        Assert.NotEqual(bytes, _tool.Read("b"));
        Assert.Equal(bytes, (await _tool.RunAsync("mask", _tool.Path("b"), "-o", "-", "--key-file", key, "--block-size", "1000")).Bytes);
    }

    [Fact]
    public async Task Mask_ShortKey_Exits2AndDoesNotTellIt()
    {
        var outcome = await _tool.RunAsync("mask", _tool.Write("a", [1]), "-o", "-", "--key-file", _tool.Write("k", "secretsecret"));
        outcome.ShouldFail(2, "16");
        Assert.DoesNotContain("secret", outcome.Error, StringComparison.Ordinal);
    }
}
