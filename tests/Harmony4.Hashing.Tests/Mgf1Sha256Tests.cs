using System.Buffers.Binary;
using System.Security.Cryptography;
using Harmony4.Hashing.Internal.Lanes;
using Harmony4.TestKit;

namespace Harmony4.Hashing.Tests;

public sealed class Mgf1Sha256Tests
{
    public static IEnumerable<object[]> Paths() => LanePaths.Names();

    [Theory]
    [MemberData(nameof(Paths))]
    public void Xor_EveryOffsetAndLength_EqualsDefinition(string path)
    {
        var seed = Vectors.SeededBytes("mgf", 32);
        var expected = Stream(seed, 0, 60);
        for (var offset = 0; offset < 1100; offset += offset < 70 ? 1 : 61)
        {
            for (var length = 0; length < 700; length += length < 70 ? 1 : 37)
            {
                var data = new byte[length];
                CounterStream.Xor(LanePaths.Parse(path), seed, offset, data);
                Assert.Equal(expected[offset..(offset + length)], data);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Xor_LastCounters_DoNotWrapEarly(string path)
    {
        var seed = Vectors.SeededBytes("mgf end", 32);
        var data = new byte[20 * 32];
        CounterStream.Xor(LanePaths.Parse(path), seed, Mgf1Sha256.MaxLength - data.Length, data);
        Assert.Equal(Stream(seed, uint.MaxValue - 19, 20), data);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(8160)]
    public void Xor_OtherSeedLengths_EqualDefinition(int length)
    {
        var seed = Vectors.SeededBytes("seed", length);
        var data = new byte[100];
        Mgf1Sha256.Xor(seed, 10, data);
        Assert.Equal(Stream(seed, 0, 4)[10..110], data);
    }

    [Fact]
    public void Xor_Twice_RestoresAndAllocatesNothing()
    {
        var data = Vectors.SeededBytes("data", 10_000);
        var copy = data.ToArray();
        var seed = new byte[32];
        Mgf1Sha256.Xor(seed, 5, copy);
        Assert.NotEqual(data, copy);
        Mgf1Sha256.Xor(seed, 5, copy);
        Assert.Equal(data, copy);
        Assert.Equal(0, Allocations.Count(() => Mgf1Sha256.Xor(seed, 5, copy)));
    }

    [Fact]
    public void Xor_BadArguments_Throws()
    {
        Assert.Throws<ArgumentException>(() => Mgf1Sha256.Xor(new byte[8161], 0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Mgf1Sha256.Xor([], -1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Mgf1Sha256.Xor([], Mgf1Sha256.MaxLength, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Mgf1Sha256.Xor(new byte[32], Mgf1Sha256.MaxLength + 1, []));
        Assert.Equal(137_438_953_472, Mgf1Sha256.MaxLength);
        Mgf1Sha256.Xor(new byte[32], Mgf1Sha256.MaxLength, []);
        var shared = new byte[64];
        Assert.Throws<ArgumentException>(() => Mgf1Sha256.Xor(shared.AsSpan(0, 32), 0, shared.AsSpan(31)));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public void Xor_LastByte_EqualsDefinition(int seedLength)
    {
        var seed = Vectors.SeededBytes("last", seedLength);
        var data = new byte[1];
        Mgf1Sha256.Xor(seed, Mgf1Sha256.MaxLength - 1, data);
        Assert.Equal(Stream(seed, uint.MaxValue, 1)[31..], data);
    }

    private static byte[] Stream(byte[] seed, uint first, int count)
    {
        var message = new byte[seed.Length + 4];
        seed.CopyTo(message, 0);
        return Enumerable.Range(0, count).SelectMany(i =>
        {
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(seed.Length), first + (uint)i);
            return SHA256.HashData(message);
        }).ToArray();
    }
}
