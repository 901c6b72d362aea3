using System.Security.Cryptography;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Tokenization;
using Harmony4.Transport.Crypto;

namespace Harmony4.Tests.Seal;

/// <summary>Export and append seal what they write, and no key meets an ordinal twice.</summary>
public sealed class SealingTests
{
    private static readonly byte[] Media = Vectors.SeededBytes("media", 2_345);

    public static TheoryData<SealSuite> Suites => ChaCha20Poly1305.IsSupported ? [SealSuite.Aes256Gcm, SealSuite.ChaCha20Poly1305] : [SealSuite.Aes256Gcm];

    [Theory, MemberData(nameof(Suites))]
    public async Task Export_Sealed_IsExtractedWithItsKeyOnly(SealSuite suite)
    {
        using var key = TestContainers.Key("key");
        var bytes = await ExportAsync(new SealOptions { Key = key, Suite = suite });
        Assert.Equal(Media, await TestContainers.ExtractAsync(bytes, key));

        var stored = await TestContainers.ExtractAsync(bytes);
        Assert.Equal(Media.Length + (24 * SealedFrame.Overhead), stored.Length);
        Assert.Equal(-1, bytes.AsSpan().IndexOf(Media.AsSpan(0, 16)));
        Assert.Equal(-1, bytes.AsSpan().IndexOf(Vectors.SeededBytes("key", 32)));
        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal(BlockFlags.Key | BlockFlags.Sealed, (await container.GetBlockAsync(0, 3)).Flags);
    }

    [Fact]
    public async Task Export_SeveralTracks_AreSealedEach()
    {
        using var key = TestContainers.Key("key");
        byte[][] media = [Vectors.SeededBytes("a", 1_000), [], Vectors.SeededBytes("b", 333)];
        var bytes = await TestContainers.ExportAsync(media, TestContainers.Options with { Seal = new SealOptions { Key = key } });
        for (var i = 0; i < media.Length; i++)
        {
            Assert.Equal(media[i], await TestContainers.ExtractAsync(bytes, key, track: i));
        }
    }

    [Fact]
    public async Task Export_NoMedia_IsSealedAndOpens()
    {
        using var key = TestContainers.Key("key");
        var bytes = await TestContainers.ExportAsync(Array.Empty<byte>(), TestContainers.Options with { Seal = new SealOptions { Key = key } });
        Assert.Empty(await TestContainers.ExtractAsync(bytes, key));
        Assert.Equal(VerificationState.Valid, (await TestContainers.VerifyAsync(bytes, new VerifyOptions { SealKey = key })).State);
    }

    [Theory]
    [InlineData("media/clip.mp4")]
    [InlineData("media/clip.webm")]
    [InlineData("media/clip.ivf")]
    [InlineData("media/speech.wav")]
    public async Task Export_RealMediaSealed_GivesTheSamePartsAsUnsealed(string path)
    {
        using var key = TestContainers.Key("key");
        var media = Vectors.Read(path);
        var bytes = await TestContainers.ExportAsync(media, new ExportOptions { Seal = new SealOptions { Key = key } });
        Assert.Equal(media, await TestContainers.ExtractAsync(bytes, key));
        await using var container = await H4mkContainer.OpenAsync(bytes);
        await using var plain = await H4mkContainer.OpenAsync(await TestContainers.ExportAsync(media, new ExportOptions()));
        using var keys = await ContainerKeys.TryOpenAsync(container, key);
        foreach (var options in new ExtractOptions[] { new() { From = 1_500_000 }, new() { To = 1_000_000 }, new() { From = 2_000_000, IncludeInit = false }, new() { Block = container.BlockCount - 1 } })
        {
            var (part, expected) = (new MemoryStream(), new MemoryStream());
            await TestContainers.Transport.ExtractAsync(container, part, options with { Keys = keys });
            await TestContainers.Transport.ExtractAsync(plain, expected, options);
            Assert.Equal(expected.ToArray(), part.ToArray());
        }
    }

    [Fact]
    public async Task Export_SealedBlockAbove64MiB_IsSplitSoThatItFitsAsStored()
    {
        const int limit = 64 * 1024 * 1024;
        using var key = TestContainers.Key("key");
        var media = new byte[limit];
        media[^1] = 1;
        var options = TestContainers.Options with { Seal = new SealOptions { Key = key }, SegmenterOptions = new SegmenterOptions { BlockSize = limit, FrameRate = new FrameRate(1) } };
        var bytes = await TestContainers.ExportAsync(media, options);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal(2, container.BlockCount);
        var (first, second) = (await container.GetBlockAsync(0, 0), await container.GetBlockAsync(0, 1));
        Assert.Equal((limit, 1_000_000U, BlockFlags.Key | BlockFlags.Sealed), ((int)first.Length, first.Duration, first.Flags));
        Assert.Equal((2 * SealedFrame.Overhead, 0U, BlockFlags.Sealed), ((int)second.Length, second.Duration, second.Flags));
        Assert.Equal(VerificationState.Valid, (await TestContainers.VerifyAsync(bytes, new VerifyOptions { SealKey = key })).State);
        var extracted = await TestContainers.ExtractAsync(bytes, key);
        Assert.True(media.AsSpan().SequenceEqual(extracted));
    }

