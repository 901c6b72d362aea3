using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary><c>tokenize video</c>, as docs/tool.md promises it.</summary>
public sealed class TokenizeVideoTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task TokenizeVideo_Vectors_AreByteIdentical()
    {
        var count = 0;
        foreach (var @case in Vectors.Cases("video_tokens"))
        {
            var blocks = @case.GetProperty("blocks").GetInt32();
            var input = _tool.Write("in", new byte[blocks]);
            string[] args = ["tokenize", "video", input, "--segment", "fixed", "--block-size", "1", "--fps", @case.GetProperty("fps").GetRawText(), "--gop", @case.GetProperty("gop").GetRawText(), "--pts-rounding", "1.0"];
            var raw = await _tool.RunAsync([.. args, "--raw"]);
            Assert.Equal(@case.GetProperty("tokens_sha256").GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(raw.Bytes)));
            var lines = (await _tool.RunAsync([.. args, "--json"])).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(blocks, lines.Length);
            count++;
        }

        Assert.Equal(49, count);
    }
}
