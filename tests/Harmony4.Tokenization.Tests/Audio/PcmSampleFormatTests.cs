using System.Buffers;
using System.Buffers.Binary;
using FsCheck.Xunit;
using Harmony4.TestKit;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests;

/// <summary>All forms of samples: one rule, the same sound has the same tokens, and no bytes give a token that is none.</summary>
public class PcmSampleFormatTests
{
    private const int FrameSize = 256;

    public static TheoryData<PcmSampleFormat> Formats => [.. Enum.GetValues<PcmSampleFormat>()];

    public static TheoryData<PcmSampleFormat> FloatFormats => [PcmSampleFormat.Float32, PcmSampleFormat.Float64];

    private static IEnumerable<LaneWidth> Widths => Enum.GetValues<LaneWidth>().Where(LaneWidths.IsSupported);

    [Fact]
    public void Tokenize_CorpusInEveryFormAndWidth_HasTheTokensOf16Bits()
    {
        foreach (var size in new[] { 256, 2048, 4096 })
        {
            var pcm = AudioCorpus.GetPcm(size);
            var options = new AudioTokenizerOptions { FrameSize = size, TopK = 40, PadTail = true };
            foreach (var sound in new[] { pcm, SampleForms.CoarseOf(pcm) })
            {
                var expected = Whole(sound, options);
                foreach (var format in Enum.GetValues<PcmSampleFormat>())
                {
                    var converted = SampleForms.Convert(sound, format.ToString());
                    foreach (var width in format == PcmSampleFormat.UInt8 && sound == pcm ? [] : Widths)
                    {
                        Assert.True(expected.AsSpan().SequenceEqual(Whole(converted, options with { SampleFormat = format }, width)), $"{size}, {format}, {width}");
                    }
                }
            }
        }
    }

    [Property(Replay = "17,19", MaxTest = 200)]
    public void Tokenize_AnySound_HasTheSameTokensInEveryForm(short[] samples, byte scale)
    {
        var pcm = new byte[2 * 700];
        for (var i = 0; i < 700 && samples.Length > 0; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(pcm.AsSpan(2 * i), (short)(samples[i % samples.Length] * (scale * i)));
        }

        var options = new AudioTokenizerOptions { FrameSize = FrameSize, PadTail = true };
        var expected = Whole(pcm, options);
        var coarse = Whole(SampleForms.CoarseOf(pcm), options);
        foreach (var format in Enum.GetValues<PcmSampleFormat>())
        {
            Assert.Equal(format == PcmSampleFormat.UInt8 ? coarse : expected, Whole(SampleForms.Convert(pcm, format.ToString()), options with { SampleFormat = format }));
        }
    }

    [Property(Replay = "23,29", MaxTest = 300)]
    public void TryReadFrame_AnyFormChannelsAndCuts_GivesTheTokensOfTheWhole(byte form, byte channels, byte channel, ushort length, ushort[] cuts, bool padTail)
    {
        var options = new AudioTokenizerOptions
        {
            FrameSize = FrameSize,
            TopK = 5,
            SampleFormat = (PcmSampleFormat)(form % 6),
            Channels = 1 + (channels % 3),
            Channel = channel % (1 + (channels % 3)),
            PadTail = padTail,
        };
        var samples = length % 1200;
        var pcm = SampleForms.Convert(Vectors.SeededBytes("form-any", 2 * options.Channels.Value * samples), options.SampleFormat.ToString()!);
        var sequence = Segmentations.Cut(pcm, cuts.Select(c => pcm.Length == 0 ? 0 : c % pcm.Length).Order());
        Assert.Equal(Whole(pcm, options), Stream(sequence, options, out _));
    }

    [Theory, MemberData(nameof(Formats))]
    public void TryReadFrame_EverySegmentation_GivesTheTokensOfTheWhole(PcmSampleFormat format)
    {
        var options = new AudioTokenizerOptions { FrameSize = FrameSize, SampleFormat = format, Channels = 2, Channel = 1 };
        var pcm = SampleForms.Convert(Vectors.SeededBytes("form-cuts", 2 * 2 * 420), format.ToString());
        var expected = Whole(pcm, options);
        Assert.NotEmpty(expected);
        foreach (var sequence in Segmentations.Of(pcm))
        {
            Assert.Equal(expected, Stream(sequence, options, out _));
        }
    }