    [Theory]
    [InlineData(SealSaltMode.Random)]
    [InlineData(SealSaltMode.Reproducible)]
    public async Task Export_DurationThatTheIndexCannotHold_IsSealedAsNotKnown(SealSaltMode mode)
    {
        using var key = TestContainers.Key("key");
        var options = TestContainers.Options with { Seal = new SealOptions { Key = key, SaltMode = mode }, SegmenterOptions = new SegmenterOptions { BlockSize = 10, FrameRate = new FrameRate(1, 5_000) } };
        var bytes = await TestContainers.ExportAsync(new byte[35], options);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var last = await container.GetBlockAsync(0, 3);
        Assert.Equal((15_000_000_000UL, 0U), (last.Pts, last.Duration));
        Assert.Equal(new byte[35], await TestContainers.ExtractAsync(bytes, key));
    }

    [Fact]
    public async Task Extract_Sealed_ReportsProgressUpToTheWhole()
    {
        using var key = TestContainers.Key("key");
        await using var container = await H4mkContainer.OpenAsync(await ExportAsync(new SealOptions { Key = key }));
        using var keys = await ContainerKeys.TryOpenAsync(container, key);
        var reports = new Reports();
        var result = await TestContainers.Transport.ExtractAsync(container, Stream.Null, new ExtractOptions { Keys = keys }, reports);
        Assert.Equal(Media.Length, result.ByteCount);
        Assert.Equal(24, reports.Count);
        Assert.All(reports, r => Assert.Equal(Media.Length + (24 * SealedFrame.Overhead), r.BytesTotal));
        Assert.Equal(reports[^1].BytesTotal, reports[^1].BytesDone);
    }

    [Fact]
    public async Task Export_RandomSalt_DiffersEachTime()
    {
        using var key = TestContainers.Key("key");
        var (one, other) = (await ExportAsync(new SealOptions { Key = key }), await ExportAsync(new SealOptions { Key = key }));
        Assert.Equal(one.Length, other.Length);
        Assert.NotEqual(one, other);
        Assert.NotEqual(await TestContainers.ExtractAsync(one), await TestContainers.ExtractAsync(other));
    }

    [Fact]
    public async Task Export_ReproducibleSalt_FollowsFromContentAndKey()
    {
        using var key = TestContainers.Key("key");
        using var otherKey = TestContainers.Key("other");
        var reproducible = new SealOptions { Key = key, SaltMode = SealSaltMode.Reproducible };
        var bytes = await ExportAsync(reproducible);
        Assert.Equal(bytes, await ExportAsync(reproducible));
        Assert.Equal(Media, await TestContainers.ExtractAsync(bytes, key));

        // Whatever says something of the content gives another salt, or one key would seal two messages alike.
        var salts = new HashSet<string>
        {
            await SaltAsync(bytes),
            await SaltAsync(await ExportAsync(reproducible with { Key = otherKey })),
            await SaltAsync(await TestContainers.ExportAsync(Media[1..], TestContainers.Options with { Seal = reproducible })),
            await SaltAsync(await TestContainers.ExportAsync(Media, TestContainers.Options with { Seal = reproducible, Meta = "{}"u8.ToArray() })),
            await SaltAsync(await TestContainers.ExportAsync(Media, TestContainers.Options with { Seal = reproducible, SegmenterOptions = TestContainers.Options.SegmenterOptions with { Gop = 2 } })),
            await SaltAsync(await TestContainers.ExportAsync([Media, Media], TestContainers.Options with { Seal = reproducible })),
        };
        Assert.Equal(6, salts.Count);
    }

    [Fact]
    public async Task Export_ReproducibleSalt_ReadsTheMediaFromWhereItStands()
    {
        using var key = TestContainers.Key("key");
        var options = TestContainers.Options with { Seal = new SealOptions { Key = key, SaltMode = SealSaltMode.Reproducible } };
        var output = new MemoryStream();
        await TestContainers.Transport.ExportAsync(new MemoryStream(Media) { Position = 345 }, output, options);
        Assert.Equal(await TestContainers.ExportAsync(Media[345..], options), output.ToArray());
    }

