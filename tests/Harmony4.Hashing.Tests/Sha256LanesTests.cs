using System.Security.Cryptography;
using System.Text;
using Harmony4.Hashing.Internal.Lanes;
using Harmony4.TestKit;

namespace Harmony4.Hashing.Tests;

public sealed class Sha256LanesTests
{
    public static IEnumerable<object[]> Paths() => LanePaths.Names();

    [Theory]
    [MemberData(nameof(Paths))]
    public void HashMessages_Fips180Examples_GivePublishedDigests(string path)
    {
        byte[][] messages =
        [
            Encoding.ASCII.GetBytes("abc"),
            Encoding.ASCII.GetBytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            [],
            Encoding.ASCII.GetBytes(
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
            Encoding.ASCII.GetBytes(new string('a', 1_000_000)),
        ];
        string[] expected =
        [
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        ];
        Assert.Equal(string.Concat(expected), Convert.ToHexStringLower(LanePaths.Hash(LanePaths.Parse(path), messages)));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void HashMessages_EveryLengthTo1000_EqualsPlatform(string path)
    {
        var messages = Enumerable.Range(0, 1001).Select(n => Vectors.SeededBytes("length " + n, n)).ToArray();
        AssertEqualsPlatform(path, messages);
        foreach (var message in messages.Where((_, n) => n < 200))
        {
            AssertEqualsPlatform(path, [message, message[..(message.Length / 2)]]);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void HashMessages_RandomUnevenBatches_EqualPlatform(string path)
    {
        var random = new Random(20);
        var pool = new byte[1 << 20];
        random.NextBytes(pool);
        for (var round = 0; round < 12; round++)
        {
            var messages = new byte[random.Next(1, 60)][];
            for (var i = 0; i < messages.Length; i++)
            {
                // Exponents, not lengths, are uniform: most messages are short and some reach 1 MiB.
                messages[i] = pool[..random.Next(0, (1 << random.Next(0, 21)) + 1)];
            }

            AssertEqualsPlatform(path, messages);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void HashRecords_EverySizeAndCount_EqualsPlatform(string path)
    {
        var bytes = Vectors.SeededBytes("records", 40 * 260);
        foreach (var prefix in new[] { RecordHasher.NoPrefix, 0, 1 })
        {
            for (var size = 1; size <= 260; size += size < 140 ? 1 : 7)
            {
                foreach (var count in new[] { 0, 1, 4, 15, 16, 17, 40 })
                {
                    var records = bytes.AsSpan(0, count * size);
                    var digests = new byte[count * 32];
                    RecordHasher.Hash(LanePaths.Parse(path), LanePaths.AlwaysLanes, prefix, records, size, digests);
                    for (var i = 0; i < count; i++)
                    {
                        byte[] message = prefix < 0 ? [.. records.Slice(i * size, size)] : [(byte)prefix, .. records.Slice(i * size, size)];
                        Assert.Equal(SHA256.HashData(message), digests[(i * 32)..((i + 1) * 32)]);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void HashRecords_LongPrefixedRecords_EqualPlatform(string path)
    {
        var records = Vectors.SeededBytes("long records", 3 * 2000);
        var digests = new byte[3 * 32];
        foreach (var costs in new[] { LanePaths.AlwaysLanes, LaneCosts.Of(LanePath.Platform, true) })
        {
            RecordHasher.Hash(LanePaths.Parse(path), costs, 1, records, 2000, digests);
            Assert.Equal(SHA256.HashData([1, .. records.AsSpan(4000)]), digests[64..]);
        }
    }

    [Fact]
    public void HashData_ManyMessages_AllocatesNothing()
    {
        var messages = Enumerable.Range(0, 200).Select(n => new ReadOnlyMemory<byte>(new byte[n * 37])).ToArray();
        var digests = new byte[messages.Length * 32];
        var parents = new byte[digests.Length / 2];
        void Hash()
        {
            Sha256Lanes.HashData(messages, digests);
            Sha256Lanes.HashRecords(digests, 64, parents);
        }

        Assert.Equal(0, Allocations.Count(Hash));
    }

    [Fact]
    public void HashData_BadArguments_Throws()
    {
        var messages = new ReadOnlyMemory<byte>[] { new byte[10], new byte[10] };
        Assert.Throws<ArgumentException>(() => Sha256Lanes.HashData(messages, new byte[63]));
        var shared = new byte[200];
        Assert.Throws<ArgumentException>(() => Sha256Lanes.HashData([shared.AsMemory(0, 100), shared.AsMemory(100)], shared.AsSpan(60, 64)));
        Assert.Throws<ArgumentException>(() => Sha256Lanes.HashRecords(new byte[65], 64, new byte[64]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Lanes.HashRecords(new byte[64], 0, new byte[64]));
        Assert.Throws<ArgumentException>(() => Sha256Lanes.HashRecords(shared.AsSpan(0, 128), 64, shared.AsSpan(100)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Lanes.HashRecords([], -1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Lanes.HashRecords([], (1 << 30) + 1, []));
        Assert.Throws<ArgumentException>(() => Sha256Lanes.HashRecords(new byte[128], 64, new byte[63]));
        Sha256Lanes.HashRecords([], 1 << 30, []);
        Assert.Empty(Sha256Lanes.HashData([]));
        Assert.Equal(32, Sha256Lanes.HashSizeInBytes);
        Assert.Equal(LaneEngine.Lanes(LaneEngine.Widest), Sha256Lanes.LaneCount);
    }

    private static void AssertEqualsPlatform(string path, byte[][] messages)
    {
        var expected = messages.SelectMany(SHA256.HashData).ToArray();
        Assert.Equal(expected, LanePaths.Hash(LanePaths.Parse(path), messages));
        Assert.Equal(expected, LanePaths.Hash(LanePaths.Parse(path), messages, LaneEngine.Costs(LanePaths.Parse(path))));
        Assert.Equal(expected, LanePaths.Hash(LanePaths.Parse(path), messages, LaneCosts.Of(LanePaths.Parse(path), platformIsFast: false)));
    }
}
