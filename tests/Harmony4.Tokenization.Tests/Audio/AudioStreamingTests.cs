using System.Buffers;
using FsCheck.Xunit;
using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests;

/// <summary>The streaming form: how the bytes are cut must not matter, and an end inside a sample is an error with a place.</summary>
public class AudioStreamingTests
{
    private const int FrameSize = 256;

    [Fact]
    public void TryReadFrame_EverySegmentation_GivesTheTokensOfTheWhole()
    {
        var pcm = Vectors.SeededBytes("audio-stream", 2 * 1100);
        var expected = Whole(pcm, new AudioTokenizerOptions { FrameSize = FrameSize });
        foreach (var sequence in Segmentations.Of(pcm))
        {
            Assert.Equal(expected, Stream(sequence, new AudioTokenizerOptions { FrameSize = FrameSize }));
        }
    }

    [Property(Replay = "11,13", MaxTest = 200)]
    public void TryReadFrame_AnyChannelsAndCuts_GivesTheTokensOfTheWhole(byte channels, byte channel, ushort length, ushort[] cuts, bool padTail)
    {
        var options = new AudioTokenizerOptions
        {
            FrameSize = FrameSize,
            TopK = 5,
            Channels = 1 + (channels % 6),
            Channel = channel % (1 + (channels % 6)),
            PadTail = padTail,
        };
        var samples = length % 1500;
        var pcm = Vectors.SeededBytes("audio-any", 2 * options.Channels.Value * samples);
        var sequence = Segmentations.Cut(pcm, cuts.Select(c => pcm.Length == 0 ? 0 : c % pcm.Length).Order());
        var actual = Stream(sequence, options);
        Assert.Equal(Whole(pcm, options), actual);
        var tokenizer = new AudioFftTokenizer(options);
        Assert.Equal(tokenizer.GetFrameCount(samples) * tokenizer.TokensPerFrame * AudioToken.EncodedSize, actual.Length);
    }

    [Fact]
    public void TryReadFrame_SecondChannel_IsThatChannelAlone()
    {
        var left = Vectors.SeededBytes("left", 2 * 1000);
        var right = Vectors.SeededBytes("right", 2 * 1000);
        var both = new byte[4 * 1000];
        for (var i = 0; i < 1000; i++)
        {
            left.AsSpan(2 * i, 2).CopyTo(both.AsSpan(4 * i));
            right.AsSpan(2 * i, 2).CopyTo(both.AsSpan((4 * i) + 2));
        }

        var mono = new AudioTokenizerOptions { FrameSize = FrameSize };
        Assert.Equal(Whole(left, mono), Whole(both, mono with { Channels = 2, Channel = 0 }));
        Assert.Equal(Whole(right, mono), Whole(both, mono with { Channels = 2, Channel = 1 }));
    }