    [Fact]
    public async Task Export_ReproducibleSaltFromAPipe_IsRefused()
    {
        using var key = TestContainers.Key("key");
        using var longKey = TestContainers.Key("key", 40);
        var options = TestContainers.Options with { Seal = new SealOptions { Key = key, SaltMode = SealSaltMode.Reproducible } };
        var output = new MemoryStream();
        Assert.Contains("pipe", (await Assert.ThrowsAsync<ArgumentException>(() => TestContainers.Transport.ExportAsync(new PipeStream(Media), output, options))).Message, StringComparison.Ordinal);

        // Under a key of another length the content key is random.
        var wrapped = options with { Seal = options.Seal with { Key = longKey } };
        Assert.Contains("32 bytes", (await Assert.ThrowsAsync<ArgumentException>(() => TestContainers.Transport.ExportAsync(new MemoryStream(Media), output, wrapped))).Message, StringComparison.Ordinal);
        Assert.Equal(0, output.Length);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(200)]
    public async Task Export_WithRecipients_OpensForEachOfThem(int length)
    {
        using var key = TestContainers.Key("key", length);
        using var first = TestContainers.Key("first", 16);
        using var second = TestContainers.Key("second", 32);
        using var stranger = TestContainers.Key("stranger", 32);
        var bytes = await ExportAsync(new SealOptions { Key = key, Recipients = [first, second] });
        foreach (var its in new[] { key, first, second })
        {
            Assert.Equal(Media, await TestContainers.ExtractAsync(bytes, its));
            Assert.Equal(VerificationState.Valid, (await TestContainers.VerifyAsync(bytes, new VerifyOptions { SealKey = its })).State);
        }

        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.Null(await ContainerKeys.TryOpenAsync(container, stranger));
    }

    [Fact]
    public async Task Export_Version10_SealsAndSignsNothing()
    {
        using var key = TestContainers.Key("key");
        var options = TestContainers.Options with { Version = H4mkVersion.V10, PageLog2 = null };
        await Assert.ThrowsAsync<ArgumentException>(() => TestContainers.ExportAsync(Media, options with { Seal = new SealOptions { Key = key } }));
    }

    [Fact]
    public async Task Append_Twice_OpensAndNoKeyMeetsAnOrdinalTwice()
    {
        using var key = TestContainers.Key("key");
        var options = TestContainers.Options with { Seal = new SealOptions { Key = key } };
        byte[][][] parts = [[Vectors.SeededBytes("a0", 500), Vectors.SeededBytes("a1", 150)], [Vectors.SeededBytes("b0", 700), []], [Vectors.SeededBytes("c0", 90), Vectors.SeededBytes("c1", 400)]];
        var once = await TestContainers.ExportAsync(parts[0], options);
        var twice = await TestContainers.AppendAsync(once, parts[1], options);
        var thrice = await TestContainers.AppendAsync(twice, parts[2], options);

        // Another future of the same container: the same ordinals again.
        var otherwise = await TestContainers.AppendAsync(once, parts[2], options);
        for (var track = 0; track < 2; track++)
        {
            byte[] all = [.. parts[0][track], .. parts[1][track], .. parts[2][track]];
            Assert.Equal(all, await TestContainers.ExtractAsync(thrice, key, track));
            byte[] others = [.. parts[0][track], .. parts[2][track]];
            Assert.Equal(others, await TestContainers.ExtractAsync(otherwise, key, track));
        }

        var seen = new Dictionary<(string, int, ulong), string>();
        foreach (var (bytes, seals) in new[] { (thrice, 3), (otherwise, 2) })
        {
            await using var container = await H4mkContainer.OpenAsync(bytes);
            var parameters = await SealsAsync(container);
            Assert.Equal(seals, parameters.Count);
            Assert.Single(parameters.Select(p => Convert.ToHexString(p.ContainerId)).Distinct());
            foreach (var track in container.Tracks)
            {
                for (long ordinal = 0; ordinal < track.BlockCount; ordinal++)
                {
                    var stored = await TestContainers.ReadBlockAsync(container, track.Id, ordinal);
                    Assert.True(SealedFrame.TryRead(stored, out var frame));
                    Assert.Equal(((ushort)track.Id, (ulong)ordinal), (frame.Track, frame.Ordinal));
                    var place = (SaltOf(parameters[(int)frame.SealNumber]), track.Id, (ulong)ordinal);
                    var text = Convert.ToHexString(stored);
                    Assert.True(!seen.TryGetValue(place, out var before) || before == text, $"{place} sealed two messages");
                    seen[place] = text;
                }
            }
        }

        Assert.Equal(VerificationState.Valid, (await TestContainers.VerifyAsync(thrice, new VerifyOptions { SealKey = key })).State);
    }

