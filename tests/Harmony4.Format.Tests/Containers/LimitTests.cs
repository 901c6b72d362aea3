using System.Buffers;
using System.Text;
using Harmony4.Format.Tests.Forward;
using Harmony4.Format.Tests.Properties;
using Harmony4.Format.Tests.Sources;

namespace Harmony4.Format.Tests.Containers;

/// <summary>Each limit of the options: what is as long as it allows is taken, one more is refused, by every way to read and as nothing else than a limit.</summary>
public sealed class LimitTests
{
    private const int SignLength = 300;
    private const int TailLength = 64;

    private static readonly Recorded Three = new(1, 1, [.. ((int[])[10, 50, 20]).Select((length, i) => new TrackBlock(0, new BlockInfo { Pts = (ulong)i, IsKey = true }, new byte[length]))]);

    [Fact]
    public async Task Json_AtTheLimit_IsTaken()
    {
        const string meta = "{\"text\":\"longer than TRAK and SAFE are, so that the limit is for META alone\"}";
        var bytes = await WriteAsync(meta);
        await AssertTakenAsync(bytes, new H4mkContainerOptions { MaxJsonLength = meta.Length });
        var options = new H4mkContainerOptions { MaxJsonLength = meta.Length - 1 };
        await AssertLimitAsync(async () => await H4mkContainer.OpenAsync(bytes, options));
        await AssertLimitAsync(() => ForwardAsync(bytes, options));
        await AssertFindingAsync(bytes, options);
    }

    [Fact]
    public async Task JsonDepth_AtTheLimit_IsTaken()
    {
        var bytes = await WriteAsync("{\"a\":[{\"b\":[[1]]}]}");
        await AssertTakenAsync(bytes, new H4mkContainerOptions { MaxJsonDepth = 5 });
        var options = new H4mkContainerOptions { MaxJsonDepth = 4 };
        await using var container = await H4mkContainer.OpenAsync(bytes, options);
        await AssertLimitAsync(async () => await container.ReadMetaAsync());
        await AssertLimitAsync(() => ForwardAsync(bytes, options));
        await AssertFindingAsync(bytes, options);
    }

    [Fact]
    public async Task Root_AtTheLimit_IsTaken()
    {
        var bytes = await WriteAsync();
        var length = H4mkForwardReaderTests.Chunks(bytes).Single(c => c.Tag == "ROOT").Length;
        await AssertTakenAsync(bytes, new H4mkContainerOptions { MaxRootLength = length });
        await AssertLimitAsync(async () => await H4mkContainer.OpenAsync(bytes, new H4mkContainerOptions { MaxRootLength = length - 1 }));
        await AssertFindingAsync(bytes, new H4mkContainerOptions { MaxRootLength = length - 1 });
    }

    [Fact]
    public async Task Aux_AtTheLimit_IsTaken()
    {
        var bytes = await WriteAsync();
        await AssertTakenAsync(bytes, new H4mkContainerOptions { MaxAuxCount = 4 });
        var options = new H4mkContainerOptions { MaxAuxCount = 3 };
        await AssertLimitAsync(async () => await H4mkContainer.OpenAsync(bytes, options));
        await AssertLimitAsync(() => ForwardAsync(bytes, options));
        await AssertFindingAsync(bytes, options);
    }

    [Fact]
    public async Task Signs_AtTheLimits_AreTaken()
    {
        var bytes = await WriteAsync(signs: 3);
        await AssertTakenAsync(bytes, new H4mkContainerOptions { MaxSignLength = SignLength, MaxSignCount = 3 });
        foreach (var options in (H4mkContainerOptions[])[new() { MaxSignLength = SignLength - 1 }, new() { MaxSignCount = 2 }, new() { MaxSignCount = 2, MaxSignLength = 10 * SignLength }])
        {
            await AssertLimitAsync(async () => await H4mkContainer.OpenAsync(bytes, options));
            await AssertLimitAsync(() => ForwardAsync(bytes, options));
            await AssertFindingAsync(bytes, options);
        }
    }

