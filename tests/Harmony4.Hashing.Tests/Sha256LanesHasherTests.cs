using System.Security.Cryptography;
using Harmony4.TestKit;

namespace Harmony4.Hashing.Tests;

public sealed class Sha256LanesHasherTests
{
    public static IEnumerable<object[]> Paths() => LanePaths.Names();

    [Theory]
    [MemberData(nameof(Paths))]
    public void Append_RandomPieces_EqualsPlatform(string path)
    {
        var random = new Random(7);
        foreach (var count in new[] { 1, 3, 16, 40 })
        {
            var messages = Enumerable.Range(0, count).Select(n => Vectors.SeededBytes("stream " + n, random.Next(0, 3000))).ToArray();
            var at = new int[count];
            using var hasher = new Sha256LanesHasher(count, LanePaths.Parse(path), LanePaths.AlwaysLanes);
            while (messages.Where((m, n) => at[n] < m.Length).Any())
            {
                var pieces = new List<MessagePiece>();
                for (var i = 0; i < count + 5; i++)
                {
                    // Drawn with repetition, so that a call also brings several pieces of one message.
                    var n = random.Next(count);
                    var length = Math.Min(random.Next(0, 200), messages[n].Length - at[n]);
                    pieces.Add(new MessagePiece(n, messages[n].AsMemory(at[n], length)));
                    at[n] += length;
                }

                hasher.Append(pieces.ToArray());
            }

            AssertDigests(messages, hasher);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Append_EverySplitOfAMessage_EqualsPlatform(string path)
    {
        var message = Vectors.SeededBytes("split", 150);
        var expected = SHA256.HashData(message);
        using var hasher = new Sha256LanesHasher(2, LanePaths.Parse(path), LanePaths.AlwaysLanes);
        var digest = new byte[32];
        for (var cut = 0; cut <= message.Length; cut++)
        {
            hasher.Append(1, message.AsMemory(0, cut));
            hasher.Append(1, message.AsMemory(cut));
            hasher.Finish(1, digest);
            Assert.Equal(expected, digest);
        }

        hasher.Finish(0, digest);
        Assert.Equal(SHA256.HashData([]), digest);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(Sha256LanesHasher.MaxMessageCount + 1)]
    [InlineData(1 << 26)]
    [InlineData(int.MaxValue)]
    public void Constructor_CountOutOfRange_Throws(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sha256LanesHasher(count));

    [Fact]
    public void Constructor_MostMessages_HashesTheLast()
    {
        using var hasher = new Sha256LanesHasher(Sha256LanesHasher.MaxMessageCount);
        hasher.Append(Sha256LanesHasher.MaxMessageCount - 1, new byte[100]);
        var digest = new byte[32];
        hasher.Finish(Sha256LanesHasher.MaxMessageCount - 1, digest);
        Assert.Equal(SHA256.HashData(new byte[100]), digest);
        Assert.Equal(1 << 20, hasher.MessageCount);
    }

    [Fact]
    public void Append_DefaultConstructor_EqualsPlatform()
    {
        foreach (var count in new[] { 1, 64 })
        {
            var messages = Enumerable.Range(0, count).Select(n => Vectors.SeededBytes("default " + n, 1000 + n)).ToArray();
            using var hasher = new Sha256LanesHasher(count);
            for (var round = 0; round < 2; round++)
            {
                hasher.Append(messages.Select((m, n) => new MessagePiece(n, m)).ToArray());
                AssertDigests(messages, hasher);
            }
        }
    }

    [Fact]
    public void Append_ManyMessages_AllocatesNothing()
    {
        using var hasher = new Sha256LanesHasher(64);
        var pieces = Enumerable.Range(0, 64).Select(n => new MessagePiece(n, new byte[500])).ToArray();
        var digests = new byte[64 * 32];
        void Hash()
        {
            hasher.Append(pieces);
            hasher.FinishAll(digests);
        }

        Assert.Equal(0, Allocations.Count(Hash));
    }

    [Fact]
    public void Append_BadUse_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sha256LanesHasher(0));
        var hasher = new Sha256LanesHasher(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => hasher.Append(2, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => hasher.Append(-1, new byte[1]));
        Assert.Throws<ArgumentException>(() => hasher.FinishAll(new byte[63]));
        Assert.Throws<ArgumentOutOfRangeException>(() => hasher.Finish(2, new byte[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => hasher.Finish(-1, new byte[32]));
        Assert.Throws<ArgumentException>(() => hasher.Finish(1, new byte[31]));

        // A message that does not exist: nothing of the call is taken.
        Assert.Throws<ArgumentOutOfRangeException>(() => hasher.Append([new MessagePiece(0, new byte[1]), new MessagePiece(2, new byte[1])]));
        var digests = new byte[64];
        hasher.FinishAll(digests);
        Assert.Equal([.. SHA256.HashData([]), .. SHA256.HashData([])], digests);
        hasher.Dispose();
        hasher.Dispose();
        Assert.Throws<ObjectDisposedException>(() => hasher.Append(0, new byte[1]));
        Assert.Throws<ObjectDisposedException>(() => hasher.Finish(0, new byte[32]));
    }

    private static void AssertDigests(byte[][] messages, Sha256LanesHasher hasher)
    {
        var digests = new byte[messages.Length * 32];
        hasher.FinishAll(digests);
        Assert.Equal(messages.SelectMany(SHA256.HashData), digests);
    }
}
