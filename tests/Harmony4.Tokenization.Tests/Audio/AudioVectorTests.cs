using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Harmony4.TestKit;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests;

/// <summary>The tokens of the first implementation: every one that its manifest does not flag, byte for byte and in place.</summary>
public class AudioVectorTests
{
    private const string Group = "audio_tokens";

    public static TheoryData<string> PowerOfTwoCases
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (var vector in Vectors.Cases(Group).Where(c => int.IsPow2(c.GetProperty("frame_size").GetInt32())))
            {
                names.Add(vector.GetProperty("name").GetString()!);
            }

            return names;
        }
    }

    [Fact]
    public void PowerOfTwoCases_InManifest_Are31() => Assert.Equal(31, PowerOfTwoCases.Count);

    [Theory]
    [MemberData(nameof(PowerOfTwoCases))]
    public void Tokenize_Vector_MatchesEveryUnflaggedToken(string name)
    {
        var vector = Vectors.Case(Group, name);
        var expected = Vectors.Read(vector.GetProperty("tokens_file").GetString()!);
        var frames = JsonDocument.Parse(Vectors.Read(vector.GetProperty("detail_file").GetString()!)).RootElement.GetProperty("frames");
        foreach (var width in Enum.GetValues<LaneWidth>().Where(LaneWidths.IsSupported))
        {
            var actual = Tokenize(vector, width, out var tokensPerFrame);
            Assert.Equal(vector.GetProperty("tokens_per_frame").GetInt32(), tokensPerFrame);
            Assert.Equal(expected.Length, actual.Length);
            var at = 0;
            foreach (var frame in frames.EnumerateArray())
            {
                foreach (var token in frame.EnumerateArray())
                {
                    AssertToken(token[3].GetString()!, expected.AsSpan(at, AudioToken.EncodedSize), actual.AsSpan(at, AudioToken.EncodedSize), $"{name} at {at}, {width}");
                    at += AudioToken.EncodedSize;
                }
            }

            Assert.Equal(expected.Length, at);
            if (vector.GetProperty("byte_exact_expected").GetBoolean())
            {
                Assert.Equal(vector.GetProperty("tokens_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(actual)));
            }
        }
    }

    [Fact]
    public void GetWeight_SizesOfTheManifest_HashAsThere()
    {
        foreach (var window in Vectors.Manifest.GetProperty("audio_windows").EnumerateObject())
        {
            var size = int.Parse(window.Name, System.Globalization.CultureInfo.InvariantCulture);
            var weights = Enumerable.Range(0, size).Select(i => HannWindow.GetWeight(i, size)).ToArray();
            Assert.Equal(window.Value.GetString(), Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(weights.AsSpan()))));
        }
    }

    [Fact]
    public void Constructor_FrameSizeNoPowerOfTwo_Throws()
    {
        var others = Vectors.Cases(Group).Where(c => !int.IsPow2(c.GetProperty("frame_size").GetInt32())).ToList();
        Assert.Equal(2, others.Count);
        foreach (var vector in others)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Tokenize(vector, LaneWidth.Scalar, out _));
        }
    }

    private static byte[] Tokenize(JsonElement vector, LaneWidth width, out int tokensPerFrame)
    {
        var tokenizer = new AudioFftTokenizer(
            new AudioTokenizerOptions
            {
                SampleRate = vector.GetProperty("sample_rate").GetInt32(),
                FrameSize = vector.GetProperty("frame_size").GetInt32(),
                TopK = vector.GetProperty("top_k").GetInt32(),
            },
            width);
        var written = new ArrayBufferWriter<byte>();
        var frames = tokenizer.Tokenize(Vectors.Read(vector.GetProperty("pcm_file").GetString()!), written);
        Assert.Equal(vector.GetProperty("frames").GetInt32(), frames);
        Assert.Equal(frames, tokenizer.GetFrameCount(vector.GetProperty("samples").GetInt32()));
        tokensPerFrame = tokenizer.TokensPerFrame;
        return written.WrittenSpan.ToArray();
    }

    private static void AssertToken(string flags, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string where)
    {
        if (flags.Length == 0)
        {
            Assert.True(expected.SequenceEqual(actual), $"{where}: expected {Convert.ToHexString(expected)}, found {Convert.ToHexString(actual)}");
            return;
        }

        Assert.True(AudioToken.TryRead(expected, out var wanted));
        Assert.True(AudioToken.TryRead(actual, out var found));
        if (flags.Contains('z'))
        {
            Assert.Equal((0, 32767), (found.Magnitude, found.Phase));
            return;
        }

        // A tie leaves open which bins there are and in what order, not how strong they are.
        Assert.InRange(found.Magnitude - wanted.Magnitude, flags.Contains('m') ? -1 : 0, flags.Contains('m') ? 1 : 0);
        if (!flags.Contains('t') && !flags.Contains('e'))
        {
            Assert.Equal(wanted.Hz10, found.Hz10);
            AssertPhase(flags, wanted.Phase, found.Phase);
        }
    }

    private static void AssertPhase(string flags, ushort wanted, ushort found)
    {
        if (flags.Contains('w'))
        {
            Assert.True(found is <= 1 or >= 65534);
        }
        else if (!flags.Contains('p'))
        {
            Assert.InRange(found - wanted, flags.Contains('q') ? -1 : 0, flags.Contains('q') ? 1 : 0);
        }
    }
}
