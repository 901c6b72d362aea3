using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary><c>verify</c> of one container, as docs/tool.md promises it.</summary>
public sealed class VerifyTests : IDisposable
{
    private readonly Tool _tool = new();

    public static TheoryData<string> EdgeNames => [.. Vectors.Cases("edge_containers").Select(c => c.GetProperty("name").GetString()!)];

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Verify_UnreachableAddress_IsNamedOnceInOneLine()
    {
        const string address = "http://127.0.0.1:1/x";
        var outcome = await _tool.RunAsync("verify", address);
        outcome.ShouldFail(3, address);
        Assert.Equal(outcome.Error.IndexOf(address, StringComparison.Ordinal), outcome.Error.LastIndexOf(address, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(EdgeNames))]
    public async Task Verify_EdgeCase_ExitsAsTheTableSays(string name)
    {
        var bytes = Convert.FromHexString(Vectors.Case("edge_containers", name).GetProperty("hex").GetString()!);
        var path = _tool.Write("edge", bytes);
        var outcome = await _tool.RunAsync("verify", path, "--json");
        Assert.Contains(outcome.Code, new[] { 0, 1, 3 });
        if (outcome.Code == 3)
        {
            outcome.ShouldFail(3, path);
            (await _tool.RunAsync("inspect", path, "--json")).ShouldFail(3, path);
            return;
        }

        Assert.Equal(["state", "root", "veri", "blocks", "bytes", "findings", "signatures"], outcome.Json.EnumerateObject().Select(p => p.Name));
        var state = outcome.Json.GetProperty("state").GetString();
        Assert.Equal(outcome.Code == 0, state == "unsigned");
        Assert.All(outcome.Json.GetProperty("findings").EnumerateArray(), f => Assert.Equal(["chunk", "offset", "code", "message"], f.EnumerateObject().Select(p => p.Name)));

        // Whatever opens can be inspected; a fault of structure keeps a file from opening. From a pipe it is judged alike.
        var codes = outcome.Json.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("code").GetString());
        var opens = !codes.Any(c => c is "short" or "overrun" or "trailing" or "bad-tag" or "bad-length" or "duplicate" or "after-veri");
        Assert.Equal(opens ? 0 : 3, (await _tool.RunAsync("inspect", path, "--json")).Code);
        var piped = await _tool.RunWithInputAsync(bytes, "verify", "-", "--json");
        Assert.Equal((outcome.Code, outcome.Text), (piped.Code, piped.Text));
    }

    [Fact]
    public async Task Verify_SignatureRequiredWithoutAKey_Exits2()
    {
        foreach (var path in (string[])["containers/one-block.h4mk", "h4mk-1.1/signed-hmac.h4mk"])
        {
            (await _tool.RunAsync("verify", Vectors.PathOf(path), "--require-signature", "--json")).ShouldFail(2, "key");
        }
    }
}
