using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Video;

public sealed class VideoTokenVectorTests
{
    public static TheoryData<int> Indices => new(Enumerable.Range(0, Vectors.Cases("video_tokens").Count()));

    [Fact]
    public void Vectors_Cases_AreAllThere() => Assert.Equal(49, Vectors.Cases("video_tokens").Count());

    [Theory]
    [MemberData(nameof(Indices))]
    public void WriteTokens_Version10_GivesTheVector(int index)
    {
        var expected = Vectors.Cases("video_tokens").ElementAt(index);
        var tokens = Write(expected, PtsRounding.Version10);

        Assert.Equal(expected.GetProperty("tokens_size").GetInt32(), tokens.Length);
        Assert.Equal(expected.GetProperty("tokens_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(tokens)));
        if (expected.TryGetProperty("tokens_hex", out var hex) && hex.ValueKind == JsonValueKind.String)
        {
            Assert.Equal(hex.GetString(), Convert.ToHexStringLower(tokens));
        }
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void WriteTokens_Exact_IsTheFloorOfTheTrueTime(int index)
    {
        var expected = Vectors.Cases("video_tokens").ElementAt(index);
        var tokens = Write(expected, PtsRounding.Exact);
        var rate = RateOf(expected);
        var gop = expected.GetProperty("gop").GetInt32();
        var blocks = expected.GetProperty("blocks").GetInt32();

        Assert.Equal(blocks * VideoBlockToken.EncodedSize, tokens.Length);
        for (var i = 0; i < blocks; i++)
        {
            var token = tokens.AsSpan(i * VideoBlockToken.EncodedSize);
            var pts = new BigInteger(i) * 1_000_000 * rate.Denominator / rate.Numerator;
            Assert.Equal(pts, BinaryPrimitives.ReadUInt64BigEndian(token));
            Assert.Equal((uint)i, BinaryPrimitives.ReadUInt32BigEndian(token[8..]));
            Assert.Equal(i % gop == 0 ? 1 : 0, token[12]);
        }
    }

    private static byte[] Write(JsonElement vector, PtsRounding rounding)
    {
        var writer = new ArrayBufferWriter<byte>();
        var tokenizer = new VideoTransportTokenizer(RateOf(vector), vector.GetProperty("gop").GetInt32(), rounding);
        tokenizer.WriteTokens(0, vector.GetProperty("blocks").GetInt32(), writer);
        return writer.WrittenSpan.ToArray();
    }

    private static FrameRate RateOf(JsonElement vector) => FrameRate.Parse(vector.GetProperty("fps").GetRawText(), null);
}
