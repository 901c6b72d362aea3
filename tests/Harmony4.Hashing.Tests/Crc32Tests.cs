using FsCheck.Xunit;
using Harmony4.TestKit;

namespace Harmony4.Hashing.Tests;

public sealed class Crc32Tests
{
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("a", 0xE8B7BE43u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void Compute_KnownText_GivesPublishedValue(string text, uint expected)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(text);
        Assert.Equal(expected, Crc32.Compute(bytes));
        var crc = default(Crc32);
        foreach (var value in bytes)
        {
            crc.Append([value]);
        }

        Assert.Equal(expected, crc.Value);
        Assert.Equal(expected.ToString("x8", null), crc.ToString());
    }

    [Fact]
    public void Append_EverySegmentation_GivesTheOneShotValue()
    {
        foreach (var length in new[] { 0, 1, 31, 32, 33, 64, 191, 1000, 5000 })
        {
            var bytes = Vectors.SeededBytes("crc", length);
            var expected = System.IO.Hashing.Crc32.HashToUInt32(bytes);
            Assert.All(Segmentations.Of(bytes), sequence => Assert.Equal(expected, Crc32.Compute(sequence)));
        }
    }

    [Property(Replay = "1,3")]
    public bool Combine_TwoRuns_EqualsTheirConcatenation(byte[] first, byte[] second) =>
        Crc32.Combine(Crc32.Compute(first), Crc32.Compute(second), second.Length) == Crc32.Compute([.. first, .. second]);

    [Fact]
    public void Combine_LengthsPastTheOrderOfX_AgreesWithRepeatedHalving()
    {
        const long half = (1L << 61) + 12345;
        var once = Crc32.Combine(0x12345678, 0, half);
        Assert.Equal(Crc32.Combine(once, 0, half), Crc32.Combine(0x12345678, 0, 2 * half));
    }

    [Fact]
    public void Combine_EveryPowerOfTwo_AgreesWithTwoHalves()
    {
        for (var k = 0; k < 62; k++)
        {
            foreach (var crc in new uint[] { 1, 0x80000000, 0x12345678 })
            {
                var half = Crc32.Combine(crc, 0, 1L << k);
                Assert.Equal(Crc32.Combine(half, 0, 1L << k), Crc32.Combine(crc, 0, 1L << (k + 1)));
            }
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(0x80000000u)]
    [InlineData(uint.MaxValue)]
    public void Combine_AnyFirst_EqualsAppending(uint first)
    {
        foreach (var length in new[] { 0, 1, 2, 3, 7, 16, 100, 1000 })
        {
            var bytes = Vectors.SeededBytes("second", length);
            var appended = new Crc32(first);
            appended.Append(bytes);
            Assert.Equal(appended.Value, Crc32.Combine(first, Crc32.Compute(bytes), length));
        }
    }

    [Fact]
    public void Append_AnyLength_AllocatesNothing()
    {
        var bytes = new byte[10_000];
        var crc = default(Crc32);
        void Append()
        {
            crc.Append(bytes);
            crc.Append(bytes.AsSpan(0, 10));
        }

        Assert.Equal(0, Allocations.Count(Append));
    }

    [Fact]
    public void Constructor_SavedValue_Continues()
    {
        var crc = new Crc32(Crc32.Compute("1234"u8));
        crc.Append("56789"u8);
        Assert.Equal(new Crc32(0xCBF43926), crc);
        Assert.True(crc != default);
    }

    [Fact]
    public void Equality_SameValue_IsEqual()
    {
        var one = new Crc32(1);
        Assert.Equal(4, Crc32.SizeInBytes);
        Assert.True(one == new Crc32(1));
        Assert.False(one != new Crc32(1));
        Assert.False(one == default);
        Assert.True(one.Equals((object)new Crc32(1)));
        Assert.False(one.Equals((object)1u));
        Assert.False(one.Equals(null));
        Assert.Equal(new Crc32(1).GetHashCode(), one.GetHashCode());
        Assert.NotEqual(default(Crc32).GetHashCode(), one.GetHashCode());
        Assert.Throws<ArgumentOutOfRangeException>(() => Crc32.Combine(1, 2, -1));
        Assert.Equal(1u ^ 2, Crc32.Combine(1, 2, 0));
    }
}
