using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>sign, export --sign, and what verify says of signatures.</summary>
public sealed class SignTests : IDisposable
{
    private static readonly byte[] Plain = Vectors.Read("h4mk-1.1/one-track.h4mk");

    private readonly Tool _tool = new();

    private string Container => _tool.Path("c");

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("es256")]
    [InlineData("es384")]
    [InlineData("ps256")]
    public async Task Sign_InPlace_IsValidUnderThePublicKey(string kind)
    {
        await KeyAsync("k", kind);
        await KeyAsync("other", "es256");
        _tool.Write("c", Plain);
        var outcome = await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"));
        Assert.Equal((0, "", ""), (outcome.Code, outcome.Text, outcome.Error));
        Assert.Equal(["c", "k", "k.pub", "other", "other.pub"], _tool.Files);

        var verified = await VerifyAsync("--public-key", _tool.Path("k.pub"), "--require-signature");
        Assert.Equal((0, "valid"), (verified.Code, StateOf(verified)));
        Assert.Equal("""[{"kind":1,"state":"valid"}]""", verified.Json.GetProperty("signatures").GetRawText());
        var unasked = await VerifyAsync();
        Assert.Equal((0, "unsigned"), (unasked.Code, StateOf(unasked)));
        Assert.Equal("""[{"kind":1,"state":"unchecked"}]""", unasked.Json.GetProperty("signatures").GetRawText());
        Assert.Equal("""[{"kind":1,"state":"unchecked"}]""", (await _tool.RunAsync("inspect", Container, "--json")).Json.GetProperty("signatures").GetRawText());
        foreach (var keys in (string[][])[["--public-key", _tool.Path("other.pub")], ["--public-key", _tool.Path("k.pub"), "--public-key", _tool.Path("other.pub")]])
        {
            var missing = await VerifyAsync(keys);
            Assert.Equal((1, "invalid", "sign"), (missing.Code, StateOf(missing), missing.Json.GetProperty("findings")[0].GetProperty("code").GetString()));
        }

        var text = await _tool.RunAsync("verify", Container, "--public-key", _tool.Path("k.pub"));
        Assert.Contains("kind 1, valid", text.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_ToAnOutput_LeavesTheContainerAsItIs()
    {
        await KeyAsync("k", "es256");
        _tool.Write("c", Plain);
        Assert.Equal(0, (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"), "-o", _tool.Path("s"))).Code);
        Assert.Equal(Plain, _tool.Read("c"));
        Assert.Equal(0, (await _tool.RunAsync("verify", _tool.Path("s"), "--public-key", _tool.Path("k.pub"))).Code);
        Assert.Equal(await RootAsync(Container), await RootAsync(_tool.Path("s")));
        (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"), "-o", _tool.Path("s"))).ShouldFail(2, "--force");

        var piped = await _tool.RunWithInputAsync(Plain, "sign", "-", "--key", _tool.Path("k"), "-o", "-");
        _tool.Write("piped", piped.Bytes);
        Assert.Equal((0, 0), (piped.Code, (await _tool.RunAsync("verify", _tool.Path("piped"), "--public-key", _tool.Path("k.pub"))).Code));
    }

    [Fact]
    public async Task Sign_SeveralKeys_AddTheirSigns()
    {
        _tool.Write("c", Plain);
        foreach (var kind in (string[])["es256", "es384", "ps256"])
        {
            await KeyAsync(kind, kind);
            Assert.Equal(0, (await _tool.RunAsync("sign", Container, "--key", _tool.Path(kind))).Code);
        }

        var outcome = await VerifyAsync("--public-key", _tool.Path("ps256.pub"), "--public-key", _tool.Path("es256.pub"), "--public-key", _tool.Path("es384.pub"));
        Assert.Equal((0, "valid"), (outcome.Code, StateOf(outcome)));
        Assert.Equal(["valid", "valid", "valid"], outcome.Json.GetProperty("signatures").EnumerateArray().Select(s => s.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Sign_MoreThanSixteen_Exits2AndChangesNothing()
    {
        await KeyAsync("k", "es256");
        _tool.Write("c", Plain);
        for (var i = 0; i < 16; i++)
        {
            Assert.Equal(0, (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"))).Code);
        }

        var full = _tool.Read("c");
        (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"))).ShouldFail(2, "16");
        (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"), "--receipts")).ShouldFail(2, "16");
        (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"), "-o", _tool.Path("s"))).ShouldFail(2, "16");
        Assert.Equal(full, _tool.Read("c"));
        Assert.Equal(["c", "k", "k.pub"], _tool.Files);
        Assert.Equal(0, (await VerifyAsync("--public-key", _tool.Path("k.pub"))).Code);
    }

    [Fact]
    public async Task Sign_Receipts_SignsTheTracksOfSeveralBlocks()
    {
        await KeyAsync("k", "es256");
        string[] inputs = [_tool.Write("a", new byte[500]), _tool.Write("b", new byte[50]), _tool.Write("d", new byte[200])];
        Assert.Equal(0, (await _tool.RunAsync(["export", .. inputs, "-o", Container, "--segment", "fixed", "--block-size", "100"])).Code);
        Assert.Equal(0, (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"), "--receipts", "-o", _tool.Path("all"))).Code);
        Assert.Equal("""[{"kind":4,"state":"unchecked"},{"kind":4,"state":"unchecked"}]""", (await _tool.RunAsync("inspect", _tool.Path("all"), "--json")).Json.GetProperty("signatures").GetRawText());
        Assert.Equal(0, (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"), "--receipts", "--track", "2", "-o", _tool.Path("one"))).Code);
        await using var one = await H4mkContainer.OpenAsync(_tool.Path("one"));
        Assert.Equal([0, 2], Assert.Single(one.Signs).Body[..2].ToArray());

        // They meet no required key.
        Assert.Equal(1, (await _tool.RunAsync("verify", _tool.Path("all"), "--public-key", _tool.Path("k.pub"))).Code);
        (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"), "--receipts", "--track", "1")).ShouldFail(2, "two blocks");
        (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"), "--receipts", "--track", "7")).ShouldFail(2, "track");
        (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"), "--track", "0")).ShouldFail(2, "--receipts");
        await _tool.RunAsync("export", _tool.Path("b"), "-o", _tool.Path("small"));
        (await _tool.RunAsync("sign", _tool.Path("small"), "--key", _tool.Path("k"), "--receipts")).ShouldFail(2, "receipts");
    }

    [Fact]
    public async Task Sign_WithCertificate_IsValidUnderItsAuthority()
    {
        var now = DateTimeOffset.UtcNow;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Authority("CN=root", rootKey).CreateSelfSigned(now.AddDays(-10), now.AddDays(10));
        using var middle = Authority("CN=middle", middleKey).Create(root, now.AddDays(-9), now.AddDays(9), [1]);
        _tool.Write("c", Plain);
        _tool.Write("k", key.ExportPkcs8PrivateKeyPem());
        _tool.Write("root", root.ExportCertificatePem());
        _tool.Write("chain", Leaf(now.AddDays(1)) + "\n" + middle.ExportCertificatePem());
        _tool.Write("expired", Leaf(now.AddHours(-1)) + "\n" + middle.ExportCertificatePem());
        Assert.Equal(0, (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"), "--cert", _tool.Path("chain"))).Code);
        var outcome = await VerifyAsync("--trust", _tool.Path("root"), "--require-signature");
        Assert.Equal((0, "valid"), (outcome.Code, StateOf(outcome)));

        using var stranger = Authority("CN=root", middleKey).CreateSelfSigned(now.AddDays(-10), now.AddDays(10));
        Assert.Equal(1, (await VerifyAsync("--trust", _tool.Write("stranger", stranger.ExportCertificatePem()))).Code);
        _tool.Write("c", Plain);
        Assert.Equal(0, (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"), "--cert", _tool.Path("expired"))).Code);
        Assert.Equal(1, (await VerifyAsync("--trust", _tool.Path("root"))).Code);

        // The key of the certificate alone is trusted as well.
        Assert.Equal(0, (await VerifyAsync("--public-key", _tool.Path("chain"))).Code);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (await _tool.RunAsync("sign", Container, "--key", _tool.Write("k2", other.ExportPkcs8PrivateKeyPem()), "--cert", _tool.Path("chain"))).ShouldFail(2, "chain");
        (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"), "--cert", _tool.Write("text", "no certificate"))).ShouldFail(2, "text");

        string Leaf(DateTimeOffset end)
        {
            var request = new CertificateRequest("CN=leaf", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
            using var leaf = request.Create(middle.SubjectName, X509SignatureGenerator.CreateForECDsa(middleKey), now.AddDays(-8), end, [2]);
            return leaf.ExportCertificatePem();
        }

        static CertificateRequest Authority(string name, ECDsa its)
        {
            var request = new CertificateRequest(name, its, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            return request;
        }
    }

    [Fact]
    public async Task Sign_BadUsage_Exits2AndChangesNothing()
    {
        await KeyAsync("k", "es256");
        _tool.Write("c", Plain);
        (await _tool.RunAsync("sign", Container)).ShouldFail(2, "--key");
        (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k.pub"))).ShouldFail(2, "k.pub");
        (await _tool.RunAsync("sign", Container, "--key", _tool.Write("hex", new string('a', 64)))).ShouldFail(2, "hex");
        using (var p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521))
        {
            (await _tool.RunAsync("sign", Container, "--key", _tool.Write("p521", p521.ExportPkcs8PrivateKeyPem()))).ShouldFail(2, "p521");
        }

        (await _tool.RunAsync("sign", Vectors.PathOf("h4mk-1.1/v10.h4mk"), "--key", _tool.Path("k"), "-o", _tool.Path("s"))).ShouldFail(2, "upgrade");
        (await _tool.RunAsync("sign", "-", "--key", _tool.Path("k"))).ShouldFail(2, "-o");
        (await _tool.RunAsync("sign", "http://127.0.0.1:1/c", "--key", _tool.Path("k"))).ShouldFail(2, "-o");
        (await _tool.RunAsync("sign", Container, "--key", _tool.Path("none"))).ShouldFail(3, "none");
        (await _tool.RunAsync("sign", _tool.Path("none"), "--key", _tool.Path("k"))).ShouldFail(3, "none");
        (await _tool.RunAsync("sign", _tool.Write("text", "no container"), "--key", _tool.Path("k"))).ShouldFail(3, "text");
        Assert.Equal(Plain, _tool.Read("c"));
        Assert.False(File.Exists(_tool.Path("s")));
    }

    [Fact]
    public async Task Export_Sign_IsTheSameContainerSigned()
    {
        await KeyAsync("k", "es256");
        await KeyAsync("k2", "es384");
        var input = _tool.Write("in", Vectors.SeededBytes("in", 1_000));
        await _tool.RunAsync("export", input, "-o", _tool.Path("plain"));
        Assert.Equal(0, (await _tool.RunAsync("export", input, "-o", Container, "--sign", _tool.Path("k"), "--sign", _tool.Path("k2"))).Code);
        Assert.Equal(await RootAsync(_tool.Path("plain")), await RootAsync(Container));
        Assert.Equal(0, (await VerifyAsync("--public-key", _tool.Path("k.pub"), "--public-key", _tool.Path("k2.pub"))).Code);
        (await _tool.RunAsync("export", input, "-o", _tool.Path("x"), "--sign", _tool.Path("k"), "--spec", "1.0")).ShouldFail(2, "1.0");
        (await _tool.RunAsync("export", input, "-o", _tool.Path("x"), "--sign", _tool.Path("k.pub"))).ShouldFail(2, "k.pub");
        Assert.False(File.Exists(_tool.Path("x")));

        // An append drops them: they are over fewer blocks.
        Assert.Equal(0, (await _tool.RunAsync("append", Container, input)).Code);
        Assert.Equal(1, (await VerifyAsync("--public-key", _tool.Path("k.pub"))).Code);
    }

    [Fact]
    public async Task Verify_KeysThatCannotBeRead_ExitAsBadUsage()
    {
        await KeyAsync("k", "es256");
        _tool.Write("c", Plain);
        (await VerifyAsync("--public-key", _tool.Path("k"))).ShouldFail(2, "k");
        (await VerifyAsync("--public-key", _tool.Write("text", "no key"))).ShouldFail(2, "text");
        (await VerifyAsync("--trust", _tool.Path("k.pub"))).ShouldFail(2, "k.pub");
        (await VerifyAsync("--seal-key-file", _tool.Write("short", "secret"))).ShouldFail(2, "short", "16");
        (await VerifyAsync("--public-key", _tool.Path("none"))).ShouldFail(3, "none");
        (await VerifyAsync("--require-signature")).ShouldFail(2, "--public-key");
    }

    [Fact]
    public async Task Verify_ManyFilesWithAKey_RequiresItOfEach()
    {
        await KeyAsync("k", "es256");
        Directory.CreateDirectory(_tool.Path("f"));
        _tool.Write("f/a", Plain);
        _tool.Write("f/b", Plain);
        await _tool.RunAsync("sign", _tool.Path("f/b"), "--key", _tool.Path("k"));
        var outcome = await _tool.RunAsync("verify", _tool.Path("f"), "--json", "--public-key", _tool.Path("k.pub"));
        Assert.Equal(1, outcome.Code);
        var lines = outcome.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(["invalid", "valid"], lines[..2].Select(l => l.GetProperty("state").GetString()));
        Assert.Equal((1, 1), (lines[2].GetProperty("valid").GetInt32(), lines[2].GetProperty("invalid").GetInt32()));
    }

    private static string? StateOf(Tool.Outcome outcome) => outcome.Json.GetProperty("state").GetString();

    private Task<Tool.Outcome> VerifyAsync(params string[] args) => _tool.RunAsync(["verify", Container, "--json", .. args]);

    private async Task KeyAsync(string name, string kind) => Assert.Equal(0, (await _tool.RunAsync("keygen", "--kind", kind, "-o", _tool.Path(name))).Code);

    private async Task<string?> RootAsync(string container) => (await _tool.RunAsync("inspect", container, "--json")).Json.GetProperty("root").GetString();
}
