using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Harmony4.Hashing.Internal.Folding;
using Harmony4.Hashing.Internal.Lanes;
using Harmony4.TestKit;
using SystemCrc32 = System.IO.Hashing.Crc32;

namespace Harmony4.Hashing.Tests;

public sealed class LaneChecksumsTests
{
    public static IEnumerable<object[]> Paths() =>
        from lanes in LanePaths.Supported
        from crc in Crc32PathsTests.Supported
        select new object[] { lanes.ToString(), crc.ToString() };

    [Theory]
    [MemberData(nameof(Paths))]
    public void HashMessages_EveryLengthTo1000_GivesBoth(string lanes, string crc) =>
        AssertBoth(lanes, crc, Enumerable.Range(0, 1001).Select(n => Vectors.SeededBytes("both " + n, n)).ToArray());

    [Theory]
    [MemberData(nameof(Paths))]
    public void HashMessages_EvenBlocks_GivesBoth(string lanes, string crc) =>
        AssertBoth(lanes, crc, Enumerable.Range(0, 17).Select(n => Vectors.SeededBytes("even " + n, 65536)).ToArray());

    [Theory]
    [MemberData(nameof(Paths))]
    public void HashMessages_UnevenBatches_GivesBoth(string lanes, string crc)
    {
        var random = new Random(21);
        var pool = Vectors.SeededBytes("uneven", 1 << 18);
        for (var round = 0; round < 12; round++)
        {
            var messages = new byte[random.Next(1, 60)][];
            for (var i = 0; i < messages.Length; i++)
            {
                messages[i] = pool[..random.Next(0, (1 << random.Next(0, 18)) + 1)];
            }

            AssertBoth(lanes, crc, messages);
        }
    }

    [Fact]
    public void HashData_WithChecksums_GivesBoth()
    {
        var messages = Enumerable.Range(0, 70).Select(n => new ReadOnlyMemory<byte>(Vectors.SeededBytes("public " + n, n * n * 7))).ToArray();
        var digests = new byte[(messages.Length * 32) + 1];
        var crcs = new uint[messages.Length + 1];
        digests[^1] = 7;
        crcs[^1] = 7;
        Sha256Lanes.HashData(messages, digests, crcs);
        Assert.Equal([.. messages.SelectMany(m => SHA256.HashData(m.Span)), 7], digests);
        Assert.Equal([.. messages.Select(m => SystemCrc32.HashToUInt32(m.Span)), 7u], crcs);
        Sha256Lanes.HashData([], [], []);
    }

    [Fact]
    public void HashData_BadArguments_Throws()
    {
        var shared = new byte[400];
        uint First(int start) => MemoryMarshal.Read<uint>(shared.AsSpan(start));
        Span<uint> From(int start) => MemoryMarshal.Cast<byte, uint>(shared.AsSpan(start));
        ReadOnlyMemory<byte>[] messages = [shared.AsMemory(0, 100), shared.AsMemory(100, 100)];
        var digests = new byte[64];
        var crcs = new uint[2];
        Assert.Throws<ArgumentException>("digests", () => Sha256Lanes.HashData(messages, digests.AsSpan(1), crcs));
        Assert.Throws<ArgumentException>("crcs", () => Sha256Lanes.HashData(messages, digests, crcs.AsSpan(1)));
        Assert.Throws<ArgumentException>("digests", () => Sha256Lanes.HashData(messages, shared.AsSpan(199), crcs));
        Assert.Throws<ArgumentException>("crcs", () => Sha256Lanes.HashData(messages, digests, From(196)));
        Assert.Throws<ArgumentException>("crcs", () => Sha256Lanes.HashData(messages, shared.AsSpan(300), From(300)));
        Sha256Lanes.HashData(messages, shared.AsSpan(200, 64), From(264));
        Assert.Equal(SystemCrc32.HashToUInt32(new byte[100]), First(264));
    }

    [Fact]
    public void HashData_WithChecksums_AllocatesNothing()
    {
        var messages = Enumerable.Range(0, 40).Select(n => new ReadOnlyMemory<byte>(new byte[n * 370])).ToArray();
        var digests = new byte[messages.Length * 32];
        var crcs = new uint[messages.Length];
        Assert.Equal(0, Allocations.Count(() => Sha256Lanes.HashData(messages, digests, crcs)));
    }

    private static void AssertBoth(string lanes, string crc, byte[][] messages)
    {
        var memories = messages.Select(m => (ReadOnlyMemory<byte>)m).ToArray();
        var path = LanePaths.Parse(lanes);
        foreach (var costs in new[] { LanePaths.AlwaysLanes, LaneCosts.Of(path, platformIsFast: false) })
        {
            var digests = new byte[messages.Length * 32];
            var crcs = new uint[messages.Length];
            LaneEngine.HashMessages(path, costs, memories, digests, Enum.Parse<Crc32Path>(crc), crcs);
            Assert.Equal(messages.Select(m => SystemCrc32.HashToUInt32(m)), crcs);
            Assert.Equal(messages.SelectMany(SHA256.HashData), digests);
        }
    }
}
