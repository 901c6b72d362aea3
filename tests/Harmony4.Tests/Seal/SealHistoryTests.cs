using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Tokenization;
using Harmony4.Transport.Crypto;
using Xunit.Abstractions;

namespace Harmony4.Tests.Seal;

/// <summary>
/// Whatever befalls a sealed container (it is appended to, killed at that, undone or recovered, resumed, or goes on from an older copy), it opens to what was
/// written, and no key meets a nonce twice. HARMONY4_LONG_TESTS=1 runs 100,000 histories instead of 200.
/// </summary>
public sealed class SealHistoryTests(ITestOutputHelper log)
{
    private const int BlockSize = 16;
    private const int TrackCount = 2;
    private static readonly int Histories = Environment.GetEnvironmentVariable("HARMONY4_LONG_TESTS") == "1" ? 100_000 : 200;
    private static readonly byte[] ContentKey = Vectors.SeededBytes("histories", 32);

    // Pairs of key and nonce, by digest: over all histories, which have one content key.
    private readonly ConcurrentDictionary<UInt128, int> _pairs = new();

    [Fact]
    public async Task Append_AnyHistory_OpensAndNoKeyMeetsANonceTwice()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, Histories), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, _) =>
        {
            try
            {
                await RunAsync(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"history {seed}", exception);
            }
        });
        log.WriteLine($"{Histories} histories, {_pairs.Count} pairs of key and nonce");
        Assert.True(_pairs.Count > 10 * Histories, $"{_pairs.Count} pairs");
    }

    private async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        using var key = SealKey.Read(ContentKey);
        var versions = new List<Version>();
        for (var steps = random.Next(2, 7); steps > 0; steps--)
        {
            // Mostly the newest goes on, at times an older copy of it, and a fresh recording where nothing sealed is left.
            var old = versions.Count == 0 ? null : random.Next(4) > 0 ? versions[^1] : versions[random.Next(versions.Count)];
            var written = await WriteAsync(old, key, random);
            await CheckAsync(written, key);
            await AddPairsAsync(written, old, seed);
            if (random.Next(2) == 0)
            {
                versions.Add(written);
                continue;
            }

            // Killed: undone by the next change (what there was goes on), or recovered where it was cut.
            if (random.Next(3) > 0 && await RecoverAsync(written, random) is { } recovered)
            {
                await CheckAsync(recovered, key);
                versions.Add(recovered);
            }
        }
    }

    private static async Task<Version> WriteAsync(Version? old, SealKey key, Random random)
    {
        byte[][] media = [.. Enumerable.Range(0, TrackCount).Select(_ => new byte[random.Next(6 * BlockSize)])];
        Array.ForEach(media, random.NextBytes);
        var options = new ExportOptions
        {
            Segment = "fixed",
            SegmenterOptions = new SegmenterOptions { BlockSize = BlockSize, FrameRate = new FrameRate(25), Gop = random.Next(1, 4) },
            PageLog2 = old is null ? random.Next(1, 4) : null,
            Seal = new SealOptions
            {
                Key = key,
                Suite = random.Next(4) == 0 && ChaCha20Poly1305.IsSupported ? SealSuite.ChaCha20Poly1305 : SealSuite.Aes256Gcm,
                AcceptUnauthenticated = old is { IsAuthenticated: false },
            },
        };
        var bytes = old is null ? await TestContainers.ExportAsync(media, options) : await TestContainers.AppendAsync(old.Bytes, media, options);
        return new Version(bytes, [.. media.Select((m, i) => (byte[][])[.. old?.Blocks[i] ?? [], .. m.Chunk(BlockSize)])], IsAuthenticated: true);
    }

    /// <summary>Cuts a container anywhere and recovers it; null where nothing sealed is left.</summary>
    private static async Task<Version?> RecoverAsync(Version written, Random random)
    {
        var chunks = TestContainers.Chunks(written.Bytes);
        var firstSeal = chunks.First(c => c.Tag == "SEAL").End;
        var cut = random.Next(8, written.Bytes.Length);
        using var output = new MemoryStream();
        try
        {
            await TestContainers.Transport.RecoverAsync(H4mkSource.FromMemory(written.Bytes.AsMemory(0, cut)), output);
        }
        catch (H4mkFormatException) when (cut < firstSeal)
        {
            return null;
        }

        var bytes = output.ToArray();
        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal(cut >= firstSeal, ContainerKeys.IsSealed(container));
        Assert.Equal(chunks.Count(c => c.Tag == "CORE" && c.End <= cut), container.BlockCount);
        return cut < firstSeal ? null : new Version(bytes, [.. container.Tracks.Select((t, i) => written.Blocks[i][..(int)t.BlockCount])], IsAuthenticated: false);
    }

    private static async Task CheckAsync(Version version, SealKey key)
    {
        var result = await TestContainers.VerifyAsync(version.Bytes, new VerifyOptions { SealKey = key });
        Assert.Equal((IntegrityState.Intact, version.IsAuthenticated ? VerificationState.Valid : VerificationState.Invalid), (result.Integrity, result.State));
        await using var container = await H4mkContainer.OpenAsync(version.Bytes);
        using var keys = await ContainerKeys.TryOpenAsync(container, key);
        Assert.NotNull(keys);
        var plain = new byte[BlockSize];
        for (var track = 0; track < TrackCount; track++)
        {
            Assert.Equal(version.Blocks[track].Length, container.Tracks[track].BlockCount);
            for (var ordinal = 0; ordinal < version.Blocks[track].Length; ordinal++)
            {
                var length = keys.Open(track, await container.GetBlockAsync(track, ordinal), await TestContainers.ReadBlockAsync(container, track, ordinal), plain);
                Assert.Equal(version.Blocks[track][ordinal], plain[..length]);
            }
        }
    }

    /// <summary>Adds the pairs that were used for the blocks that are new, as the format derives them from SEAL and frame.</summary>
    private async Task AddPairsAsync(Version written, Version? old, int seed)
    {
        await using var container = await H4mkContainer.OpenAsync(written.Bytes);
        var seals = await TestContainers.ReadSealsAsync(container);
        for (var track = 0; track < TrackCount; track++)
        {
            for (var ordinal = old?.Blocks[track].Length ?? 0; ordinal < written.Blocks[track].Length; ordinal++)
            {
                Assert.True(SealedFrame.TryRead(await TestContainers.ReadBlockAsync(container, track, ordinal), out var frame));
                Assert.Equal(((uint)seals.Length - 1, (ushort)track, (ulong)ordinal), (frame.SealNumber, frame.Track, frame.Ordinal));
                Assert.True(_pairs.TryAdd(PairOf(seals[(int)frame.SealNumber], track, frame.Ordinal), seed), $"block {ordinal} of track {track}: its key has met its nonce before");
            }
        }
    }

    private static UInt128 PairOf(ReadOnlySpan<byte> seal, int track, ulong ordinal)
    {
        Span<byte> extracted = stackalloc byte[32];
        HKDF.Extract(HashAlgorithmName.SHA256, ContentKey, seal[20..52], extracted);
        Span<byte> place = stackalloc byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(place, (ushort)track);
        BinaryPrimitives.WriteUInt64BigEndian(place[2..], ordinal >> seal[2]);
        Span<byte> pair = stackalloc byte[44];
        HKDF.Expand(HashAlgorithmName.SHA256, extracted, pair, [.. "H4MK 1.1 blocks"u8, .. seal[..20], .. place]);
        BinaryPrimitives.WriteUInt64BigEndian(pair[36..], BinaryPrimitives.ReadUInt64BigEndian(pair[36..]) ^ ordinal);
        return BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(pair));
    }

    /// <summary>A sound container of the history, and the plaintext of its blocks by track.</summary>
    private sealed record Version(byte[] Bytes, byte[][][] Blocks, bool IsAuthenticated);
}