    [Fact]
    public async Task Append_AsARecipient_GoesOnForEverybody()
    {
        using var key = TestContainers.Key("key");
        using var recipient = TestContainers.Key("recipient", 20);
        var bytes = await ExportAsync(new SealOptions { Key = key, Recipients = [recipient] });
        var longer = await TestContainers.AppendAsync(bytes, [1, 2, 3], TestContainers.Options with { Seal = new SealOptions { Key = recipient } });
        byte[] expected = [.. Media, 1, 2, 3];
        Assert.Equal(expected, await TestContainers.ExtractAsync(longer, key));
        Assert.Equal(expected, await TestContainers.ExtractAsync(longer, recipient));
    }

    [Fact]
    public async Task Append_WithoutTheRightKey_IsRefused()
    {
        using var key = TestContainers.Key("key");
        using var wrong = TestContainers.Key("wrong");
        var bytes = await ExportAsync(new SealOptions { Key = key });
        await Assert.ThrowsAsync<SealKeyException>(() => TestContainers.AppendAsync(bytes, [1], TestContainers.Options with { Seal = new SealOptions { Key = wrong } }));
        Assert.Contains("sealed", (await Assert.ThrowsAsync<ArgumentException>(() => TestContainers.AppendAsync(bytes, [1]))).Message, StringComparison.Ordinal);
        var open = await TestContainers.ExportAsync(Media);
        Assert.Contains("not sealed", (await Assert.ThrowsAsync<ArgumentException>(() => TestContainers.AppendAsync(open, [1], TestContainers.Options with { Seal = new SealOptions { Key = key } }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recover_LostBlockOfASealedContainer_ReadsAsNothing()
    {
        using var key = TestContainers.Key("key");
        var bytes = await ExportAsync(new SealOptions { Key = key });
        await using (var container = await H4mkContainer.OpenAsync(bytes))
        {
            bytes[(await container.GetBlockAsync(0, 5)).FileOffset + 20] ^= 1;
        }

        byte[] expected = [.. Media[..500], .. Media[600..]];
        Assert.Equal(expected, await TestContainers.ExtractAsync(await RecoverAsync(bytes), key));
    }

    [Fact]
    public async Task Recover_DamagedSeal_CostsItsBlocksAndNoOthers()
    {
        using var key = TestContainers.Key("key");
        var options = TestContainers.Options with { Seal = new SealOptions { Key = key } };
        var bytes = await TestContainers.AppendAsync(await TestContainers.ExportAsync(Media[..500], options), Media[500..1_000], options);
        bytes[TestContainers.Chunks(bytes).First(c => c.Tag == "SEAL").Offset + 40] ^= 1;
        await using var container = await H4mkContainer.OpenAsync(await RecoverAsync(bytes));
        using var keys = await ContainerKeys.TryOpenAsync(container, key);
        Assert.Equal((2, 0), (keys!.SealCount, (await TestContainers.ReadSealsAsync(container))[0].Length));
        for (long i = 0; i < 10; i++)
        {
            var location = await container.GetBlockAsync(0, i);
            var stored = await TestContainers.ReadBlockAsync(container, 0, i);
            var plain = new byte[TestContainers.BlockSize];
            if (i < 5)
            {
                Assert.Throws<H4mkFormatException>(() => keys.Open(0, location, stored, plain));
            }
            else
            {
                Assert.Equal(TestContainers.BlockSize, keys.Open(0, location, stored, plain));
                Assert.Equal(Media[(int)(100 * i)..(int)(100 * (i + 1))], plain);
            }
        }
    }

    private static Task<byte[]> ExportAsync(SealOptions seal) => TestContainers.ExportAsync(Media, TestContainers.Options with { Seal = seal });

    private static async Task<byte[]> RecoverAsync(byte[] bytes)
    {
        var output = new MemoryStream();
        await TestContainers.Transport.RecoverAsync(H4mkSource.FromMemory(bytes), output);
        return output.ToArray();
    }

    private static async Task<List<SealParameters>> SealsAsync(H4mkContainer container)
    {
        var all = new List<SealParameters>();
        foreach (var payload in await TestContainers.ReadSealsAsync(container))
        {
            Assert.True(SealParameters.TryRead(payload, out var parameters));
            all.Add(parameters);
        }

        return all;
    }

    private static async Task<string> SaltAsync(byte[] bytes)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        return SaltOf((await SealsAsync(container))[0]);
    }

    // Behind suite, epoch, mode and container id.
    private static string SaltOf(SealParameters parameters) => Convert.ToHexString(parameters.ToArray().AsSpan(20, SealParameters.SaltLength));

    private sealed class Reports : List<TransportProgress>, IProgress<TransportProgress>
    {
        public void Report(TransportProgress value) => Add(value);
    }
}
