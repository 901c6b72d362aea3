using System.Security.Cryptography;

namespace Harmony4.Cli.Tests;

/// <summary>keygen: kinds of keys, and who may read them.</summary>
public sealed class KeygenTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData()]
    [InlineData("--kind", "key")]
    public async Task Keygen_Key_IsALineOfHexForItsOwnerAlone(params string[] kind)
    {
        var outcome = await _tool.RunAsync(["keygen", "-o", _tool.Path("k"), .. kind]);
        Assert.Equal((0, "", ""), (outcome.Code, outcome.Text, outcome.Error));
        Assert.Matches("^[0-9a-f]{64}\n$", File.ReadAllText(_tool.Path("k")));
        ShouldBePrivate("k");
        await _tool.RunAsync("keygen", "-o", _tool.Path("k2"));
        Assert.NotEqual(_tool.Read("k"), _tool.Read("k2"));
        Assert.Equal(["k", "k2"], _tool.Files);
    }

    [Fact]
    public async Task Keygen_KeyToStandardOutput_IsWrittenThere() =>
        Assert.Matches("^[0-9a-f]{64}\n$", (await _tool.RunAsync("keygen", "-o", "-")).Text);

    [Theory]
    [InlineData("es256", 256)]
    [InlineData("es384", 384)]
    [InlineData("ps256", 3072)]
    public async Task Keygen_SigningKey_IsAPairOfFiles(string kind, int size)
    {
        var outcome = await _tool.RunAsync("keygen", "--kind", kind, "-o", _tool.Path("k.pem"));
        Assert.Equal((0, "", ""), (outcome.Code, outcome.Text, outcome.Error));
        Assert.Equal(["k.pem", "k.pem.pub"], _tool.Files);
        ShouldBePrivate("k.pem");
        using AsymmetricAlgorithm key = kind == "ps256" ? RSA.Create() : ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(_tool.Path("k.pem")));
        Assert.Equal(size, key.KeySize);
        Assert.Equal(key.ExportSubjectPublicKeyInfoPem() + "\n", File.ReadAllText(_tool.Path("k.pem.pub")));
        Assert.DoesNotContain("PRIVATE", File.ReadAllText(_tool.Path("k.pem.pub")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keygen_BadUsage_Exits2AndKeepsWhatIsThere()
    {
        (await _tool.RunAsync("keygen")).ShouldFail(2, "-o");
        (await _tool.RunAsync("keygen", "-o", _tool.Path("k"), "--kind", "es512")).ShouldFail(2, "es512");
        (await _tool.RunAsync("keygen", "-o", "-", "--kind", "es256")).ShouldFail(2, "-o");
        (await _tool.RunAsync("keygen", "-o", _tool.Write("there", "x"))).ShouldFail(2, "--force");
        (await _tool.RunAsync("keygen", "-o", _tool.Path("there"), "--kind", "es256")).ShouldFail(2, "--force");
        _tool.Write("k.pub", "mine");
        (await _tool.RunAsync("keygen", "-o", _tool.Path("k"), "--kind", "es256")).ShouldFail(2, "k.pub", "--force");
        Assert.Equal(["k.pub", "there"], _tool.Files);
        Assert.Equal(("mine", "x"), (File.ReadAllText(_tool.Path("k.pub")), File.ReadAllText(_tool.Path("there"))));
        Assert.Equal(0, (await _tool.RunAsync("keygen", "-o", _tool.Path("there"), "--kind", "es256", "--force")).Code);
        ShouldBePrivate("there");
    }

    private void ShouldBePrivate(string name)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_tool.Path(name)));
        }
    }
}
