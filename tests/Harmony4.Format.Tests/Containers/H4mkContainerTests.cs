using System.Buffers;
using Harmony4.Format.Tests.Properties;
using Harmony4.Format.Tests.Sources;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Containers;

public sealed class H4mkContainerTests
{
    [Fact]
    public async Task Reads_FromManyThreads_AgreeWithOneThread()
    {
        var media = new Media([.. Enumerable.Range(0, 40).Select(i => new Block((ulong)i * 10, i % 5 == 0, Vectors.SeededBytes("c" + i, i * 331 % 9000)))]);
        foreach (var source in (H4mkSource[])[
            H4mkSource.FromMemory(media.Encode()),
            H4mkSource.FromStream(new YieldingStream(new MemoryStream(media.Encode()), 100))])
        {
            await using var container = await H4mkContainer.OpenAsync(source);
            await Task.WhenAll(Enumerable.Range(0, 16).Select(thread => Task.Run(async () =>
            {
                var random = new Random(thread);
                for (var i = 0; i < 40; i++)
                {
                    var ordinal = random.Next(media.Blocks.Length);
                    var payload = new ArrayBufferWriter<byte>();
                    await container.ReadBlockAsync(0, ordinal, payload);
                    Assert.Equal(media.Blocks[ordinal].Payload, payload.WrittenSpan.ToArray());
                    var found = await container.FindKeyframeAsync(0, (ulong)ordinal * 10);
                    Assert.Equal((ulong)(ordinal / 5 * 50), found!.Value.Pts);
                    Assert.Equal(ordinal / 5 * 5, found.Value.Block);
                }

                Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
            })));
        }
    }

