using System.Security.Cryptography;
using Harmony4.Format.Internal;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Internal;

public sealed class OverlappedSha256Tests
{
    private static readonly byte[] Bytes = Vectors.SeededBytes("overlap", 1_500_000);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131_071)]
    [InlineData(131_072)]
    [InlineData(131_073)]
    [InlineData(524_288)]
    [InlineData(655_360)]
    [InlineData(1_500_000)]
    public void GetCurrentHash_AnyLengthAndPieces_IsThePlatformsDigest(int length)
    {
        foreach (var step in (int[])[1_500_000, 131_072, 99_991, 4096])
        {
            using var hash = new OverlappedSha256();
            for (var at = 0; at < length; at += step)
            {
                hash.Append(Bytes.AsSpan(at, Math.Min(step, length - at)));
            }

            var digest = new byte[32];
            hash.GetCurrentHash(digest);
            Assert.Equal(SHA256.HashData(Bytes.AsSpan(0, length)), digest);
        }
    }

    [Fact]
    public void GetCurrentHash_InTheMiddle_DoesNotEndTheHash()
    {
        using var hash = new OverlappedSha256();
        Span<byte> digest = stackalloc byte[32];
        for (int at = 0, step = 1; at < Bytes.Length; at += step, step = Math.Min(step * 3, Bytes.Length - at))
        {
            hash.Append(Bytes.AsSpan(at, step));
            hash.GetCurrentHash(digest);
            Assert.Equal(SHA256.HashData(Bytes.AsSpan(0, at + step)), digest.ToArray());
        }
    }

    [Fact]
    public async Task Append_EveryPoolThreadTaken_StillEnds()
    {
        using var release = new ManualResetEventSlim();
        ThreadPool.GetMaxThreads(out var workers, out _);
        var blockers = Enumerable.Range(0, Math.Min(workers, 64)).Select(_ => Task.Run(release.Wait)).ToArray();
        try
        {
            var digests = new byte[4][];
            var threads = Enumerable.Range(0, digests.Length).Select(i => new Thread(() =>
            {
                using var hash = new OverlappedSha256();
                hash.Append(Bytes);
                digests[i] = new byte[32];
                hash.GetCurrentHash(digests[i]);
            })).ToArray();
            Array.ForEach(threads, t => t.Start());
            Array.ForEach(threads, t => t.Join());
            Assert.All(digests, d => Assert.Equal(SHA256.HashData(Bytes), d));
        }
        finally
        {
            release.Set();
            await Task.WhenAll(blockers);
        }
    }

    [Fact]
    public void Dispose_WithBuffersWaiting_WaitsForThem()
    {
        for (var i = 0; i < 50; i++)
        {
            var hash = new OverlappedSha256();
            hash.Append(Bytes);
            hash.Dispose();
            hash.Dispose();
        }
    }
}
