using System.Buffers;
using FsCheck.Xunit;
using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests;

/// <summary>Tokens, options, and what costs nothing.</summary>
public class AudioTokenizerTests
{
    [Property(Replay = "3,5")]
    public void TryRead_WrittenToken_IsTheToken(uint hz10, ushort magnitude, ushort phase)
    {
        var token = new AudioToken(hz10, magnitude, phase);
        var bytes = new byte[AudioToken.EncodedSize + 1];
        Assert.True(token.TryWrite(bytes));
        Assert.True(AudioToken.TryRead(bytes, out var read));
        Assert.Equal(token, read);
        Assert.False(token.TryWrite(bytes.AsSpan(0, AudioToken.EncodedSize - 1)));
        Assert.False(AudioToken.TryRead(bytes.AsSpan(0, AudioToken.EncodedSize - 1), out _));
    }

    [Fact]
    public void TryWrite_Token_IsBigEndian()
    {
        var bytes = new byte[AudioToken.EncodedSize];
        new AudioToken(0x01020304, 0x0506, 0x0708).TryWrite(bytes);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], bytes);
    }

    public static TheoryData<AudioTokenizerOptions> BadOptions =>
    [
        new AudioTokenizerOptions { SampleRate = 7_999 },
        new AudioTokenizerOptions { SampleRate = 192_001 },
        new AudioTokenizerOptions { FrameSize = 128 },
        new AudioTokenizerOptions { FrameSize = 32_768 },
        new AudioTokenizerOptions { FrameSize = 1_000 },
        new AudioTokenizerOptions { TopK = 0 },
        new AudioTokenizerOptions { Channels = 0 },
        new AudioTokenizerOptions { Channels = 65 },
        new AudioTokenizerOptions { Channels = 2, Channel = 2 },
        new AudioTokenizerOptions { Channels = 2 },
        new AudioTokenizerOptions { SampleFormat = (PcmSampleFormat)6 },
        new AudioTokenizerOptions { Channel = -1 },
    ];

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Constructor_OptionOutOfRange_Throws(AudioTokenizerOptions options) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AudioFftTokenizer(options));

    public static TheoryData<AudioTokenizerOptions> OptionsAtTheEnds =>
    [
        new AudioTokenizerOptions { SampleRate = 8_000, FrameSize = 256, TopK = 1 },
        new AudioTokenizerOptions { SampleRate = 192_000, FrameSize = 16_384, Channels = 64, Channel = 63 },
        new AudioTokenizerOptions { Channels = 2, Channel = 0, SampleFormat = PcmSampleFormat.Float64 },
        new AudioTokenizerOptions { Channels = 1 },
        new AudioTokenizerOptions { Channel = 0 },
    ];

    [Theory]
    [MemberData(nameof(OptionsAtTheEnds))]
    public void Constructor_OptionsAtTheEnds_AreTaken(AudioTokenizerOptions options)
    {
        var tokenizer = new AudioFftTokenizer(options);
        Assert.Equal((options.FrameSize, options.TopK, options.Channels ?? 1, options.Channel ?? 0), (tokenizer.Options.FrameSize, tokenizer.Options.TopK, tokenizer.Options.Channels, tokenizer.Options.Channel));
        Assert.Equal((options.FrameSize / 2, (options.FrameSize / 2) + 1), (tokenizer.HopSize, tokenizer.BinCount));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(255, 0, 1)]
    [InlineData(256, 1, 1)]
    [InlineData(257, 1, 2)]
    [InlineData(383, 1, 2)]
    [InlineData(384, 2, 2)]
    [InlineData(385, 2, 3)]
    [InlineData(1000, 6, 7)]
    public void GetFrameCount_Samples_AreCoveredByFramesThatOverlap(int samples, int frames, int padded)
    {
        var options = new AudioTokenizerOptions { FrameSize = 256, TopK = 1 };
        foreach (var (tokenizer, count) in new[] { (new AudioFftTokenizer(options), frames), (new AudioFftTokenizer(options with { PadTail = true }), padded) })
        {
            Assert.Equal(count, tokenizer.GetFrameCount(samples));
            Assert.Equal(count, tokenizer.Tokenize(new byte[2 * samples], new ArrayBufferWriter<byte>()));
            ReadOnlySpan<byte> pcm = new byte[2 * samples];
            var found = 0;
            var tokens = new AudioToken[1];
            while (tokenizer.TryReadFrame(ref pcm, tokens, out _))
            {
                found++;
            }

            Assert.Equal(count, found + (tokenizer.TryComplete(tokens, out _) ? 1 : 0));
        }
    }

    [Fact]
    public void Tokenize_NoDestination_Throws() => Assert.Throws<ArgumentNullException>(() => new AudioFftTokenizer().Tokenize([], null!));

    [Fact]
    public void GetPts_LastFrameWithATime_IsTheLast()
    {
        // Frames of 128 samples at 8 kHz are 16,000 µs apart.
        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = 256, SampleRate = 8_000 });
        const ulong Last = ulong.MaxValue / 16_000;
        Assert.Equal(Last * 16_000, tokenizer.GetPts((long)Last));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.GetPts((long)Last + 1));
        Assert.Equal(0UL, tokenizer.GetPts(0));
    }

    [Fact]
    public void TokensPerFrame_TopKAboveBins_IsTheBins()
    {
        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = 256, TopK = int.MaxValue });
        Assert.Equal((129, 129, 128), (tokenizer.TokensPerFrame, tokenizer.BinCount, tokenizer.HopSize));
    }

    [Fact]
    public void TokenizeFrame_Silence_NamesTheLowestBins()
    {
        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = 256, TopK = 4, SampleRate = 25_600 });
        var tokens = new AudioToken[4];

        // Whatever bins were strong before.
        tokenizer.TokenizeFrame(Enumerable.Range(0, 256).Select(i => (short)(i % 2 == 0 ? 9000 : -9000)).ToArray(), tokens);
        Assert.Equal(4, tokenizer.TokenizeFrame(new short[256], tokens));
        Assert.Equal(Enumerable.Range(0, 4).Select(i => new AudioToken((uint)(1000 * i), 0, AudioToken.ZeroPhase)), tokens);

        // 750 Hz apart, up to the most that a token says.
        tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = 256, TopK = 129, SampleRate = 192_000 });
        tokens = new AudioToken[129];
        tokenizer.TokenizeFrame(new float[256], tokens);
        Assert.Equal(Enumerable.Range(0, 129).Select(i => new AudioToken((uint)Math.Min(7500 * i, 200_000), 0, AudioToken.ZeroPhase)), tokens);
    }

    [Fact]
    public void TokenizeFrame_BinsAbove20Kilohertz_AreNamed20Kilohertz()
    {
        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = 256, TopK = 1, SampleRate = 192_000 });
        var tokens = new AudioToken[1];
        tokenizer.TokenizeFrame(Enumerable.Range(0, 256).Select(i => (short)(i % 2 == 0 ? 9000 : -9000)).ToArray(), tokens);
        Assert.Equal((AudioToken.MaxHz10, ushort.MaxValue), (tokens[0].Hz10, tokens[0].Magnitude));
    }

    [Fact]
    public void TokenizeFrame_NotOneFrame_Throws()
    {
        var tokenizer = new AudioFftTokenizer();
        Assert.Throws<ArgumentException>(() => tokenizer.TokenizeFrame(new short[2047], new AudioToken[32]));
        Assert.Throws<ArgumentException>(() => tokenizer.TokenizeFrame(new short[2049], new AudioToken[32]));
        Assert.Throws<ArgumentException>(() => tokenizer.TokenizeFrame(new short[2048], new AudioToken[31]));
        Assert.Throws<ArgumentException>(() => tokenizer.TokenizeFrame(new float[2047], new AudioToken[32]));
        Assert.Throws<ArgumentException>(() => tokenizer.TokenizeFrame(new float[2048], new AudioToken[31]));
        Assert.Equal((32, 32), (tokenizer.TokenizeFrame(new float[2048], new AudioToken[32]), tokenizer.TokenizeFrame(new short[2048], new AudioToken[33])));
    }

    [Fact]
    public void GetPts_FarFrame_IsExactOrThrows()
    {
        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { SampleRate = 44_100 });
        Assert.Equal(23_219UL, tokenizer.GetPts(1));
        Assert.Equal((ulong)((UInt128)700_000_000_000_000 * 1_024_000_000 / 44_100), tokenizer.GetPts(700_000_000_000_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.GetPts(long.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.GetPts(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.GetFrameCount(-1));
    }

    [Fact]
    public void Options_LeftOut_AreTheDefaults()
    {
        var tokenizer = new AudioFftTokenizer();
        var options = new AudioTokenizerOptions { SampleRate = 48_000, SampleFormat = PcmSampleFormat.Int16, Channels = 1, Channel = 0, FrameSize = 2048, TopK = 32 };
        Assert.Equal((options, 48_000, 2), (tokenizer.Options, tokenizer.SampleRate, tokenizer.GroupLength));
        Assert.Equal(15, new AudioFftTokenizer(options with { SampleFormat = PcmSampleFormat.Int24, Channels = 5 }).GroupLength);
    }

    public static TheoryData<PcmSampleFormat> Formats => [.. Enum.GetValues<PcmSampleFormat>()];

    [Theory, MemberData(nameof(Formats))]
    public void AllForms_AfterWarmUp_AllocateNothing(PcmSampleFormat format)
    {
        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = 512, PadTail = true, SampleFormat = format });
        var pcm = SampleForms.Convert(AudioCorpus.GetPcm(512), format.ToString());
        var samples = new short[512];
        var floats = new float[512];
        var tokens = new AudioToken[32];
        var written = new ArrayBufferWriter<byte>(1 << 20);
        Assert.Equal(0, Allocations.Count(Run, 32));

        void Run()
        {
            tokenizer.TokenizeFrame(samples, tokens);
            tokenizer.TokenizeFrame(floats, tokens);
            written.ResetWrittenCount();
            tokenizer.Tokenize(pcm, written);
            tokenizer.Reset();
            for (var at = 0; at < pcm.Length; at += 1001)
            {
                ReadOnlySpan<byte> piece = pcm.AsSpan(at, Math.Min(1001, pcm.Length - at));
                while (tokenizer.TryReadFrame(ref piece, tokens, out _))
                {
                }
            }

            tokenizer.TryComplete(tokens, out _);
        }
    }
}
