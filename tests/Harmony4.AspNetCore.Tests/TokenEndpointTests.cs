using System.Net;
using System.Text.Json;
using Harmony4.TestKit;
using Harmony4.Tokenization;
using Harmony4.Transport.Crypto;

namespace Harmony4.AspNetCore.Tests;

public sealed class TokenEndpointTests
{
    [Fact]
    public async Task VideoStream_Media_SendsATokenForEachBlock()
    {
        await using var host = await TestHost.StartAsync();
        var media = Vectors.Read("media/clip.mp4");
        using var response = await host.Client.PostAsync("/video/stream", new ByteArrayContent(media));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var events = Events.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("meta", events[0].Name);
        Assert.Equal("done", events[^1].Name);
        var expected = new List<VideoBlockToken>();
        await foreach (var token in new MediaTransport().TokenizeVideoAsync(new MemoryStream(media)))
        {
            expected.Add(token);
        }

        Assert.Equal(expected, events[1..^1].Select(e => new VideoBlockToken(e.Data.GetProperty("pts").GetUInt64(), e.Data.GetProperty("index").GetUInt32(), e.Data.GetProperty("key").GetBoolean())));
        Assert.Equal(expected.Count, events[^1].Data.GetProperty("tokens").GetInt64());
        Assert.Equal(media.Length, events[^1].Data.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task VideoStream_FormatThatBreaksOffAtOnce_EndsWithAnErrorEvent()
    {
        await using var host = await TestHost.StartAsync();
        using var response = await host.Client.PostAsync("/video/stream?segment=webm", new ByteArrayContent(new byte[100]));
        var events = Events.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(["meta", "error"], events.Select(e => e.Name));
        Assert.Equal(400, events[1].Data.GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("audio/chirp.pcm", "")]
    [InlineData("media/speech.wav", "")]
    [InlineData("media/speech.wav", "&frame_size=512&top_k=8")]
    public async Task AudioStream_Samples_SendsTheTokensOfEachFrame(string vector, string more)
    {
        await using var host = await TestHost.StartAsync();
        var bytes = Vectors.Read(vector);
        using var response = await host.Client.PostAsync("/audio/stream?sample_rate=44100" + more, new ByteArrayContent(bytes));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var events = Events.Parse(await response.Content.ReadAsStringAsync());
        var meta = events[0].Data;
        var options = new AudioTokenizerOptions
        {
            SampleRate = meta.GetProperty("sample_rate").GetInt32(),
            FrameSize = meta.GetProperty("frame_size").GetInt32(),
            TopK = meta.GetProperty("top_k").GetInt32(),
        };
        Assert.Equal(more.Length > 0 ? 512 : 2048, options.FrameSize);
        var expected = new List<(long, AudioToken)>();
        var input = await PcmInput.OpenAsync(new MemoryStream(bytes));
        Assert.Equal(input.SampleRate ?? 44_100, options.SampleRate);
        await foreach (var frame in new MediaTransport().TokenizeAudioAsync(input, options))
        {
            expected.AddRange(frame.Tokens.ToArray().Select(t => (frame.Frame.Index, t)));
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected, events[1..^1].Select(e => (e.Data.GetProperty("frame").GetInt64(), TokenOf(e.Data))));
        Assert.Equal(expected.Count, events[^1].Data.GetProperty("tokens").GetInt64());
    }

    [Fact]
    public async Task AudioStream_OddLength_EndsWithAnErrorEvent()
    {
        await using var host = await TestHost.StartAsync();
        using var response = await host.Client.PostAsync("/audio/stream", new ByteArrayContent(new byte[10_001]));
        var events = Events.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("error", events[^1].Name);
        Assert.Equal("pcm", events[^1].Data.GetProperty("code").GetString());
    }

    [Fact]
    public async Task AudioStream_StereoWav_AsksForAChannel()
    {
        await using var host = await TestHost.StartAsync();
        var wav = Wav(channels: 2, new byte[40_000]);
        using var without = await host.Client.PostAsync("/audio/stream", new ByteArrayContent(wav));
        using var with = await host.Client.PostAsync("/audio/stream?channel=1", new ByteArrayContent(wav));
        using var beyond = await host.Client.PostAsync("/audio/stream?channel=2", new ByteArrayContent(wav));
        await Problems.CheckAsync(without, 400);
        await Problems.CheckAsync(beyond, 400);
        Assert.Equal("done", Events.Parse(await with.Content.ReadAsStringAsync())[^1].Name);
    }

    [Fact]
    public async Task AudioStream_WavWithAChunkLongerThanTheFile_IsAnsweredWith400()
    {
        await using var host = await TestHost.StartAsync();
        byte[] wav = [.. "RIFF\0\0\0\0WAVEJUNK"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. Wav(channels: 1, new byte[8192]).AsSpan(12)];
        using var response = await host.Client.PostAsync("/audio/stream", new ByteArrayContent(wav));
        await Problems.CheckAsync(response, 400);
    }

    [Fact]
    public async Task AudioStream_BigEndianWav_IsNotTakenForSamples()
    {
        await using var host = await TestHost.StartAsync();
        byte[] wav = [.. "RIFX"u8, .. Wav(channels: 1, new byte[8192]).AsSpan(4)];
        using var response = await host.Client.PostAsync("/audio/stream", new ByteArrayContent(wav));
        await Problems.CheckAsync(response, 400);
    }

    [Theory]
    [InlineData("RF64", "Int16")]
    [InlineData("BW64", "Int24")]
    [InlineData("W64", "Float32")]
    [InlineData("W64", "Int16")]
    [InlineData("BW64", "Int16")]
    [InlineData("RIFF", "Float64")]
    [InlineData("RIFF", "Int32")]
    public async Task AudioStream_OtherFormsOfWav_GiveTheSameTokens(string form, string samplesForm)
    {
        await using var host = await TestHost.StartAsync();
        var samples = Vectors.SeededBytes("forms", 16_384);
        using var expected = await host.Client.PostAsync("/audio/stream?sample_rate=8000", new ByteArrayContent(WavFiles.Make("RIFF", samples)));
        var (tag, bits) = SampleForms.FormatOf(samplesForm);
        var file = WavFiles.Make(form, SampleForms.Convert(samples, samplesForm), bits: bits, tag: tag);
        using var response = await host.Client.PostAsync("/audio/stream?sample_rate=8000", new ByteArrayContent(file));
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Tokens(await expected.Content.ReadAsStringAsync()), Tokens(await response.Content.ReadAsStringAsync()));

        // The end counts the bytes of the upload, which heads are part of.
        static string Tokens(string events) => events[..events.IndexOf("event: done", StringComparison.Ordinal)];
    }

    [Theory]
    [InlineData("sample_rate=7999")]
    [InlineData("sample_rate=192001")]
    [InlineData("frame_size=255")]
    [InlineData("frame_size=300")]
    [InlineData("frame_size=32768")]
    [InlineData("top_k=0")]
    [InlineData("top_k=257")]
    [InlineData("channel=1")]
    public async Task AudioStream_BadParameter_IsAnsweredWith400(string query)
    {
        await using var host = await TestHost.StartAsync();
        using var response = await host.Client.PostAsync("/audio/stream?" + query, new ByteArrayContent(new byte[100]));
        await Problems.CheckAsync(response, 400);
    }

    [Fact]
    public async Task AudioMask_Twice_IsTheInput()
    {
        await using var host = await TestHost.StartAsync();
        var bytes = Vectors.SeededBytes("audio", 1_000_000);
        var once = await MaskAsync(host, bytes, "000102030405060708090a0b0c0d0e0f");
        using var key = new MasterKey(Convert.FromHexString("000102030405060708090a0b0c0d0e0f"));
        using var mask = new TransportMask(key);
        var expected = new MemoryStream();
        await new MediaTransport().MaskAsync(new MemoryStream(bytes), expected, mask, 262_144);
        Assert.Equal(expected.ToArray(), once);
        Assert.Equal(bytes, await MaskAsync(host, once, "000102030405060708090A0B0C0D0E0F"));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("", "0011")]
    [InlineData("?block_size=16383", "000102030405060708090a0b0c0d0e0f")]
    [InlineData("?block_size=4194305", "000102030405060708090a0b0c0d0e0f")]
    public async Task AudioMask_BadParameterOrKey_IsAnsweredWith400(string query, string? key)
    {
        await using var host = await TestHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/audio/mask" + query) { Content = new ByteArrayContent([1]) };
        if (key is not null)
        {
            request.Headers.Add("Harmony4-Key", key);
        }

        using var response = await host.Client.SendAsync(request);
        await Problems.CheckAsync(response, 400);
    }

    private static async Task<byte[]> MaskAsync(TestHost host, byte[] bytes, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/audio/mask") { Content = new ByteArrayContent(bytes) };
        request.Headers.Add("Harmony4-Key", key);
        using var response = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsByteArrayAsync();
    }

    private static AudioToken TokenOf(JsonElement data) =>
        new(data.GetProperty("hz10").GetUInt32(), data.GetProperty("magnitude").GetUInt16(), data.GetProperty("phase").GetUInt16());

    private static byte[] Wav(short channels, byte[] samples)
    {
        var output = new MemoryStream();
        using var writer = new BinaryWriter(output);
        writer.Write("RIFF"u8);
        writer.Write(36 + samples.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write(channels);
        writer.Write(48_000);
        writer.Write(96_000 * channels);
        writer.Write((short)(2 * channels));
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(samples.Length);
        writer.Write(samples);
        return output.ToArray();
    }
}
