using Harmony4.TestKit;
using Harmony4.Tokenization;

namespace Harmony4.Tests.Audio;

public sealed class PcmInputTests
{
    private static readonly byte[] Samples = Vectors.SeededBytes("pcm", 10_000);
    private static readonly byte[] Tag = [.. "ID3"u8, 3, 0, 0, 0, 0, 1, 0, .. new byte[128]];

    private static readonly string[] FormNames = ["RIFF", "RF64", "BW64", "W64"];

    public static TheoryData<string> Forms => [.. FormNames];

    private static async Task<byte[]> ReadAllAsync(PcmInput input)
    {
        using var all = new MemoryStream();
        var buffer = new byte[777];
        int count;
        while ((count = await input.ReadAsync(buffer)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    [Theory, MemberData(nameof(Forms))]
    public async Task Open_AnyForm_GivesItsSamplesAlone(string form)
    {
        var file = WavFiles.Make(form, Samples, rate: 44_100, channels: 2);
        foreach (var inFront in new byte[][] { [], Tag, [.. Tag, .. Tag] })
        {
            foreach (var seeks in new[] { true, false })
            {
                using var stream = seeks ? new MemoryStream([.. inFront, .. file, 1, 2, 3]) : new Pipe([.. inFront, .. file, 1, 2, 3]);
                var input = await PcmInput.OpenAsync(stream);
                Assert.Equal((true, 44_100, 2, PcmSampleFormat.Int16), (input.IsWav, input.SampleRate!.Value, input.Channels!.Value, input.SampleFormat!.Value));
                Assert.Equal((inFront.Length + file.Length - Samples.Length, seeks ? Samples.Length : null, 0), (input.DataOffset, input.Length, input.MissingLength));
                Assert.Equal(Samples, await ReadAllAsync(input));
                Assert.Equal((Samples.Length, 0), (input.Length, input.MissingLength));
            }
        }
    }

    [Theory]
    [InlineData("UInt8", PcmSampleFormat.UInt8)]
    [InlineData("Int16", PcmSampleFormat.Int16)]
    [InlineData("Int24", PcmSampleFormat.Int24)]
    [InlineData("Int32", PcmSampleFormat.Int32)]
    [InlineData("Float32", PcmSampleFormat.Float32)]
    [InlineData("Float64", PcmSampleFormat.Float64)]
    public async Task Tokenize_SameSoundInAnyForm_GivesTheSameTokens(string name, PcmSampleFormat format)
    {
        var sound = SampleForms.CoarseOf(Samples);
        var expected = await TokensAsync(PcmInput.FromRaw(new MemoryStream(sound), PcmSampleFormat.Int16, 44_100), new AudioTokenizerOptions { FrameSize = 512 });
        Assert.Equal(18, expected.Count);
        var converted = SampleForms.Convert(sound, name);
        var (tag, bits) = SampleForms.FormatOf(name);
        var files = from container in FormNames
                    from isExtensible in new[] { false, true }
                    select WavFiles.Make(container, converted, 44_100, bits: bits, tag: tag, isExtensible: isExtensible);
        foreach (var file in files.Append(WavFiles.Make("RIFF", converted, 44_100, bits: bits, tag: tag, align: 0)))
        {
            var input = await PcmInput.OpenAsync(new Pipe(file));
            Assert.Equal((44_100, 1, format), (input.SampleRate, input.Channels, input.SampleFormat));
            AssertSame(expected, await TokensAsync(input, new AudioTokenizerOptions { FrameSize = 512 }));
        }

        AssertSame(expected, await TokensAsync(PcmInput.FromRaw(new MemoryStream(converted), format, 44_100, 1), new AudioTokenizerOptions { FrameSize = 512 }));
        AssertSame(expected, await TokensAsync(PcmInput.FromRaw(new MemoryStream(converted)), new AudioTokenizerOptions { FrameSize = 512, SampleFormat = format, SampleRate = 44_100 }));
    }

    [Fact]
    public async Task Tokenize_OptionsLeftOut_AreThoseOfTheFile()
    {
        var file = WavFiles.Make("RIFF", Samples, rate: 44_100, channels: 2);
        var expected = new List<AudioToken>();
        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { SampleRate = 44_100, Channels = 2, Channel = 1 });
        Read(Samples);
        var frames = await TokensAsync(await PcmInput.OpenAsync(new MemoryStream(file)), new AudioTokenizerOptions { Channel = 1 });
        Assert.Equal(expected, frames.SelectMany(f => f.Tokens.ToArray()));

        void Read(ReadOnlySpan<byte> rest)
        {
            var tokens = new AudioToken[tokenizer.TokensPerFrame];
            while (tokenizer.TryReadFrame(ref rest, tokens, out _))
            {
                expected.AddRange(tokens);
            }
        }
    }

    public static TheoryData<AudioTokenizerOptions, string[]> Contradictions => new()
    {
        { new AudioTokenizerOptions { Channel = 0, SampleRate = 48_000 }, ["SampleRate", "48000", "44100"] },
        { new AudioTokenizerOptions { Channel = 0, Channels = 1 }, ["Channels", "1", "2"] },
        { new AudioTokenizerOptions { Channel = 0, SampleFormat = PcmSampleFormat.Float32 }, ["SampleFormat", "Float32", "Int24"] },
        { new AudioTokenizerOptions { Channel = 2 }, ["Channel", "2 channels", "0 to 1"] },
        { new AudioTokenizerOptions { Channel = -1 }, ["Channel", "-1", "0 to 1"] },
        { new AudioTokenizerOptions(), ["Channel", "2 channels", "0 to 1"] },
    };

    [Theory, MemberData(nameof(Contradictions))]
    public async Task Tokenize_OptionsAgainstTheInput_AreRefusedNamingBoth(AudioTokenizerOptions options, string[] parts)
    {
        var samples = Samples[..9996];
        var inputs = new[] { await PcmInput.OpenAsync(new MemoryStream(WavFiles.Make("RIFF", samples, rate: 44_100, channels: 2, bits: 24))), PcmInput.FromRaw(new MemoryStream(samples), PcmSampleFormat.Int24, 44_100, 2) };
        foreach (var input in inputs)
        {
            // At the call, not at the first frame.
            var exception = Assert.Throws<ArgumentException>(() => { _ = new MediaTransport().TokenizeAudioAsync(input, options); });
            Assert.Equal("options", exception.ParamName);
            Assert.All(parts, p => Assert.Contains(p, exception.Message, StringComparison.Ordinal));
            var completed = input.Complete(new AudioTokenizerOptions { Channel = 1, TopK = 3 });
            Assert.Equal(new AudioTokenizerOptions { Channel = 1, TopK = 3, SampleRate = 44_100, Channels = 2, SampleFormat = PcmSampleFormat.Int24 }, completed);
        }
    }

    [Theory]
    [InlineData(4_000, 1)]
    [InlineData(384_000, 1)]
    [InlineData(48_000, 65)]
    public async Task Tokenize_WavBeyondWhatThereAreTokensOf_IsRefused(int rate, int channels)
    {
        var input = await PcmInput.OpenAsync(new MemoryStream(WavFiles.Make("RIFF", Samples, rate, channels)));
        var exception = Assert.Throws<MediaFormatException>(() => { _ = new MediaTransport().TokenizeAudioAsync(input, new AudioTokenizerOptions { Channel = 0 }); });
        Assert.Equal(input.DataOffset, exception.Offset);
        Assert.EndsWith(channels > 1 ? "found 65" : $"found {rate}", exception.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokenize_FramesThatAreKept_KeepTheirTokens()
    {
        var options = new AudioTokenizerOptions { FrameSize = 256, TopK = 4, PadTail = true };
        var copies = new List<AudioToken[]>();
        var kept = new List<AudioTokenFrame>();
        await foreach (var frame in new MediaTransport().TokenizeAudioAsync(PcmInput.FromRaw(new MemoryStream(Samples[..^2])), options))
        {
            copies.Add(frame.Tokens.ToArray());
            kept.Add(frame);
        }

        Assert.Equal(39, kept.Count);
        Assert.Equal(copies, kept.Select(f => f.Tokens.ToArray()));
        Assert.Equal(kept.Count, copies.Select(c => string.Join(' ', c)).Distinct().Count());
    }

    [Fact]
    public async Task Tokenize_FloatThatIsNoSound_IsLocated()
    {
        var samples = SampleForms.Convert(Samples, "Float32");
        BitConverter.GetBytes(float.NaN).CopyTo(samples, 4 * 3000);
        var file = WavFiles.Make("RIFF", samples, bits: 32, tag: 3);
        var input = await PcmInput.OpenAsync(new MemoryStream(file));
        var located = await Assert.ThrowsAsync<MediaFormatException>(async () => await TokensAsync(input, null));
        Assert.Equal((input.DataOffset + (4 * 3000), "expected a finite sample of at most 2^65 in magnitude, found NaN"), (located.Offset, located.Detail));
        var raw = await Assert.ThrowsAsync<PcmFormatException>(async () => await TokensAsync(PcmInput.FromRaw(new MemoryStream(samples), PcmSampleFormat.Float32), null));
        Assert.Equal(4 * 3000, raw.Offset);
    }

    [Fact]
    public async Task Open_CutPipe_TellsAtItsEnd()
    {
        var file = WavFiles.Make("RIFF", Samples);
        var input = await PcmInput.OpenAsync(new Pipe(file[..^100]));
        Assert.Equal((null, 0), (input.Length, input.MissingLength));
        await ReadAllAsync(input);
        Assert.Equal((Samples.Length - 100, 100), (input.Length, input.MissingLength));
    }

    private static async Task<List<AudioTokenFrame>> TokensAsync(PcmInput input, AudioTokenizerOptions? options) => await new MediaTransport().TokenizeAudioAsync(input, options).ToListAsync();

    private static void AssertSame(List<AudioTokenFrame> expected, List<AudioTokenFrame> actual)
    {
        Assert.Equal(expected.Select(f => f.Frame), actual.Select(f => f.Frame));
        Assert.Equal(expected.SelectMany(f => f.Tokens.ToArray()), actual.SelectMany(f => f.Tokens.ToArray()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(5000)]
    public async Task Open_OtherBytes_AreRawSamples(int length)
    {
        var input = await PcmInput.OpenAsync(new MemoryStream(Samples[..length]));
        Assert.Equal((false, null, null, null, 0, length), (input.IsWav, input.SampleRate, input.Channels, input.SampleFormat, input.DataOffset, input.Length));
        Assert.Equal(Samples[..length], await ReadAllAsync(input));
        Assert.Equal(length, PcmInput.FromRaw(new MemoryStream(Samples[..length])).Length);
        Assert.Null((await PcmInput.OpenAsync(new Pipe(Samples[..length]))).Length);
    }

    [Fact]
    public async Task Open_CutFile_TellsWhatIsMissing()
    {
        var file = WavFiles.Make("RIFF", Samples);
        var input = await PcmInput.OpenAsync(new MemoryStream(file[..^101]));
        Assert.Equal((Samples.Length - 101, 101), (input.Length, input.MissingLength));
        var exception = await Assert.ThrowsAsync<MediaFormatException>(async () => await new MediaTransport().TokenizeAudioAsync(input, new AudioTokenizerOptions { SampleRate = 8000, FrameSize = 256, TopK = 1 }).CountAsync());
        Assert.Equal((file.Length - 102, "wav"), (exception.Offset, exception.Segment));
        Assert.EndsWith("found 1: the file is cut", exception.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokenize_CountThatEndsInsideASample_IsNotCalledACut()
    {
        var file = WavFiles.Make("RIFF", Samples[..^1]);
        var input = await PcmInput.OpenAsync(new MemoryStream([.. file, 0]));
        Assert.Equal((Samples.Length - 1, 0), (input.Length, input.MissingLength));
        var exception = await Assert.ThrowsAsync<MediaFormatException>(async () => await new MediaTransport().TokenizeAudioAsync(input, new AudioTokenizerOptions { SampleRate = 8000, FrameSize = 256, TopK = 1 }).CountAsync());
        Assert.Equal((file.Length - 1, "expected 2 bytes of a sample of each channel, found 1"), (exception.Offset, exception.Detail));
    }

    [Theory]
    [InlineData(8, 6, null)]
    [InlineData(64, 1, null)]
    [InlineData(16, 3, null)]
    [InlineData(24, 1, 4)]
    [InlineData(16, 1, 1)]
    public async Task Open_OtherSamples_AreRefusedWhereTheyBegin(int bits, int tag, int? align)
    {
        var file = WavFiles.Make("RIFF", Samples, bits: bits, tag: tag, align: align);
        var exception = await Assert.ThrowsAsync<MediaFormatException>(async () => await PcmInput.OpenAsync(new MemoryStream([.. Tag, .. file])));
        Assert.Equal(Tag.Length + file.Length - Samples.Length, exception.Offset);
        Assert.Contains($"format {tag} of {bits} bits", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_TagsAndNoWavBehind_IsRefused()
    {
        foreach (var bytes in new byte[][] { [.. Tag, .. Samples], Tag, Tag[..50] })
        {
            await Assert.ThrowsAsync<MediaFormatException>(async () => await PcmInput.OpenAsync(new MemoryStream(bytes)));
        }
    }

    [Fact]
    public async Task Open_BigEndianWav_IsRefused()
    {
        var exception = await Assert.ThrowsAsync<MediaFormatException>(async () => await PcmInput.OpenAsync(new MemoryStream(WavFiles.Make("RIFX", Samples))));
        Assert.Contains("RIFX", exception.Message, StringComparison.Ordinal);
    }

    private sealed class Pipe(byte[] bytes) : MemoryStream(bytes, writable: false)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }
}
