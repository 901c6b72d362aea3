using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests;

/// <summary>
/// PCM made by integer arithmetic alone, over every frame size, and the SHA-256 of its tokens: equal on every machine, width and
/// compilation mode, or the tokenizer is wrong there. Free of any test framework, so that other hosts can run it.
/// </summary>
internal static class AudioCorpus
{
    public const string Digest = "b2761823244276a7a9f483e202407e560b13e3ea5dcf2da019f2d750001dd043";

    /// <summary>Of <see cref="ComputeDigestOfForms"/>.</summary>
    public const string DigestOfForms = "bdef051b897884588b7b86f751b9df4ad10bf3b5e3d3dde8123d82a8c166a8cb";

    private static readonly int[] SampleRates = [8_000, 44_100, 48_000, 192_000];
    private static readonly int[] TopKs = [1, 32, 256, 8_193];

    public static string ComputeDigest(LaneWidth width)
    {
        var tokens = new ArrayBufferWriter<byte>();
        WriteTokens(width, tokens);
        return Convert.ToHexStringLower(SHA256.HashData(tokens.WrittenSpan));
    }

    /// <summary>The same of tokens and peaks of samples in every form, with bits that 16 do not hold.</summary>
    public static string ComputeDigestOfForms(LaneWidth width)
    {
        var written = new ArrayBufferWriter<byte>();
        foreach (var format in Enum.GetValues<PcmSampleFormat>())
        {
            for (var size = AudioTokenizerOptions.MinFrameSize; size <= AudioTokenizerOptions.MaxFrameSize; size *= 8)
            {
                var tokenizer = new AudioFftTokenizer(new AudioTokenizerOptions { FrameSize = size, TopK = 64, SampleFormat = format, PadTail = true, Channels = 2, Channel = 1 }, width);
                WriteStream(tokenizer, GetPcm(size, format), written);
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(written.WrittenSpan));
    }

    public static void WriteTokens(LaneWidth width, IBufferWriter<byte> destination)
    {
        for (var size = AudioTokenizerOptions.MinFrameSize; size <= AudioTokenizerOptions.MaxFrameSize; size *= 2)
        {
            for (var i = 0; i < TopKs.Length; i++)
            {
                var options = new AudioTokenizerOptions { FrameSize = size, TopK = TopKs[i], SampleRate = SampleRates[i], PadTail = true };
                new AudioFftTokenizer(options, width).Tokenize(GetPcm(size), destination);
            }
        }
    }

    private static void WriteStream(AudioFftTokenizer tokenizer, ReadOnlySpan<byte> pcm, ArrayBufferWriter<byte> written)
    {
        var tokens = new AudioToken[tokenizer.TokensPerFrame];
        while (tokenizer.TryReadFrame(ref pcm, tokens, out var frame))
        {
            Write(frame);
        }

        if (tokenizer.TryComplete(tokens, out var last))
        {
            Write(last);
        }

        void Write(AudioFrame frame)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(written.GetSpan(sizeof(double)), frame.Peak);
            written.Advance(sizeof(double));
            foreach (var token in tokens)
            {
                token.TryWrite(written.GetSpan(AudioToken.EncodedSize));
                written.Advance(AudioToken.EncodedSize);
            }
        }
    }

    /// <summary>Integers of any bits; floating-point numbers of any exponent that is sound, and of the exponents of speech.</summary>
    private static byte[] GetPcm(int frameSize, PcmSampleFormat format)
    {
        var length = format switch { PcmSampleFormat.UInt8 => 1, PcmSampleFormat.Int16 => 2, PcmSampleFormat.Int24 => 3, PcmSampleFormat.Float64 => 8, _ => 4 };
        var count = 2 * ((5 * frameSize) + 7);
        var pcm = new byte[count * length];
        var bytes = new byte[sizeof(ulong)];
        var state = 0x9E3779B97F4A7C15UL + (ulong)frameSize;
        for (var i = 0; i < count; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            var spread = i < count / 2 ? 20UL : 150;
            var exponent = (state >> 40) % spread;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, format switch
            {
                PcmSampleFormat.Float32 => ((state & 1) << 31) | ((127 + 1 - (spread - exponent) + (spread / 3)) << 23) | ((state >> 1) & 0x7F_FFFF),
                PcmSampleFormat.Float64 => ((state & 1) << 63) | ((1023 + 1 - (spread - exponent) + (spread / 3)) << 52) | ((state >> 1) & 0xF_FFFF_FFFF_FFFF),
                _ => state,
            });
            bytes.AsSpan(0, length).CopyTo(pcm.AsSpan(i * length));
        }

        return pcm;
    }

    /// <summary>Noise loud and faint, a square wave, a slope, full-scale alternation, an impulse, silence, and a rest.</summary>
    public static byte[] GetPcm(int frameSize)
    {
        var samples = new short[(8 * 2 * frameSize) + (frameSize / 3)];
        var state = 0x9E3779B97F4A7C15UL + (ulong)frameSize;
        for (var i = 0; i < samples.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            var noise = (short)(state >> 48);
            samples[i] = (i / (2 * frameSize)) switch
            {
                0 => noise,
                1 => (short)(noise >> 12),
                2 => (short)(i / 11 % 2 == 0 ? 20_000 : -20_000),
                3 => (short)((i * 37) + (noise >> 8)),
                4 => i % 2 == 0 ? short.MinValue : short.MaxValue,
                5 => (short)(i % (2 * frameSize) == frameSize / 2 ? 30_000 : 0),
                6 => 0,
                _ => (short)((i / 3 % 50 * 400) + (noise >> 6)),
            };
        }

        var pcm = new byte[2 * samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(pcm.AsSpan(2 * i), samples[i]);
        }

        return pcm;
    }
}
