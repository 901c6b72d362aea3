using System.Text;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

public sealed class TokenizeAudioTests : IDisposable
{
    private readonly Tool _tool = new();

    public static TheoryData<string> ExactNames =>
        [.. Vectors.Cases("audio_tokens").Where(c => c.GetProperty("byte_exact_expected").GetBoolean() && int.IsPow2(c.GetProperty("frame_size").GetInt32())).Select(c => c.GetProperty("name").GetString()!)];

    public static TheoryData<string, string> Forms
    {
        get
        {
            var forms = new TheoryData<string, string>();
            foreach (var container in new[] { "RIFF", "RF64", "BW64", "W64" })
            {
                foreach (var form in new[] { "UInt8", "Int16", "Int24", "Int32", "Float32", "Float64" })
                {
                    forms.Add(container, form);
                }
            }

            return forms;
        }
    }

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

    [Theory]
    [InlineData("Int16", 0)]
    [InlineData("Float32", 3)]
    public async Task TokenizeAudio_HtmlOfToneAndPause_HasTheLevelOfEachFrame(string form, int noise)
    {
        // Half a second each: a tone of a quarter of full scale, a pause, the tone at an eighth. 500 Hz is a bin: 16 samples a period.
        const int Half = 4096;
        var pcm = new byte[2 * 3 * Half];
        var random = new Random(5);
        for (var i = 0; i < 3 * Half; i++)
        {
            var amplitude = (i / Half) switch { 0 => 8192, 1 => 0, _ => 4096 };
            var sample = (short)(Math.Round(amplitude * Math.Sin(2 * Math.PI * i / 16)) + random.Next(-noise, noise + 1));
            System.Buffers.Binary.BinaryPrimitives.WriteInt16LittleEndian(pcm.AsSpan(2 * i), sample);
        }

        var (tag, bits) = SampleForms.FormatOf(form);
        var path = _tool.Write("pause.wav", WavFiles.Make("RIFF", SampleForms.Convert(pcm, form), bits: bits, tag: tag));
        Assert.Equal(0, (await _tool.RunAsync("tokenize", "audio", path, "--frame-size", "512", "--top-k", "4", "--html", _tool.Path("pause.html"))).Code);
        var data = System.Text.RegularExpressions.Regex.Matches(Encoding.UTF8.GetString(_tool.Read("pause.html")), "class=\"peaks\">([^<]*)<");
        var peaks = Convert.FromBase64String(Assert.Single(data).Groups[1].Value).Chunk(8).Select(b => BitConverter.ToDouble(b)).ToArray();
        Assert.Equal((3 * Half / 256) - 1, peaks.Length);
        var exact = 1 - (1.0 / 512);
        Assert.All(peaks[..15], p => Assert.Equal(exact / 4, p, 0.0002));
        Assert.All(peaks[17..31], p => Assert.InRange(p, noise == 0 ? 0 : 1e-6, noise == 0 ? 0 : 0.0002));
        Assert.All(peaks[33..], p => Assert.Equal(exact / 8, p, 0.0002));

        // The peaks are those of the tokenizer, to the last bit.
        var frames = await new MediaTransport().TokenizeAudioAsync(await PcmInput.OpenAsync(new MemoryStream(_tool.Read("pause.wav"))), new Harmony4.Tokenization.AudioTokenizerOptions { FrameSize = 512, TopK = 4 }).ToListAsync();
        Assert.Equal(frames.Select(f => f.Frame.Peak), peaks);
    }

    [Fact]
    public async Task TokenizeAudio_SeveralChannels_NeedsAChoice()
    {
        var path = _tool.Write("stereo.wav", Wav(channels: 2, 48_000, new byte[20_000]));
        (await _tool.RunAsync("tokenize", "audio", path, "--json")).ShouldFail(2, "2 channels", "--channel");
        (await _tool.RunAsync("tokenize", "audio", path, "--json", "--channel", "2")).ShouldFail(2, "0 to 1");
        Assert.Equal(0, (await _tool.RunAsync("tokenize", "audio", path, "--json", "--channel", "1")).Code);
    }

