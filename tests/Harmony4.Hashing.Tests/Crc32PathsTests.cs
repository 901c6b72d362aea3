using System.Reflection;
using Harmony4.Hashing.Internal.Folding;
using Harmony4.TestKit;
using SystemCrc32 = System.IO.Hashing.Crc32;

namespace Harmony4.Hashing.Tests;

public sealed class Crc32PathsTests
{
    public static IEnumerable<object[]> Paths() => Supported.Select(p => new object[] { p.ToString() });

    internal static IEnumerable<Crc32Path> Supported => Enum.GetValues<Crc32Path>().Where(Crc32Engine.IsSupported);

    [Theory]
    [MemberData(nameof(Paths))]
    public void Update_EveryLengthAndAlignment_EqualsPlatform(string path)
    {
        var bytes = Vectors.SeededBytes("folding", 1200);
        for (var length = 0; length <= 1100; length++)
        {
            var data = bytes.AsSpan(length % 67, length);
            Assert.Equal(SystemCrc32.HashToUInt32(data), Update(path, 0, data));
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Update_AfterOtherBytes_Continues(string path)
    {
        var bytes = Vectors.SeededBytes("continued", 5000);
        var expected = SystemCrc32.HashToUInt32(bytes);
        for (var cut = 0; cut <= bytes.Length; cut += cut < 600 ? 1 : 97)
        {
            var first = Update(path, 0, bytes.AsSpan(0, cut));
            Assert.Equal(expected, Update(path, first, bytes.AsSpan(cut)));
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Update_AtTheEdgeOfMemory_EqualsPlatform(string path)
    {
        if (!GuardedMemory.IsSupported)
        {
            return;
        }

        foreach (var length in new[] { 0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 300, 511, 512, 513, 4096 })
        {
            var bytes = Vectors.SeededBytes("edge", length);
            foreach (var guardsEnd in new[] { true, false })
            {
                using var memory = GuardedMemory.Of(bytes, guardsEnd);
                Assert.Equal(SystemCrc32.HashToUInt32(bytes), Update(path, 0, memory.GetSpan()));
            }
        }
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(1024)]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    public void FoldConstants_Distance_ArePowersOfX(int bits)
    {
        Assert.Equal(PowerOfX(bits + 32), Constant($"By{bits}Low"));
        Assert.Equal(PowerOfX(bits - 32), Constant($"By{bits}High"));
    }

    [Fact]
    public void Widest_ThisCpu_IsTheLastSupported()
    {
        Assert.Equal(Supported.Last(), Crc32Engine.Widest);
        Assert.True(Crc32Engine.IsSupported(Crc32Path.Platform));
        Assert.False(Crc32Engine.IsSupported((Crc32Path)3));
        Assert.Equal([0, 128, 256], Enum.GetValues<Crc32Path>().Select(Crc32Engine.Stride));
    }

    private static uint Update(string path, uint crc, ReadOnlySpan<byte> bytes) => Crc32Engine.Update(Enum.Parse<Crc32Path>(path), crc, bytes);

    private static ulong Constant(string name) =>
        (ulong)typeof(FoldConstants).GetField(name, BindingFlags.Public | BindingFlags.Static)!.GetRawConstantValue()!;

    // 0x80000000 is the polynomial 1; bytes that follow multiply by x^8 each.
    private static ulong PowerOfX(int exponent) => (ulong)Crc32.Combine(0x80000000, 0, exponent / 8) << 1;
}