    [Fact]
    public async Task Blocks_AtTheLimit_AreTaken()
    {
        var media = new Media([.. Three.Blocks.Select((b, i) => new Block((ulong)i, true, b.Payload))]);
        foreach (var bytes in (byte[][])[await WriteAsync(), media.Encode()])
        {
            foreach (var (limit, isTaken) in ((int, bool)[])[(50, true), (49, false)])
            {
                await using var container = await H4mkContainer.OpenAsync(bytes, new H4mkContainerOptions { MaxBlockLength = limit });
                await AssertAsync(isTaken, async () => await container.ReadBlockAsync(0, 1, new ArrayBufferWriter<byte>()));
                await AssertAsync(isTaken, async () => await container.ReadBlocksAsync(0, [1]).ToListAsync());
                await AssertAsync(isTaken, () => container.OpenTrackStream(0).CopyToAsync(Stream.Null));
            }
        }

        await AssertTakenAsync(await WriteAsync(), new H4mkContainerOptions { MaxBlockLength = 50 });
        await AssertFindingAsync(await WriteAsync(), new H4mkContainerOptions { MaxBlockLength = 49 });
    }

    [Fact]
    public async Task UnfinishedFile_AtTheLimits_IsCutAndNothingElse()
    {
        // Without ROOT the chunks alone tell how many there are and how long they are.
        const string meta = "{\"text\":\"longer than TRAK and SAFE are, so that the limit is for META alone\",\"deep\":[{\"b\":[[1]]}]}";
        var bytes = await WriteAsync(meta);
        bytes = bytes[..H4mkForwardReaderTests.Chunks(bytes).Single(c => c.Tag == "ROOT").Offset];
        var taken = new H4mkContainerOptions { MaxAuxCount = 4, MaxJsonLength = meta.Length, MaxJsonDepth = 5, MaxBlockLength = 50 };
        var found = (await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes), taken)).Findings;
        Assert.Equal([(ChunkTag.Tail, H4mkErrorCode.Incomplete)], found.Select(f => (f.Chunk!.Value, f.Code)));
        foreach (var (options, tag) in ((H4mkContainerOptions, string)[])
        [
            (taken with { MaxAuxCount = 3 }, "note"),
            (taken with { MaxJsonLength = meta.Length - 1 }, "META"),
            (taken with { MaxJsonDepth = 4 }, "META"),
            (taken with { MaxBlockLength = 49 }, "CORE"),
        ])
        {
            found = (await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes), options)).Findings;
            Assert.Equal([(new ChunkTag(tag), H4mkErrorCode.Limit), (ChunkTag.Tail, H4mkErrorCode.Incomplete)], found.Select(f => (f.Chunk!.Value, f.Code)));
        }
    }

    [Fact]
    public async Task Version10_AtTheLimits_IsTaken()
    {
        var bytes = Media.Small.Encode();
        var options = new H4mkContainerOptions { MaxMetadataLength = Media.Meta.Length, MaxSeekLength = 4 + 32, MaxChunkCount = 7 };
        await AssertTakenAsync(bytes, options);
        Assert.Equal(2, (await (await H4mkContainer.OpenAsync(bytes, options)).GetSeekTableAsync()).Count);

        options = new H4mkContainerOptions { MaxMetadataLength = Media.Meta.Length - 1 };
        await AssertLimitAsync(async () => await ReadJsonAsync(await H4mkContainer.OpenAsync(bytes, options)));
        await AssertLimitAsync(() => ForwardAsync(bytes, options));
        await AssertFindingAsync(bytes, options);

        options = new H4mkContainerOptions { MaxSeekLength = 35 };
        await AssertLimitAsync(async () => await (await H4mkContainer.OpenAsync(bytes, options)).GetSeekTableAsync());
        await AssertFindingAsync(bytes, options);

        // A forward reader keeps its blocks alone.
        await ForwardAsync(bytes, new H4mkContainerOptions { MaxChunkCount = 3 });
        await AssertLimitAsync(() => ForwardAsync(bytes, new H4mkContainerOptions { MaxChunkCount = 2 }));
    }

    [Theory]
    [InlineData(65_535, 1)]
    [InlineData(65_536, 2)]
    [InlineData(65_540, 2)]
    public async Task UnfinishedFile_WithMoreChunksThanAnyRootLists_IsFollowedNoFurther(int count, int findings)
    {
        var bytes = await WriteAsync();
        var note = new ArrayBufferWriter<byte>();
        new H4mkChunkWriter(note).WriteChunk(new ChunkTag("note"), []);
        byte[] file = [.. bytes[..H4mkForwardReaderTests.Chunks(bytes).Single(c => c.Tag == "note").Offset], .. Enumerable.Repeat(note.WrittenSpan.ToArray(), count - 3).SelectMany(n => n)];
        var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(file), new H4mkContainerOptions { MaxAuxCount = 65_535 });
        Assert.Equal((VerificationState.Incomplete, findings), (result.State, result.FindingCount));
        Assert.All(result.Findings.SkipLast(1), f => Assert.Equal((H4mkErrorCode.Limit, file.Length - (12L * (count - 65_535))), (f.Code, f.Offset)));
    }

    [Theory]
    [InlineData("META", int.MaxValue)]
    [InlineData("SEEK", 4 + (16 * 134_217_727L))]
    [InlineData("note", int.MaxValue)]
    [InlineData("META", 0x7fff_ffc7 - 12 + 1L)]
    [InlineData("note", 0x7fff_ffc7 - 12 + 1L)]
    [InlineData("CORE", 0x7fff_ffc7 - 12 + 1L)]
    public async Task ChunksLongerThanAnArray_AreRefusedWhateverTheLimit(string tag, long length)
    {
        // Nothing but headers is there: what is refused by its length is not read.
        var start = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(start);
        writer.WriteFileHeader();
        writer.WriteChunkHeader(new ChunkTag(tag), (uint)length, 0);
        writer.WriteRaw([0x07, 0xff, 0xff, 0xff]);
        var source = new DelegateSource((offset, destination) =>
        {
            destination.Span.Clear();
            var end = 8 + 12 + length;
            DelegateSource.Copy(start.WrittenSpan.ToArray(), offset, destination, int.MaxValue);
            return new SourceRead((int)Math.Min(destination.Length, Math.Max(0, end - offset)), end);
        });
        const int most = int.MaxValue;
        await using var container = await H4mkContainer.OpenAsync(source, new H4mkContainerOptions { MaxMetadataLength = most, MaxSeekLength = most, MaxBlockLength = most });
        await AssertLimitAsync(async () => await (tag switch
        {
            "META" => container.ReadMetaAsync().AsTask(),
            "SEEK" => (Task)container.GetSeekTableAsync().AsTask(),
            "CORE" => container.ReadBlockAsync(0, 0, new ArrayBufferWriter<byte>()).AsTask(),
            _ => container.ReadChunkAsync(container.ListOtherChunks().Single(), new ArrayBufferWriter<byte>()).AsTask(),
        }));
    }

    private static async Task AssertTakenAsync(byte[] bytes, H4mkContainerOptions options)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes, options);
        await ReadJsonAsync(container);
        await ForwardAsync(bytes, options);
        Assert.Empty((await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes), options)).Findings);
    }

    private static Task AssertAsync(bool isTaken, Func<Task> action) => isTaken ? action() : AssertLimitAsync(action);

    private static async Task AssertLimitAsync(Func<Task> action)
    {
        var fault = await Assert.ThrowsAsync<H4mkFormatException>(action);
        Assert.Equal(H4mkErrorCode.Limit, fault.Code);
        Assert.Contains("of the options", fault.Detail, StringComparison.Ordinal);
    }

    private static async Task AssertFindingAsync(byte[] bytes, H4mkContainerOptions options)
    {
        var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes), options);
        Assert.Equal(VerificationState.Unverified, result.State);
        Assert.NotEmpty(result.Findings);
        Assert.All(result.Findings, f => Assert.Equal(H4mkErrorCode.Limit, f.Code));
    }

    private static async Task ReadJsonAsync(H4mkContainer container)
    {
        await container.ReadMetaAsync();
        await container.ReadSafeAsync();
        await container.ReadTrackInfoAsync();
    }

    private static async Task ForwardAsync(byte[] bytes, H4mkContainerOptions options)
    {
        await using var reader = H4mkForwardReader.Create(new MemoryStream(bytes), options);
        while (await reader.ReadAsync())
        {
        }
    }

    private static async Task<byte[]> WriteAsync(string? meta = null, int signs = 0)
    {
        using var output = new MemoryStream();
        var options = meta is null ? Three.Options : Three.Options with { Meta = Encoding.UTF8.GetBytes(meta) };
        await using (var writer = H4mkContainerWriter.Create(output, options, leaveOpen: true))
        {
            await writer.WriteChunkAsync(new ChunkTag("note"), default);
            foreach (var block in Three.Blocks)
            {
                await writer.WriteBlockAsync(0, block.Info, block.Payload);
            }

            await writer.CompleteAsync();
        }

        var bytes = output.ToArray();
        var sign = new ArrayBufferWriter<byte>();
        new H4mkChunkWriter(sign).WriteChunk(ChunkTag.Sign, [9, .. new byte[SignLength - 1]]);
        return [.. bytes[..^TailLength], .. Enumerable.Repeat(sign.WrittenSpan.ToArray(), signs).SelectMany(s => s), .. bytes[^TailLength..]];
    }
}
