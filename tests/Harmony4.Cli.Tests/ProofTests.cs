using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>Proofs written by seek and extract, and checked without the container.</summary>
public sealed class ProofTests : IDisposable
{
    private static readonly string Container = Vectors.PathOf("h4mk-1.1/one-track.h4mk");

    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task SeekProof_Keyframe_HoldsForTheRootAlone()
    {
        var proof = _tool.Path("p");
        var found = (await _tool.RunAsync("seek", Container, "100000", "--proof", proof, "--json")).Json;
        Assert.Equal(Vectors.Read("h4mk-1.1/key-at-100000.proof"), _tool.Read("p"));
        var outcome = await VerifyAsync(proof, await RootAsync(Container));
        Assert.Equal(
            $$"""{"holds":true,"kind":2,"track":0,"ordinal":{{found.GetProperty("block")}},"pts":{{found.GetProperty("pts")}},"new_root":null,"aux_same":null}""",
            outcome.Text.Trim());

        var other = await VerifyAsync(proof, new string('0', 64));
        Assert.Equal((1, """{"holds":false,"kind":2,"track":null,"ordinal":null,"pts":null,"new_root":null,"aux_same":null}"""), (other.Code, other.Text.Trim()));
    }

    [Fact]
    public async Task SeekProof_NoKeyframe_IsProvedToo()
    {
        var proof = _tool.Path("p");
        var outcome = await _tool.RunAsync("seek", Container, "0", "--proof", proof, "--json");
        Assert.Equal((1, "null"), (outcome.Code, outcome.Text.Trim()));
        var json = (await VerifyAsync(proof, await RootAsync(Container))).Json;
        Assert.Equal((true, JsonValueKind.Null), (json.GetProperty("holds").GetBoolean(), json.GetProperty("ordinal").ValueKind));
    }

    [Fact]
    public async Task ExtractProof_Block_HoldsAndNamesIt()
    {
        var proof = _tool.Path("p");
        var outcome = await _tool.RunAsync("extract", Container, "--block", "7", "--proof", proof, "-o", _tool.Path("block"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Equal(Vectors.Read("h4mk-1.1/block-7.proof"), _tool.Read("p"));
        var json = (await VerifyAsync(proof, await RootAsync(Container))).Json;
        Assert.Equal((1, 7), (json.GetProperty("kind").GetInt32(), json.GetProperty("ordinal").GetInt32()));
        (await _tool.RunAsync("extract", Container, "--block", "7", "--proof", proof)).ShouldFail(2, proof, "--force");
    }

    [Fact]
    public async Task VerifyProof_Extension_NeedsBothRoots()
    {
        var proof = Vectors.PathOf("h4mk-1.1/append.proof");
        var (old, later) = (await RootAsync(Container), await RootAsync(Vectors.PathOf("h4mk-1.1/appended.h4mk")));
        var outcome = await _tool.RunAsync("verify", "--proof", proof, "--root", old, "--new-root", later, "--json");
        Assert.Equal((0, $$"""{"holds":true,"kind":3,"track":null,"ordinal":null,"pts":null,"new_root":"{{later}}","aux_same":true}"""), (outcome.Code, outcome.Text.Trim()));
        (await VerifyAsync(proof, old)).ShouldFail(2, "--new-root");
        Assert.Equal(1, (await _tool.RunAsync("verify", "--proof", proof, "--root", later, "--new-root", old)).Code);
    }

    [Fact]
    public async Task VerifyProof_AnyBitFlipped_DoesNotHold()
    {
        var root = await RootAsync(Container);
        var sound = Vectors.Read("h4mk-1.1/block-7.proof");
        for (var i = 0; i < sound.Length; i += 7)
        {
            var bytes = sound.ToArray();
            bytes[i] ^= 4;
            var outcome = await VerifyAsync(_tool.Write("p", bytes), root);
            Assert.Contains(outcome.Code, new[] { 1, 2 });
        }

        Assert.Equal(1, (await VerifyAsync(_tool.Write("p", []), root)).Code);
    }

    [Fact]
    public async Task Proof_OfVersion10_Exits2()
    {
        (await _tool.RunAsync("seek", Vectors.PathOf("h4mk-1.1/v10.h4mk"), "9999999", "--proof", _tool.Path("p"))).ShouldFail(2, "1.0");
        (await _tool.RunAsync("extract", Vectors.PathOf("h4mk-1.1/v10.h4mk"), "--block", "0", "--proof", _tool.Path("p"), "-o", _tool.Path("b"))).ShouldFail(2, "1.0");
        Assert.Empty(_tool.Files);
    }

    private Task<Tool.Outcome> VerifyAsync(string proof, string root) => _tool.RunAsync("verify", "--proof", proof, "--root", root, "--json");

    private async Task<string> RootAsync(string container) => (await _tool.RunAsync("inspect", container, "--json")).Json.GetProperty("root").GetString()!;
}