    [Theory, MemberData(nameof(Formats))]
    public void TryComplete_EndInsideAGroup_ThrowsWithItsOffset(PcmSampleFormat format)
    {
        var options = new AudioTokenizerOptions { FrameSize = FrameSize, SampleFormat = format, Channels = 3, Channel = 2 };
        var group = 3 * SampleForms.FormatOf(format.ToString()).Bits / 8;
        var pcm = SampleForms.Convert(Vectors.SeededBytes("form-end", 2 * 3 * 300), format.ToString()).AsSpan(0, (299 * group) + 2).ToArray();
        foreach (var exception in new[]
        {
            Assert.Throws<PcmFormatException>(() => Whole(pcm, options)),
            Assert.Throws<PcmFormatException>(() => Stream(Segmentations.Cut(pcm, [7, 500]), options, out _)),
        })
        {
            Assert.Equal((299L * group, 2, group), (exception.Offset, exception.Length, exception.ExpectedLength));
            Assert.Equal($"the PCM ends inside a group of samples: expected {group} bytes, found 2", exception.Detail);
            Assert.Equal($"{exception.Detail}, at offset {exception.Offset} (0x{exception.Offset:X})", exception.Message);
        }
    }

    // A step of 16 bits is 2^-15. Between two, a rounding to single precision: of a tie, to even.
    [Theory]
    [InlineData(PcmSampleFormat.UInt8, "00", -32768f)]
    [InlineData(PcmSampleFormat.UInt8, "7F", -256f)]
    [InlineData(PcmSampleFormat.UInt8, "80", 0f)]
    [InlineData(PcmSampleFormat.UInt8, "FF", 32512f)]
    [InlineData(PcmSampleFormat.Int16, "FF7F", 32767f)]
    [InlineData(PcmSampleFormat.Int16, "0080", -32768f)]
    [InlineData(PcmSampleFormat.Int24, "010000", 1f / 256)]
    [InlineData(PcmSampleFormat.Int24, "FFFFFF", -1f / 256)]
    [InlineData(PcmSampleFormat.Int24, "FFFF7F", 8388607f / 256)]
    [InlineData(PcmSampleFormat.Int24, "000080", -32768f)]
    [InlineData(PcmSampleFormat.Int32, "01000000", 1f / 65536)]
    [InlineData(PcmSampleFormat.Int32, "01000001", 16777216f / 65536)]
    [InlineData(PcmSampleFormat.Int32, "03000001", 16777220f / 65536)]
    [InlineData(PcmSampleFormat.Int32, "FFFFFF7F", 32768f)]
    [InlineData(PcmSampleFormat.Int32, "00000080", -32768f)]
    [InlineData(PcmSampleFormat.Float32, "0000803F", 32768f)]
    [InlineData(PcmSampleFormat.Float32, "000080BF", -32768f)]
    [InlineData(PcmSampleFormat.Float32, "00000038", 1f)]
    [InlineData(PcmSampleFormat.Float32, "00000080", 0f)]
    [InlineData(PcmSampleFormat.Float32, "01000000", 0f)]
    [InlineData(PcmSampleFormat.Float64, "000000000000F03F", 32768f)]
    [InlineData(PcmSampleFormat.Float64, "000000100000F03F", 32768f)]
    [InlineData(PcmSampleFormat.Float64, "000000300000F03F", 32768.00781f)]
    [InlineData(PcmSampleFormat.Float64, "0100000000000000", 0f)]
    public void Append_Sample_IsTheStepsThatTheRuleGives(PcmSampleFormat format, string bytes, float steps)
    {
        // The spectrum of one sample is flat: its magnitude is the sample times its weight.
        var length = SampleForms.FormatOf(format.ToString()).Bits / 8;
        var pcm = SampleForms.Convert(new byte[2 * FrameSize], format.ToString());
        Convert.FromHexString(bytes).CopyTo(pcm, 128 * length);
        ReadOnlySpan<byte> rest = pcm;
        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = FrameSize, SampleFormat = format, TopK = 1 }, LaneWidth.Scalar);
        Assert.True(tokenizer.TryReadFrame(ref rest, new AudioToken[1], out var frame));
        var weight = HannWindow.GetWeight(128, FrameSize);
        Assert.Equal(Math.Abs((double)(steps / 32768 * weight)) * 4 / FrameSize, frame.Peak, Math.Abs(steps) * 1e-18);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    [InlineData(float.MaxValue, "3.4028234663852886E+38")]
    [InlineData(-3.6893493e19f, "-3.6893492545465614E+19")]
    public void AnyForm_SampleThatIsNoSound_ThrowsWithItsOffset(float value, string found)
    {
        var samples = new float[2 * 1000];
        samples[(2 * 600) + 1] = value;
        var bytes32 = Encode(samples, PcmSampleFormat.Float32);
        var bytes64 = Encode(samples, PcmSampleFormat.Float64);
        foreach (var (format, bytes) in new[] { (PcmSampleFormat.Float32, bytes32), (PcmSampleFormat.Float64, bytes64) })
        {
            var length = bytes.Length / samples.Length;
            var options = new AudioTokenizerOptions { FrameSize = FrameSize, SampleFormat = format, Channels = 2, Channel = 1 };
            var written = new ArrayBufferWriter<byte>();
            var whole = Assert.Throws<PcmFormatException>(() => new AudioFftTokenizer(options).Tokenize(bytes, written));
            Assert.Equal(0, written.WrittenCount);
            AssertFault(whole, ((2 * 600) + 1) * length, length, found);
            foreach (var sequence in Segmentations.Of(bytes))
            {
                // Frames that end before it came out, the others did not: 0 ... 2 of hop 128 end at 512.
                var tokens = new List<byte>();
                var streamed = Assert.Throws<PcmFormatException>(() => Stream(sequence, options, out _, tokens));
                AssertFault(streamed, ((2 * 600) + 1) * length, length, found);
                Assert.Equal(3 * 32 * AudioToken.EncodedSize, tokens.Count);
            }

            // The other channel is not looked at.
            Assert.NotEmpty(Whole(bytes, options with { Channel = 0 }));
        }

        var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = FrameSize });
        AssertFault(Assert.Throws<PcmFormatException>(() => tokenizer.TokenizeFrame(samples.AsSpan(1001, FrameSize), new AudioToken[32])), 200 * 4, 4, found);
    }

    [Fact]
    public void TryReadFrame_AfterAFault_FailsAgainUntilReset()
    {
        var options = new AudioTokenizerOptions { FrameSize = FrameSize, SampleFormat = PcmSampleFormat.Float32 };
        var tokenizer = new AudioFftTokenizer(options);
        var tokens = new AudioToken[32];
        var bad = Encode([0.5f, float.NaN, 0.25f], PcmSampleFormat.Float32);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(4, Assert.Throws<PcmFormatException>(() => Read(i == 0 ? bad : new byte[4096])).Offset);
            Assert.Equal(4, Assert.Throws<PcmFormatException>(() => tokenizer.TryComplete(tokens, out _)).Offset);
        }

        tokenizer.Reset();
        Assert.True(Read(new byte[4096]));
        tokenizer.Reset();

        // At every place of a piece, whatever its neighbours are.
        for (var at = 0; at < 40; at++)
        {
            var samples = new float[40];
            Array.Fill(samples, 0.5f);
            samples[at] = float.NegativeInfinity;
            Assert.Equal(4 * at, Assert.Throws<PcmFormatException>(() => Read(Encode(samples, PcmSampleFormat.Float32))).Offset);
            tokenizer.Reset();
        }

        bool Read(byte[] bytes)
        {
            ReadOnlySpan<byte> rest = bytes;
            return tokenizer.TryReadFrame(ref rest, tokens, out _);
        }
    }

    [Property(Replay = "31,37", MaxTest = 300)]
    public void Tokenize_AnyFloats_GivesTheSameTokensAtEveryWidthOrFails(uint seed, byte kind, bool isDouble)
    {
        var format = isDouble ? PcmSampleFormat.Float64 : PcmSampleFormat.Float32;
        var options = new AudioTokenizerOptions { FrameSize = FrameSize, TopK = 129, SampleFormat = format };
        var pcm = Encode(Hostile(seed, kind), format);
        byte[]? expected = null;
        foreach (var width in Widths)
        {
            byte[]? actual;
            try
            {
                actual = Whole(pcm, options, width);
            }
            catch (PcmFormatException)
            {
                actual = [];
            }

            expected ??= actual;
            Assert.Equal(expected, actual);
        }

        // Single precision in double is the same numbers.
        if (!isDouble && expected!.Length > 0)
        {
            Assert.Equal(expected, Whole(Encode(Hostile(seed, kind), PcmSampleFormat.Float64), options with { SampleFormat = PcmSampleFormat.Float64 }));
        }

        // The bins are all there: the first has the full magnitude, whatever the exponents are.
        for (var at = 0; at < expected!.Length; at += 129 * AudioToken.EncodedSize)
        {
            Assert.True(AudioToken.TryRead(expected.AsSpan(at), out var strongest));
            Assert.True(strongest.Magnitude is 0 or ushort.MaxValue);
            for (var i = 1; i < 129; i++)
            {
                Assert.True(AudioToken.TryRead(expected.AsSpan(at + (i * AudioToken.EncodedSize)), out var token));
                Assert.True(token.Magnitude <= strongest.Magnitude);
            }
        }
    }

    [Theory, MemberData(nameof(FloatFormats))]
    public void Tokenize_SmallestAndLargestSound_HasTheTokensOfAnyOther(PcmSampleFormat format)
    {
        // A power of two scales all of it without rounding, to the ends of the range.
        var sound = Enumerable.Range(0, FrameSize).Select(i => (float)(1 + ((i * 37) % 64)) / 64).ToArray();
        var options = new AudioTokenizerOptions { FrameSize = FrameSize, TopK = 129, SampleFormat = format };
        var expected = Whole(Encode(sound, format), options);
        foreach (var exponent in new[] { -89, -60, -15, 15, 40, 65 })
        {
            var scaled = sound.Select(s => s * MathF.Pow(2, exponent)).ToArray();
            foreach (var width in Widths)
            {
                Assert.Equal(expected, Whole(Encode(scaled, format), options, width));
            }
        }

        var silence = Whole(new byte[Encode(sound, format).Length], options);
        Assert.Equal(silence, Whole(Encode([.. sound.Select(s => s * MathF.Pow(2, -96))], format), options));
        Assert.Equal(silence, Whole(Encode([.. sound.Select(_ => float.Epsilon)], format), options));
        Assert.Equal(silence, Whole(Encode([.. sound.Select(_ => -0f)], format), options));
    }

    [Fact]
    public void TokenizeFrame_Floats_AreThoseOf16Bits()
    {
        foreach (var size in new[] { 256, 1024 })
        {
            var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = size });
            var samples = new short[size];
            new Random(size).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(samples.AsSpan()));
            var (expected, actual) = (new AudioToken[32], new AudioToken[32]);
            tokenizer.TokenizeFrame(samples, expected);
            Assert.Equal(32, tokenizer.TokenizeFrame(samples.Select(s => s / 32768f).ToArray(), actual));
            Assert.Equal(expected, actual);
            Assert.Throws<ArgumentException>(() => tokenizer.TokenizeFrame(new float[size - 1], actual));
            Assert.Throws<ArgumentException>(() => tokenizer.TokenizeFrame(new float[size], new AudioToken[31]));
        }
    }

    [Theory, MemberData(nameof(Formats))]
    public void Peak_SineOfABin_IsItsAmplitude(PcmSampleFormat format)
    {
        // 64 periods in 256 samples: 0, 1, 0, -1 times the amplitude, exact in every form.
        foreach (var amplitude in new[] { 16384, 512 })
        {
            var pcm = new byte[2 * FrameSize];
            for (var i = 1; i < FrameSize; i += 2)
            {
                BinaryPrimitives.WriteInt16LittleEndian(pcm.AsSpan(2 * i), (short)(i % 4 == 1 ? amplitude : -amplitude));
            }

            ReadOnlySpan<byte> rest = SampleForms.Convert(pcm, format.ToString());
            Assert.True(new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = FrameSize, SampleFormat = format }).TryReadFrame(ref rest, new AudioToken[32], out var frame));
            Assert.Equal(amplitude / 32768.0 * (1 - (1.0 / FrameSize)), frame.Peak, 1e-6 * amplitude / 32768);
        }
    }

    [Fact]
    public void Peak_EveryWidth_IsTheSameNumber()
    {
        foreach (var format in new[] { PcmSampleFormat.Int16, PcmSampleFormat.Float32 })
        {
            var peaks = Widths.Select(width =>
            {
                ReadOnlySpan<byte> rest = SampleForms.Convert(Vectors.SeededBytes("peak", 8192), format.ToString());
                Assert.True(new AudioFftTokenizer(new AudioTokenizerOptions { SampleFormat = format }, width).TryReadFrame(ref rest, new AudioToken[32], out var frame));
                return BitConverter.DoubleToInt64Bits(frame.Peak);
            });
            Assert.Single(peaks.Distinct());
        }
    }

    private static float[] Hostile(uint seed, byte kind)
    {
        var random = new Random((int)seed);
        var samples = new float[700];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = (kind % 5) switch
            {
                0 => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)),
                1 => (random.NextSingle() - 0.5f) * MathF.Pow(2, random.Next(-149, 66)),
                2 => BitConverter.Int32BitsToSingle(random.Next(0, 1 << 23)),
                3 => random.Next(40) == 0 ? MathF.Pow(2, 65) : float.Epsilon,
                _ => (random.Next(2) == 0 ? -1 : 1) * MathF.Pow(2, random.Next(-97, -93)),
            };
        }

        return samples;
    }

    private static byte[] Encode(float[] samples, PcmSampleFormat format)
    {
        var length = format == PcmSampleFormat.Float32 ? sizeof(float) : sizeof(double);
        var bytes = new byte[samples.Length * length];
        for (var i = 0; i < samples.Length; i++)
        {
            if (length == sizeof(float))
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * length), samples[i]);
            }
            else
            {
                BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * length), samples[i]);
            }
        }

        return bytes;
    }

    private static void AssertFault(PcmFormatException exception, long offset, int length, string found)
    {
        Assert.Equal((offset, length, length), (exception.Offset, exception.Length, exception.ExpectedLength));
        Assert.Equal($"expected a finite sample of at most 2^65 in magnitude, found {found}", exception.Detail);
    }

    private static byte[] Whole(byte[] pcm, AudioTokenizerOptions options, LaneWidth? width = null)
    {
        var written = new ArrayBufferWriter<byte>();
        new AudioFftTokenizer(options, width ?? LaneWidths.Widest).Tokenize(pcm, written);
        return written.WrittenSpan.ToArray();
    }

    private static byte[] Stream(ReadOnlySequence<byte> pcm, AudioTokenizerOptions options, out List<AudioFrame> frames, List<byte>? written = null)
    {
        var tokenizer = new AudioFftTokenizer(options);
        var tokens = new AudioToken[tokenizer.TokensPerFrame];
        var bytes = new byte[AudioToken.EncodedSize];
        var all = written ?? [];
        frames = [];
        foreach (var piece in pcm)
        {
            var rest = piece.Span;
            while (tokenizer.TryReadFrame(ref rest, tokens, out var frame))
            {
                frames.Add(frame);
                Write();
            }
        }

        if (tokenizer.TryComplete(tokens, out var last))
        {
            frames.Add(last);
            Write();
        }

        return [.. all];

        void Write()
        {
            foreach (var token in tokens)
            {
                token.TryWrite(bytes);
                all.AddRange(bytes);
            }
        }
    }
}
