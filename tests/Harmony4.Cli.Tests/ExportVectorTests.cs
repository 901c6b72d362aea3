using System.Globalization;
using System.Security.Cryptography;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>The ten exports of the first implementation, masked ones included, byte for byte through the tool, and back.</summary>
public sealed class ExportVectorTests : IDisposable
{
    private readonly Tool _tool = new();

    public static TheoryData<string> Names => [.. Vectors.Cases("exports").Select(c => c.GetProperty("name").GetString()!)];

    public void Dispose() => _tool.Dispose();

    [Theory, MemberData(nameof(Names))]
    public async Task Export_Vector_IsByteIdenticalAndComesBack(string name)
    {
        var @case = Vectors.Case("exports", name);
        var media = Vectors.SeededBytes(@case.GetProperty("input_seed").GetString()!, @case.GetProperty("input_size").GetInt32());
        Assert.Equal(@case.GetProperty("input_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(media)));
        var input = _tool.Write("in", media);
        var key = @case.GetProperty("master_key_hex").GetString();
        string[] mask = key is null ? [] : ["--mask-key-file", _tool.Write("key", key + "\n")];

        var exported = await _tool.RunAsync(
            ["export", input, "-o", _tool.Path("out"), "--spec", "1.0", "--pts-rounding", "1.0", "--segment", "fixed",
            "--block-size", @case.GetProperty("block_size").GetInt32().ToString(CultureInfo.InvariantCulture),
            "--fps", @case.GetProperty("fps_hint").GetRawText(),
            "--gop", @case.GetProperty("gop").GetRawText(), .. mask]);

        Assert.Equal((0, "", ""), (exported.Code, exported.Text, exported.Error));
        var container = _tool.Read("out");
        Assert.Equal(@case.GetProperty("size").GetInt32(), container.Length);
        Assert.Equal(@case.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(container)));
        if (@case.TryGetProperty("file", out var file))
        {
            Assert.Equal(Vectors.Read(file.GetString()!), container);
        }

        var extracted = await _tool.RunAsync(["extract", _tool.Path("out"), .. mask]);
        Assert.Equal((0, ""), (extracted.Code, extracted.Error));
        Assert.Equal(media, extracted.Bytes);
    }
}