    [Fact]
    public void TryReadFrame_FramesInTurn_HaveIndexAndTime()
    {
        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = FrameSize, SampleRate = 44_100, TopK = 3 });
        ReadOnlySpan<byte> pcm = new byte[2 * FrameSize * 4];
        var tokens = new AudioToken[3];
        for (var i = 0; i < 7; i++)
        {
            Assert.True(tokenizer.TryReadFrame(ref pcm, tokens, out var frame));
            Assert.Equal(new AudioFrame(i, (ulong)(i * 128L * 1_000_000 / 44_100), 3, 0), frame);
        }

        Assert.False(tokenizer.TryReadFrame(ref pcm, tokens, out _));
        Assert.True(pcm.IsEmpty);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 515)]
    [InlineData(2, 1026)]
    [InlineData(3, 7)]
    public void TryComplete_EndInsideAGroup_ThrowsWithItsOffset(int channels, int length)
    {
        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = FrameSize, Channels = channels, Channel = 0 });
        ReadOnlySpan<byte> pcm = new byte[length];
        var tokens = new AudioToken[tokenizer.TokensPerFrame];
        while (tokenizer.TryReadFrame(ref pcm, tokens, out _))
        {
        }

        var group = 2 * channels;
        var streamed = Assert.Throws<PcmFormatException>(() => tokenizer.TryComplete(tokens, out _));
        var whole = Assert.Throws<PcmFormatException>(() => tokenizer.Tokenize(new byte[length], new ArrayBufferWriter<byte>()));
        foreach (var exception in new[] { streamed, whole })
        {
            Assert.Equal((length / group * group, length % group, group), (exception.Offset, exception.Length, exception.ExpectedLength));
            Assert.Contains($"at offset {exception.Offset} (0x{exception.Offset:X})", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TryComplete_PadTail_ContinuesWithZeros()
    {
        var pcm = Vectors.SeededBytes("tail", 2 * 300);
        var padded = new byte[2 * 384];
        pcm.CopyTo(padded, 0);
        var options = new AudioTokenizerOptions { FrameSize = FrameSize };
        Assert.Equal(Whole(padded, options), Whole(pcm, options with { PadTail = true }));
        Assert.Equal(Whole(pcm[..512], options), Whole(pcm, options));
    }

    [Fact]
    public void Reset_AfterAnotherStream_StartsAnew()
    {
        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = FrameSize, PadTail = true });
        var pcm = Vectors.SeededBytes("again", 2 * 700);
        var first = Drain(tokenizer, new ReadOnlySequence<byte>(pcm));
        var tokens = new AudioToken[tokenizer.TokensPerFrame];
        Assert.False(tokenizer.TryComplete(tokens, out _));
        Assert.Throws<InvalidOperationException>(() => Drain(tokenizer, new ReadOnlySequence<byte>(pcm)));
        tokenizer.Reset();
        ReadOnlySpan<byte> piece = pcm.AsSpan(0, 333);
        Assert.False(tokenizer.TryReadFrame(ref piece, tokens, out _));
        tokenizer.Reset();
        Assert.Equal(first, Drain(tokenizer, new ReadOnlySequence<byte>(pcm)));
    }

    [Fact]
    public void TryReadFrame_ShortDestination_TakesNothing()
    {
        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = FrameSize });
        var pcm = new byte[2 * FrameSize];
        Assert.Throws<ArgumentException>(() => Drain(tokenizer, new ReadOnlySequence<byte>(pcm), tokens: 31));
        Assert.Single(Drain(tokenizer, new ReadOnlySequence<byte>(pcm)).Chunk(tokenizer.TokensPerFrame * AudioToken.EncodedSize));
    }

    private static byte[] Whole(byte[] pcm, AudioTokenizerOptions options)
    {
        var written = new ArrayBufferWriter<byte>();
        new AudioFftTokenizer(options).Tokenize(pcm, written);
        return written.WrittenSpan.ToArray();
    }

    private static byte[] Stream(ReadOnlySequence<byte> pcm, AudioTokenizerOptions options) => Drain(new AudioFftTokenizer(options), pcm);

    private static byte[] Drain(AudioFftTokenizer tokenizer, ReadOnlySequence<byte> pcm, int? tokens = null)
    {
        var written = new ArrayBufferWriter<byte>();
        var frameTokens = new AudioToken[tokens ?? tokenizer.TokensPerFrame];
        var frames = 0;
        foreach (var piece in pcm)
        {
            var bytes = piece.Span;
            while (tokenizer.TryReadFrame(ref bytes, frameTokens, out var frame))
            {
                Write(frame);
            }
        }

        if (tokenizer.TryComplete(frameTokens, out var last))
        {
            Write(last);
        }

        return written.WrittenSpan.ToArray();

        void Write(AudioFrame frame)
        {
            Assert.Equal(frames++, frame.Index);
            Assert.Equal(tokenizer.GetPts(frame.Index), frame.Pts);
            foreach (var token in frameTokens.AsSpan(0, frame.TokenCount))
            {
                Assert.True(token.TryWrite(written.GetSpan(AudioToken.EncodedSize)));
                written.Advance(AudioToken.EncodedSize);
            }
        }
    }
}