    [Theory, MemberData(nameof(Forms))]
    public async Task TokenizeAudio_SameSoundInAnyFile_GivesTheSameTokens(string container, string form)
    {
        var pcm = SampleForms.CoarseOf(Vectors.SeededBytes("any-wav", 20_000));
        var expected = (await _tool.RunAsync("tokenize", "audio", _tool.Write("plain.wav", WavFiles.Make("RIFF", pcm, 44_100)), "--raw")).Bytes;
        Assert.NotEmpty(expected);
        var (tag, bits) = SampleForms.FormatOf(form);
        foreach (var isExtensible in new[] { false, true })
        {
            var file = WavFiles.Make(container, SampleForms.Convert(pcm, form), 44_100, bits: bits, tag: tag, isExtensible: isExtensible);
            foreach (var outcome in new[] { await _tool.RunAsync("tokenize", "audio", _tool.Write("x.wav", file), "--raw"), await _tool.RunWithInputAsync(file, "tokenize", "audio", "-", "--raw") })
            {
                Assert.Equal((0, ""), (outcome.Code, outcome.Error));
                Assert.Equal(expected, outcome.Bytes);
            }
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public async Task TokenizeAudio_CutFile_SaysCut(string container, string form)
    {
        var (tag, bits) = SampleForms.FormatOf(form);
        var length = bits / 8;
        var file = WavFiles.Make(container, SampleForms.Convert(Vectors.SeededBytes("cut-wav", 20_000), form), bits: bits, tag: tag, channels: 2);
        foreach (var missing in new[] { 2 * length, 3 * length })
        {
            var cut = file[..^missing];
            var outcomes = new[] { await _tool.RunAsync("tokenize", "audio", _tool.Write("cut.wav", cut), "--raw", "--channel", "1"), await _tool.RunWithInputAsync(cut, "tokenize", "audio", "-", "--raw", "--channel", "1") };
            foreach (var outcome in outcomes)
            {
                // Whole samples of all channels are used, a part of them is not.
                Assert.Equal(missing == 2 * length ? 0 : 3, outcome.Code);
                Assert.Equal(1, outcome.Error.Count(c => c == '\n'));
                Assert.EndsWith(": the file is cut\n", outcome.Error, StringComparison.Ordinal);
                Assert.Contains(missing == 2 * length ? $": {cut.Length}: expected {missing} more bytes" : $": {cut.Length - length}: ", outcome.Error, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("Float32", float.NaN, "NaN")]
    [InlineData("Float32", float.NegativeInfinity, "-Infinity")]
    [InlineData("Float64", 1e300, "1E+300")]
    public async Task TokenizeAudio_SampleThatIsNoSound_Exits3WithItsPlace(string form, double value, string found)
    {
        var (tag, bits) = SampleForms.FormatOf(form);
        var samples = SampleForms.Convert(Vectors.SeededBytes("hostile-wav", 40_000), form);
        byte[] bytes = bits == 32 ? BitConverter.GetBytes((float)value) : BitConverter.GetBytes(value);
        bytes.CopyTo(samples, 9_000 * bytes.Length);
        var file = WavFiles.Make("RIFF", samples, bits: bits, tag: tag);
        var place = file.Length - samples.Length + (9_000 * bytes.Length);
        foreach (var shape in new[] { "--json", "--raw" })
        {
            (await _tool.RunAsync("tokenize", "audio", _tool.Write("nan.wav", file), shape)).ShouldFail(3, $"nan.wav: {place}: ", $"found {found}");
        }

        Assert.Contains($"{place}: ", (await _tool.RunWithInputAsync(file, "tokenize", "audio", "-", "--raw")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, 8)]
    [InlineData(1, 64)]
    [InlineData(3, 16)]
    public async Task TokenizeAudio_OtherCoding_Exits3(int tag, int bits) =>
        (await _tool.RunAsync("tokenize", "audio", _tool.Write("x.wav", WavFiles.Make("RIFF", new byte[20_000], tag: tag, bits: bits)), "--raw")).ShouldFail(3, $"format {tag} of {bits} bits");

    [Fact]
    public async Task TokenizeAudio_RateAgainstTheFile_Exits2NamingBoth()
    {
        var path = _tool.Write("x.wav", WavFiles.Make("W64", new byte[30_000], 44_100, bits: 24));
        (await _tool.RunAsync("tokenize", "audio", path, "--sample-rate", "48000")).ShouldFail(2, "--sample-rate", "48000", "44100");
        Assert.Equal(0, (await _tool.RunAsync("tokenize", "audio", path, "--sample-rate", "44100")).Code);
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
