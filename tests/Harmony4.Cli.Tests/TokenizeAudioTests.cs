using System.Text;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

public sealed class TokenizeAudioTests : IDisposable
{
    private readonly Tool _tool = new();

    public static TheoryData<string> ExactNames =>
        [.. Vectors.Cases("audio_tokens").Where(c => c.GetProperty("byte_exact_expected").GetBoolean() && int.IsPow2(c.GetProperty("frame_size").GetInt32())).Select(c => c.GetProperty("name").GetString()!)];

    public void Dispose() => _tool.Dispose();

    [Theory, MemberData(nameof(ExactNames))]
    public async Task TokenizeAudio_ExactVector_IsByteIdentical(string name)
    {
        var @case = Vectors.Case("audio_tokens", name);
        string[] args = ["tokenize", "audio", Vectors.PathOf(@case.GetProperty("pcm_file").GetString()!), "--sample-rate", @case.GetProperty("sample_rate").GetRawText(), "--frame-size", @case.GetProperty("frame_size").GetRawText(), "--top-k", @case.GetProperty("top_k").GetRawText()];
        var raw = await _tool.RunAsync([.. args, "--raw"]);
        Assert.Equal((0, ""), (raw.Code, raw.Error));
        Assert.Equal(Vectors.Read(@case.GetProperty("tokens_file").GetString()!), raw.Bytes);
        var lines = (await _tool.RunAsync([.. args, "--json"])).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(@case.GetProperty("tokens").GetInt32(), lines.Length);
        Assert.All(lines.Take(1), l => Assert.Matches("""^\{"frame":0,"hz10":\d+,"magnitude":\d+,"phase":\d+\}$""", l));
    }

    [Fact]
    public async Task TokenizeAudio_Wav_TakesItsOwnRate()
    {
        var path = Vectors.PathOf("media/speech.wav");
        var text = await _tool.RunAsync("tokenize", "audio", path, "--top-k", "1");
        Assert.Equal((0, ""), (text.Code, text.Error));
        (await _tool.RunAsync("tokenize", "audio", path, "--sample-rate", "8000")).ShouldFail(2, "--sample-rate");
    }

    [Fact]
    public async Task TokenizeAudio_Html_IsOnePage()
    {
        Assert.Equal(0, (await _tool.RunAsync("tokenize", "audio", Vectors.PathOf("media/speech.wav"), "--html", _tool.Path("out.html"))).Code);
        var page = Encoding.UTF8.GetString(_tool.Read("out.html"));
        Assert.StartsWith("<!doctype html>", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=\"http", page, StringComparison.Ordinal);
        Assert.EndsWith("</html>\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenizeAudio_SeveralChannels_NeedsAChoice()
    {
        var path = _tool.Write("stereo.wav", Wav(channels: 2, 48_000, new byte[20_000]));
        (await _tool.RunAsync("tokenize", "audio", path, "--json")).ShouldFail(2, "2 channels", "--channel");
        (await _tool.RunAsync("tokenize", "audio", path, "--json", "--channel", "2")).ShouldFail(2, "0 to 1");
        Assert.Equal(0, (await _tool.RunAsync("tokenize", "audio", path, "--json", "--channel", "1")).Code);
    }

    [Fact]
    public async Task TokenizeAudio_NotAudio_Exits3()
    {
        (await _tool.RunAsync("tokenize", "audio", _tool.Write("a.txt", "no sound"), "--json")).ShouldFail(3, "a.txt: 0: ", "--raw-pcm");
        (await _tool.RunAsync("tokenize", "audio", _tool.Write("odd.pcm", new byte[9001]), "--json")).ShouldFail(3, "odd.pcm: 9000: ");
        (await _tool.RunAsync("tokenize", "audio", _tool.Path("odd.pcm"), "--raw", "--html", "x")).ShouldFail(2);
        (await _tool.RunAsync("tokenize", "audio", _tool.Write("even.pcm", new byte[9000]), "--frame-size", "1000")).ShouldFail(2);
    }

    private static byte[] Wav(short channels, int rate, byte[] samples)
    {
        var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("RIFF"u8);
        writer.Write(36 + samples.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write(channels);
        writer.Write(rate);
        writer.Write(rate * channels * 2);
        writer.Write((short)(channels * 2));
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(samples.Length);
        writer.Write(samples);
        return bytes.ToArray();
    }
}
