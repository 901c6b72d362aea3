using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>Sealing through the tool: export, extract, append, share, verify.</summary>
public sealed class SealTests : IDisposable
{
    private static readonly byte[] Media = Vectors.SeededBytes("sealed", 3_000);
    private static readonly string[] Blocks = ["--segment", "fixed", "--block-size", "100", "--gop", "1"];

    private readonly Tool _tool = new();

    private string Container => _tool.Path("c");

    private string Input => _tool.Write("in", Media);

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Export_Sealed_IsExtractedWithItsKey()
    {
        await SealAsync();
        var outcome = await _tool.RunAsync("extract", Container, "--seal-key-file", _tool.Path("k"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Equal(Media, outcome.Bytes);
        Assert.Equal(Media[700..800], (await _tool.RunAsync("extract", Container, "--seal-key-file", _tool.Path("k"), "--block", "7")).Bytes);

        // Without a key the blocks come as they are stored, and the tool says so.
        var stored = await _tool.RunAsync("extract", Container);
        Assert.Equal((0, Media.Length + (30 * 32)), (stored.Code, stored.Bytes.Length));
        Assert.Contains("sealed", stored.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extract_WrongKey_Exits1AndLeavesNothing()
    {
        await SealAsync();
        await KeyAsync("wrong");
        (await _tool.RunAsync("extract", Container, "--seal-key-file", _tool.Path("wrong"), "-o", _tool.Path("out"))).ShouldFail(1, Container, "key");
        (await _tool.RunAsync("extract", Container, "--seal-key-file", _tool.Write("short", "secret"))).ShouldFail(2, "short", "16");
        (await _tool.RunAsync("extract", Container, "--seal-key-file", _tool.Path("none"))).ShouldFail(3, "none");
        (await _tool.RunAsync("extract", Container, "--container", "-o", _tool.Path("out"))).ShouldFail(2, "SEAL");
        (await _tool.RunAsync("extract", Container, "--container", "--seal-key-file", _tool.Path("k"), "-o", _tool.Path("out"))).ShouldFail(2, "--container");
        Assert.False(File.Exists(_tool.Path("out")));
    }

    [Theory]
    [InlineData("h4mk-1.1/one-track.h4mk")]
    [InlineData("h4mk-1.1/v10.h4mk")]
    public async Task Extract_KeyOnUnsealed_Exits2(string path)
    {
        await KeyAsync("k");
        (await _tool.RunAsync("extract", Vectors.PathOf(path), "--seal-key-file", _tool.Path("k"))).ShouldFail(2, "not sealed");
    }

    [Fact]
    public async Task Extract_DamagedBlock_Exits3AndLeavesNothing()
    {
        await SealAsync();
        var bytes = _tool.Read("c");
        await using (var container = await H4mkContainer.OpenAsync(bytes.ToArray()))
        {
            bytes[(await container.GetBlockAsync(0, 3)).FileOffset + 30] ^= 1;
        }

        (await _tool.RunAsync("extract", _tool.Write("d", bytes), "--seal-key-file", _tool.Path("k"), "-o", _tool.Path("out"))).ShouldFail(3, "CORE");
        Assert.False(File.Exists(_tool.Path("out")));
    }

    [Fact]
    public async Task Export_SealModes_ReproduceOrDoNot()
    {
        await SealAsync();
        await ShouldRunAsync(["export", Input, "-o", _tool.Path("again"), "--seal-key-file", _tool.Path("k"), "--seal-mode", "random", .. Blocks]);
        Assert.NotEqual(_tool.Read("c"), _tool.Read("again"));
        foreach (var name in (string[])["r1", "r2"])
        {
            await ShouldRunAsync(["export", Input, "-o", _tool.Path(name), "--seal-key-file", _tool.Path("k"), "--seal-mode", "reproducible", .. Blocks]);
        }

        Assert.Equal(_tool.Read("r1"), _tool.Read("r2"));
        Assert.Equal(Media, (await _tool.RunAsync("extract", _tool.Path("r1"), "--seal-key-file", _tool.Path("k"))).Bytes);
    }

    [Fact]
    public async Task Export_ReproducibleFromAPipe_Exits2AndLeavesNothing()
    {
        await KeyAsync("k");
        (await _tool.RunWithInputAsync(Media, "export", "-", "-o", Container, "--seal-key-file", _tool.Path("k"), "--seal-mode", "reproducible")).ShouldFail(2, "pipe");
        Assert.Equal(["k"], _tool.Files);
        Assert.Equal(0, (await _tool.RunWithInputAsync(Media, "export", "-", "-o", Container, "--seal-key-file", _tool.Path("k"))).Code);
        Assert.Equal(Media, (await _tool.RunAsync("extract", Container, "--seal-key-file", _tool.Path("k"))).Bytes);
    }

    [Fact]
    public async Task Export_Recipients_OpenItEach()
    {
        await KeyAsync("k");
        await KeyAsync("r1");
        _tool.Write("r2", "a passphrase of some length");
        await ShouldRunAsync(["export", Input, "-o", Container, "--seal-key-file", _tool.Path("k"), "--recipient-key-file", _tool.Path("r1"), "--recipient-key-file", _tool.Path("r2")]);
        foreach (var key in (string[])["k", "r1", "r2"])
        {
            Assert.Equal(Media, (await _tool.RunAsync("extract", Container, "--seal-key-file", _tool.Path(key))).Bytes);
            Assert.Equal(0, (await _tool.RunAsync("verify", Container, "--seal-key-file", _tool.Path(key))).Code);
        }
    }

    [Fact]
    public async Task Export_SealBadUsage_Exits2AndLeavesNothing()
    {
        await KeyAsync("k");
        _ = Input;
        foreach (var line in (string[])["--spec 1.0 --seal-key-file k", "--mask-key-file k --seal-key-file k", "--recipient-key-file k", "--seal-mode random", "--seal-key-file k --seal-mode fixed", "--seal-key-file in2", "--seal-key-file k --seal-key-file k"])
        {
            _tool.Write("in2", "short");
            (await _tool.RunAsync(["export", _tool.Path("in"), "-o", Container, .. line.Split(' ').Select(w => w is "k" or "in2" ? _tool.Path(w) : w)])).ShouldFail(2);
        }

        // A reproducible seal of a wrapped key would not be reproducible.
        (await _tool.RunAsync("export", _tool.Path("in"), "-o", Container, "--seal-mode", "reproducible", "--seal-key-file", _tool.Write("long", new string('x', 40)))).ShouldFail(2, "32 bytes");
        Assert.Equal(["in", "in2", "k", "long"], _tool.Files);
    }

    [Fact]
    public async Task Verify_SealKey_IsRequiredWhenItIsGiven()
    {
        await SealAsync();
        await KeyAsync("wrong");
        var unasked = await _tool.RunAsync("verify", Container, "--json");
        Assert.Equal((0, "unsigned", """[{"kind":2,"state":"unchecked"}]"""), (unasked.Code, StateOf(unasked), unasked.Json.GetProperty("signatures").GetRawText()));
        var asked = await _tool.RunAsync("verify", Container, "--json", "--seal-key-file", _tool.Path("k"), "--require-signature");
        Assert.Equal((0, "valid", """[{"kind":2,"state":"valid"}]"""), (asked.Code, StateOf(asked), asked.Json.GetProperty("signatures").GetRawText()));
        var wrong = await _tool.RunAsync("verify", Container, "--json", "--seal-key-file", _tool.Path("wrong"));
        Assert.Equal((1, "invalid"), (wrong.Code, StateOf(wrong)));
        var unsealed = await _tool.RunAsync("verify", Vectors.PathOf("h4mk-1.1/one-track.h4mk"), "--json", "--seal-key-file", _tool.Path("k"));
        Assert.Equal((1, "invalid"), (unsealed.Code, StateOf(unsealed)));
    }

    [Fact]
    public async Task Append_Sealed_NeedsItsKey()
    {
        await SealAsync();
        await KeyAsync("wrong");
        var old = _tool.Read("c");
        var more = _tool.Write("more", [1, 2, 3]);
        (await _tool.RunAsync(["append", Container, more, .. Blocks])).ShouldFail(2, "sealed");
        (await _tool.RunAsync(["append", Container, more, "--seal-key-file", _tool.Path("wrong"), .. Blocks])).ShouldFail(1, "key");
        Assert.Equal(old, _tool.Read("c"));
        (await _tool.RunAsync("append", _tool.Write("open", Vectors.Read("h4mk-1.1/one-track.h4mk")), more, "--seal-key-file", _tool.Path("k"))).ShouldFail(2, "not sealed");
        Assert.Equal(Vectors.Read("h4mk-1.1/one-track.h4mk"), _tool.Read("open"));

        await ShouldRunAsync(["append", Container, more, "--seal-key-file", _tool.Path("k"), "--proof", _tool.Path("p"), .. Blocks]);
        byte[] expected = [.. Media, 1, 2, 3];
        Assert.Equal(expected, (await _tool.RunAsync("extract", Container, "--seal-key-file", _tool.Path("k"))).Bytes);
        Assert.Equal(0, (await _tool.RunAsync("verify", Container, "--seal-key-file", _tool.Path("k"))).Code);

        // Another SEAL is another aux chunk.
        await using var before = await H4mkContainer.OpenAsync(old);
        await using var after = await H4mkContainer.OpenAsync(Container);
        var proof = await _tool.RunAsync("verify", "--proof", _tool.Path("p"), "--root", before.Identity!.Value.ToString(), "--new-root", after.Identity!.Value.ToString(), "--json");
        Assert.Equal((0, false), (proof.Code, proof.Json.GetProperty("aux_same").GetBoolean()));
    }

    [Fact]
    public async Task Share_InPlaceAndElsewhere_OpensForTheRecipient()
    {
        await SealAsync();
        await KeyAsync("r");
        var old = _tool.Read("c");
        await ShouldRunAsync("share", Container, "--seal-key-file", _tool.Path("k"), "--recipient-key-file", _tool.Path("r"), "-o", _tool.Path("s"));
        Assert.Equal(old, _tool.Read("c"));
        await ShouldRunAsync("share", Container, "--seal-key-file", _tool.Path("k"), "--recipient-key-file", _tool.Path("r"));
        Assert.Equal(_tool.Read("s"), _tool.Read("c"));
        Assert.Equal(Media, (await _tool.RunAsync("extract", Container, "--seal-key-file", _tool.Path("r"))).Bytes);
        Assert.Equal(Media, (await _tool.RunAsync("extract", Container, "--seal-key-file", _tool.Path("k"))).Bytes);
        var verified = await _tool.RunAsync("verify", Container, "--json", "--seal-key-file", _tool.Path("r"));
        Assert.Equal("""[{"kind":2,"state":"valid"},{"kind":3,"state":"unchecked"}]""", verified.Json.GetProperty("signatures").GetRawText());
        Assert.Equal(["c", "in", "k", "r", "s"], _tool.Files);
    }

    [Fact]
    public async Task Share_WithMoreThanSixteenSigns_Exits2AndChangesNothing()
    {
        await SealAsync();
        await KeyAsync("r");
        for (var i = 0; i < 15; i++)
        {
            await ShouldRunAsync("share", Container, "--seal-key-file", _tool.Path("k"), "--recipient-key-file", _tool.Path("r"));
        }

        // With the code of the root they are sixteen.
        var full = _tool.Read("c");
        (await _tool.RunAsync("share", Container, "--seal-key-file", _tool.Path("k"), "--recipient-key-file", _tool.Path("r"))).ShouldFail(2, "16");
        Assert.Equal(full, _tool.Read("c"));
        Assert.Equal(0, (await _tool.RunAsync("verify", Container, "--seal-key-file", _tool.Path("r"))).Code);
    }

    [Fact]
    public async Task Share_WhatCannotBe_IsRefusedAndChangesNothing()
    {
        await SealAsync();
        await KeyAsync("r");
        var old = _tool.Read("c");
        (await _tool.RunAsync("share", Container, "--seal-key-file", _tool.Path("r"), "--recipient-key-file", _tool.Path("k"))).ShouldFail(1, "key");
        (await _tool.RunAsync("share", Container, "--recipient-key-file", _tool.Path("r"))).ShouldFail(2, "--seal-key-file");
        (await _tool.RunAsync("share", Container, "--seal-key-file", _tool.Path("k"))).ShouldFail(2, "--recipient-key-file");
        (await _tool.RunAsync("share", Vectors.PathOf("h4mk-1.1/one-track.h4mk"), "--seal-key-file", _tool.Path("k"), "--recipient-key-file", _tool.Path("r"), "-o", _tool.Path("s"))).ShouldFail(2, "not sealed");
        (await _tool.RunAsync("share", Vectors.PathOf("h4mk-1.1/v10.h4mk"), "--seal-key-file", _tool.Path("k"), "--recipient-key-file", _tool.Path("r"), "-o", _tool.Path("s"))).ShouldFail(2, "1.0");
        (await _tool.RunAsync("share", "-", "--seal-key-file", _tool.Path("k"), "--recipient-key-file", _tool.Path("r"))).ShouldFail(2, "-o");
        Assert.Equal(old, _tool.Read("c"));
        Assert.Equal(["c", "in", "k", "r"], _tool.Files);
    }

    private static string? StateOf(Tool.Outcome outcome) => outcome.Json.GetProperty("state").GetString();

    private async Task SealAsync()
    {
        await KeyAsync("k");
        await ShouldRunAsync(["export", Input, "-o", Container, "--seal-key-file", _tool.Path("k"), .. Blocks]);
    }

    private Task KeyAsync(string name) => ShouldRunAsync("keygen", "-o", _tool.Path(name));

    private async Task ShouldRunAsync(params string[] args)
    {
        var outcome = await _tool.RunAsync(args);
        Assert.True(outcome.Code == 0, outcome.Error);
    }
}