    [Fact]
    public async Task Chunks_OfTheCallersOwnKind_AreWrittenReadAndRoutedByTag()
    {
        var text = new ChunkTag("SUBT");
        var chapters = new ChunkTag("chap");
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Version = H4mkVersion.V10 }, leaveOpen: true);
        await writer.WriteChunkAsync(chapters, "intro"u8.ToArray());
        await writer.WriteBlockAsync(0, new BlockInfo { IsKey = true }, new byte[10]);
        await writer.WriteChunkAsync(text, "hello"u8.ToArray());
        await writer.WriteBlockAsync(0, new BlockInfo { Pts = 5 }, new byte[70_000]);
        await writer.WriteChunkAsync(text, default);
        await writer.CompleteAsync();

        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        var routes = new Dictionary<ChunkTag, List<string>> { [text] = [], [chapters] = [] };
        await foreach (var chunk in container.EnumerateChunksAsync())
        {
            if (routes.TryGetValue(chunk.Tag, out var route))
            {
                var payload = new ArrayBufferWriter<byte>();
                Assert.Equal((int)chunk.Length, await container.ReadChunkAsync(chunk, payload));
                route.Add(System.Text.Encoding.UTF8.GetString(payload.WrittenSpan));
            }
        }

        Assert.Equal(["hello", ""], routes[text]);
        Assert.Equal(["intro"], routes[chapters]);
        Assert.Equal("chap CORE SUBT CORE SUBT SEEK META SAFE VERI", string.Join(' ', (await container.EnumerateChunksAsync().ToListAsync()).Select(c => c.Tag)));
        Assert.Equal(70_010, container.Tracks[0].ByteLength);
        Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
    }

    [Fact]
    public async Task ReadBlockAsync_DamagedBlock_AdvancesNothing()
    {
        var bytes = Media.Small.Encode();
        bytes[21] ^= 1;
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var destination = new ArrayBufferWriter<byte>();
        var exception = await Assert.ThrowsAsync<H4mkFormatException>(() => container.ReadBlockAsync(0, 0, destination).AsTask());
        Assert.Equal((H4mkErrorCode.Crc, 8L), (exception.Code, exception.Offset));
        Assert.Equal(0, destination.WrittenCount);
        Assert.Equal(8, await container.ReadBlockAsync(0, 2, destination));
    }

    [Fact]
    public async Task Members_BadArguments_AreRefused()
    {
        await using var container = await H4mkContainer.OpenAsync(Media.Small.Encode());
        var destination = new ArrayBufferWriter<byte>();
        foreach (var ordinal in new[] { -1, 3, int.MaxValue, 1L << 32, long.MinValue, long.MaxValue })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await container.ReadBlockAsync(0, ordinal, destination));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await container.GetBlockAsync(0, ordinal));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await container.FindKeyframeAsync(1, 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await container.FindBlockAsync(0, -1));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await container.ReadBlockAsync(0, 0, null!));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await H4mkContainer.OpenAsync((H4mkSource)null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new H4mkContainerOptions { MaxBlockLength = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new H4mkContainerOptions { MaxSeekLength = int.MinValue });
    }

    [Fact]
    public async Task FindBlockAsync_EveryPosition_IsTheBlockThatHoldsIt()
    {
        await using var container = await H4mkContainer.OpenAsync(Media.Small.Encode());
        Assert.Equal(new long[] { 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2 }, await OrdinalsAsync(container, 13));
        Assert.Null(await container.FindBlockAsync(0, 13));
        Assert.Null(await container.FindBlockAsync(0, long.MaxValue));
    }

    [Fact]
    public async Task Limits_Exceeded_AreFormatErrorsOrFindings()
    {
        var bytes = Media.Small.Encode();
        var limit = await Assert.ThrowsAsync<H4mkFormatException>(() => H4mkContainer.OpenAsync(bytes, new H4mkContainerOptions { MaxChunkCount = 6 }).AsTask());
        Assert.Equal(H4mkErrorCode.Limit, limit.Code);
        await using var container = await H4mkContainer.OpenAsync(bytes, new H4mkContainerOptions { MaxMetadataLength = 3, MaxSeekLength = 3, MaxBlockLength = 4, MaxFindings = 2, MaxChunkCount = 7 });
        await Assert.ThrowsAsync<H4mkFormatException>(() => container.ReadMetaAsync().AsTask());
        await Assert.ThrowsAsync<H4mkFormatException>(() => container.FindKeyframeAsync(0, 0).AsTask());
        await Assert.ThrowsAsync<H4mkFormatException>(() => container.ReadBlockAsync(0, 0, new ArrayBufferWriter<byte>()).AsTask());
        var result = await container.VerifyAsync();
        Assert.Equal((VerificationState.Unverified, 3, 2), (result.State, result.FindingCount, result.Findings.Count));
    }

    [Fact]
    public async Task DisposeAsync_Twice_IsHarmlessAndLaterUseIsRefused()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, Media.Small.Encode());
        try
        {
            var container = await H4mkContainer.OpenAsync(path);
            await container.DisposeAsync();
            await container.DisposeAsync();
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await container.ReadBlockAsync(0, 0, new ArrayBufferWriter<byte>()));
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await container.FindKeyframeAsync(0, 0));
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await container.VerifyAsync());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task VerifyAsync_CancelledHalfWay_IsCancelledAndCanRunAgain()
    {
        var bytes = new Media([new Block(0, true, new byte[5 << 20])]).Encode();
        foreach (var source in (H4mkSource[])[H4mkSource.FromMemory(bytes), new DelegateSource((o, m) => DelegateSource.Copy(bytes, o, m, int.MaxValue))])
        {
            await using var container = await H4mkContainer.OpenAsync(source);
            using var cancellation = new CancellationTokenSource();
            var told = new Told(p =>
            {
                Assert.Equal(bytes.Length, p.Length);
                if (p.BytesRead > 2 << 20)
                {
                    cancellation.Cancel();
                }
            });
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => container.VerifyAsync(told, cancellation.Token).AsTask());
            Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
        }
    }

    private static async Task<long[]> OrdinalsAsync(H4mkContainer container, int count)
    {
        var ordinals = new long[count];
        for (var i = 0; i < count; i++)
        {
            ordinals[i] = (await container.FindBlockAsync(0, i))!.Value.Ordinal;
        }

        return ordinals;
    }

    private sealed class Told(Action<VerificationProgress> report) : IProgress<VerificationProgress>
    {
        public void Report(VerificationProgress value) => report(value);
    }
}
