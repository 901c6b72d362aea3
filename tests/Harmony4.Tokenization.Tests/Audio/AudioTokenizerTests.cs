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
        Assert.Equal(4, tokenizer.TokenizeFrame(new short[256], tokens));
        Assert.Equal(Enumerable.Range(0, 4).Select(i => new AudioToken((uint)(1000 * i), 0, AudioToken.ZeroPhase)), tokens);
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
        Assert.Throws<ArgumentException>(() => tokenizer.TokenizeFrame(new short[2048], new AudioToken[31]));
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
