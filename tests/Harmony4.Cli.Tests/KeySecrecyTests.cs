using System.Security.Cryptography;
using System.Text;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>No run says anything of a key that it was given: neither on its streams nor in what it writes.</summary>
public sealed class KeySecrecyTests : IDisposable
{
    // Shorter pieces could be anything.
    private const int PieceLength = 8;

    private readonly Tool _tool = new();
    private readonly List<(string Name, byte[] Bytes)> _secrets = [];

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Run_WithKeys_NeverTellsThem()
    {
        _tool.Write("in", Vectors.SeededBytes("in", 2_000));
        _tool.Write("hex", Secret("hex", Convert.ToHexStringLower(Vectors.SeededBytes("hex", 32))));
        _tool.Write("hex2", Secret("hex2", Convert.ToHexString(Vectors.SeededBytes("hex2", 32)) + "\n"));
        _tool.Write("raw", Secret("raw", Vectors.SeededBytes("raw", 32)));
        _tool.Write("pass", Secret("pass", "correct horse battery staple"));
        _tool.Write("short", Secret("short", "tooshortkey"));
        _tool.Write("text", "no container");
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        _tool.Write("es256", elliptic.ExportPkcs8PrivateKeyPem());
        _secrets.Add(("es256", elliptic.ExportParameters(true).D!));
        _tool.Write("rsa", rsa.ExportPkcs8PrivateKeyPem());
        var parameters = rsa.ExportParameters(true);
        _secrets.AddRange([("rsa", parameters.D!), ("rsa p", parameters.P!), ("rsa q", parameters.Q!)]);
        _tool.Write("broken", "-----BEGIN PRIVATE KEY-----\n" + Convert.ToBase64String(Secret("broken", Vectors.SeededBytes("broken", 60))) + "\n-----END PRIVATE KEY-----\n");
        _tool.Write("pub", elliptic.ExportSubjectPublicKeyInfoPem());

        string[] lines =
        [
            "export in -o c --seal-key-file hex --recipient-key-file raw --recipient-key-file pass --sign es256 --sign rsa",
            "export in -o r --seal-key-file raw --seal-mode reproducible",
            "export in -o w --seal-key-file pass",
            "export in -o m --mask-key-file hex2",
            "export in -o x --seal-key-file short",
            "export in -o x --seal-key-file hex --seal-mode reproducible --spec 1.0",
            "export in -o x --mask-key-file hex --seal-key-file raw",
            "export in -o x --sign broken",
            "export in -o x --sign hex",
            "export in -o x --meta hex",
            "inspect c --verify",
            "inspect c --json --chunks",
            "inspect hex",
            "verify c --seal-key-file hex --public-key pub --json",
            "verify c --seal-key-file raw",
            "verify c --seal-key-file hex2 --json",
            "verify c --public-key es256",
            "verify c --public-key hex",
            "verify c --public-key broken",
            "verify c --trust rsa",
            "verify hex raw es256 --json",
            "verify --proof hex --root 00",
            "verify --proof raw --root hex",
            "extract c --seal-key-file hex -o e1",
            "extract c --seal-key-file pass",
            "extract c --seal-key-file hex2",
            "extract c --seal-key-file short",
            "extract c",
            "extract m --mask-key-file hex2",
            "extract m --mask-key-file short",
            "extract m --seal-key-file hex",
            "append c in --seal-key-file raw --proof p",
            "append c in --seal-key-file hex2",
            "append c in",
            "append hex in",
            "share c --seal-key-file pass --recipient-key-file hex2",
            "share c --seal-key-file short --recipient-key-file hex2",
            "share r --seal-key-file hex --recipient-key-file hex2",
            "sign c --key es256",
            "sign c --key rsa --receipts -o s",
            "sign c --key hex",
            "sign c --key broken",
            "sign c --key es256 --cert hex",
            "sign hex --key es256",
            "mask in -o masked --key-file raw",
            "mask in -o x --key-file short",
            "recover c -o rec --json",
            "recover hex -o x",
            "recover c -o x --trak hex",
            "tokenize video in --block-size 100",
            "upgrade m -o up",
            "upgrade hex -o x",
        ];
        var codes = new HashSet<int>();
        foreach (var line in lines)
        {
            string[] args = [.. line.Split(' ').Select((word, i) => i > 0 && !word.StartsWith('-') && (File.Exists(_tool.Path(word)) || word is { Length: <= 3 } or "masked") && word is not ("1.0" or "00" or "100") ? _tool.Path(word) : word)];
            var outcome = await _tool.RunAsync(args);
            codes.Add(outcome.Code);
            ShouldNotTell(line, outcome.Bytes);
            ShouldNotTell(line, Encoding.UTF8.GetBytes(outcome.Error));
            Assert.DoesNotContain("unexpected failure", outcome.Error, StringComparison.Ordinal);
        }

        Assert.Equal([0, 1, 2, 3], codes.Order());

        // What was written holds no key either, wrapped ones aside.
        foreach (var name in (string[])["c", "r", "w", "m", "s", "p", "rec", "up", "masked"])
        {
            ShouldNotTell(name, _tool.Read(name));
        }
    }

    [Fact]
    public async Task Keygen_TellsNothingOfTheKeysThatItMakes()
    {
        foreach (var kind in (string[])["key", "es256", "es384", "ps256"])
        {
            var outcome = await _tool.RunAsync("keygen", "--kind", kind, "-o", _tool.Path(kind));
            Assert.Equal((0, "", ""), (outcome.Code, outcome.Text, outcome.Error));
            outcome = await _tool.RunAsync("keygen", "--kind", kind, "-o", _tool.Path(kind));
            _secrets.Clear();
            Secret(kind, File.ReadAllText(_tool.Path(kind)).Replace("-----BEGIN PRIVATE KEY-----", "", StringComparison.Ordinal).Trim());
            ShouldNotTell(kind, Encoding.UTF8.GetBytes(outcome.Error));
        }
    }

    private string Secret(string name, string text)
    {
        _secrets.Add((name, Encoding.UTF8.GetBytes(text.Trim())));
        if (text.Trim().All(char.IsAsciiHexDigit))
        {
            _secrets.Add((name, Convert.FromHexString(text.Trim())));
        }

        return text;
    }

    private byte[] Secret(string name, byte[] bytes)
    {
        _secrets.Add((name, bytes));
        return bytes;
    }

    /// <summary>Looks for the beginning, the middle and the end of each secret, as bytes, as hex and as Base64.</summary>
    private void ShouldNotTell(string what, byte[] told)
    {
        var lower = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(told).ToLowerInvariant());
        foreach (var (name, secret) in _secrets)
        {
            foreach (var at in new[] { 0, (secret.Length - PieceLength) / 2, secret.Length - PieceLength })
            {
                var piece = secret.AsSpan(at, PieceLength);
                Assert.True(told.AsSpan().IndexOf(piece) < 0, $"{what}: tells {name}");
                Assert.True(lower.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(piece))) < 0, $"{what}: tells {name} in hex");

                // Whole groups of three bytes look the same wherever they stand in a text of Base64 that begins at such a group.
                for (var shift = 0; shift < 3; shift++)
                {
                    var base64 = Convert.ToBase64String(secret.AsSpan(Math.Min(at + shift, secret.Length - 6), 6));
                    Assert.True(told.AsSpan().IndexOf(Encoding.ASCII.GetBytes(base64)) < 0, $"{what}: tells {name} in Base64");
                }
            }
        }
    }
}
