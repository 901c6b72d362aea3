using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Harmony4.Format.Tests.Conformance;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Recording;

/// <summary>What a 1.1 writer gives depends on its blocks alone, and what it refuses leaves no byte.</summary>
public sealed class Writer11Tests
{
    private static readonly H4mkWriterOptions TwoTracks = new()
    {
        PageLog2 = 3,
        Tracks = [new() { Id = 0, Kind = TrackKind.Video }, new() { Id = 5, Kind = TrackKind.Audio, Label = "sound", Language = "pt-BR" }],
    };

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    public async Task Write_AnySegmentationFlushAndCulture_GivesTheSameBytes(string culture)
    {
        var blocks = Blocks(seed: 4, count: 120, track: 0).Concat(Blocks(seed: 5, count: 77, track: 5)).OrderBy(b => b.Info.Pts).ToArray();
        var expected = await WriteAsync(blocks, TwoTracks, b => new ReadOnlySequence<byte>(b), flushEvery: 0);
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            for (var round = 1; round < 12; round++)
            {
                var random = new Random(round);
                Assert.Equal(expected, await WriteAsync(blocks, TwoTracks, b => Segmentations.Cut(b, Cuts(random, b.Length)), flushEvery: round));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task GetRoot_BehindEachBlock_IsThatOfClosingThere()
    {
        var blocks = Blocks(seed: 4, count: 40, track: 0).Concat(Blocks(seed: 5, count: 20, track: 5)).OrderBy(b => b.Info.Pts).ToArray();
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, TwoTracks);
        for (var i = 0; i <= blocks.Length; i++)
        {
            await using var closed = await H4mkContainer.OpenAsync(await WriteAsync(blocks[..i], TwoTracks, b => new ReadOnlySequence<byte>(b), flushEvery: 0));
            var root = await writer.GetRootAsync();
            Assert.Equal(closed.Root!.Header.ToArray(), root!.Header.ToArray());
            Assert.Equal(closed.Identity, root.Identity);
            Assert.Equal(closed.Tracks, root.Tracks);
            if (i < blocks.Length)
            {
                await writer.WriteBlockAsync(blocks[i].Track, blocks[i].Info, blocks[i].Payload);
            }
        }

        await writer.CompleteAsync();
        Assert.Equal(await WriteAsync(blocks, TwoTracks, b => new ReadOnlySequence<byte>(b), flushEvery: 0), output.ToArray());
    }

    [Fact]
    public async Task Write_ToAPipe_GivesTheSameBytes()
    {
        var blocks = Blocks(seed: 8, count: 50, track: 0).ToArray();
        var expected = await WriteAsync(blocks, TwoTracks, b => new ReadOnlySequence<byte>(b), flushEvery: 0);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await using (var writer = H4mkContainerWriter.Create(pipe.Writer, TwoTracks))
        {
            foreach (var (track, info, payload) in blocks)
            {
                await writer.WriteBlockAsync(track, info, payload);
            }

            await writer.CompleteAsync();
        }

        await pipe.Writer.CompleteAsync();
        using var read = new MemoryStream();
        await pipe.Reader.CopyToAsync(read);
        Assert.Equal(expected, read.ToArray());
    }

    [Fact]
    public async Task Roots_OfATrack_DependOnItsBlocksAlone()
    {
        var video = Blocks(seed: 1, count: 40, track: 0).ToArray();
        var sound = Blocks(seed: 2, count: 61, track: 0).ToArray();
        var alone = await RootsAsync(await WriteAsync(video, new H4mkWriterOptions(), b => new ReadOnlySequence<byte>(b), 0));
        var soundAlone = await RootsAsync(await WriteAsync(sound, new H4mkWriterOptions { PageLog2 = 1 }, b => new ReadOnlySequence<byte>(b), 0));
        var asFive = sound.Select(b => (5, b.Info, b.Payload)).ToArray();
        foreach (var order in (IEnumerable<(int, BlockInfo, byte[])>[])[video.Concat(asFive), asFive.Concat(video), video.Concat(asFive).OrderBy(b => b.Item2.Pts)])
        {
            foreach (var log2 in (int[])[1, 3, 10])
            {
                var bundle = await RootsAsync(await WriteAsync([.. order], TwoTracks with { PageLog2 = log2 }, b => new ReadOnlySequence<byte>(b), 0));
                Assert.Equal([alone[0], soundAlone[0]], bundle);
            }
        }
    }

    [Fact]
    public async Task Identity_OtherInterleaving_IsTheSame()
    {
        var video = Blocks(seed: 1, count: 40, track: 0).ToArray();
        var sound = Blocks(seed: 2, count: 61, track: 5).ToArray();
        var identities = new HashSet<Sha256Digest?>();
        foreach (var order in (IEnumerable<(int, BlockInfo, byte[])>[])[video.Concat(sound), sound.Concat(video), video.Concat(sound).OrderBy(b => b.Item2.Pts)])
        {
            await using var container = await H4mkContainer.OpenAsync(await WriteAsync([.. order], TwoTracks, b => new ReadOnlySequence<byte>(b), 0));
            identities.Add(container.Identity);
        }

        Assert.Single(identities);
    }

    [Fact]
    public async Task WriteBlock_WhatCannotBeWritten_IsRefusedAndLeavesNothing()
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, TwoTracks, leaveOpen: true);
        await writer.WriteBlockAsync(0, new BlockInfo { Pts = 10, IsKey = true }, new byte[5]);
        (int Track, BlockInfo Info, int Length)[] refused =
        [
            (1, default, 0),
            (-1, default, 0),
            (0, new BlockInfo { Pts = 10, IsKey = true }, 1),
            (0, new BlockInfo { Pts = ulong.MaxValue }, 1),
            (0, new BlockInfo { Pts = long.MaxValue, Duration = 1 }, 1),
            (0, new BlockInfo { Flags = (BlockFlags)16 }, 1),
            (0, new BlockInfo { Flags = BlockFlags.Lost }, 1),
            (0, new BlockInfo { Flags = BlockFlags.Lost | BlockFlags.Key, Pts = 20 }, 0),
            (0, new BlockInfo { Flags = BlockFlags.Lost, Duration = 1 }, 0),
            (0, default, (64 * 1024 * 1024) + 1),
        ];
        foreach (var (track, info, length) in refused)
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteBlockAsync(track, info, new byte[length]));
        }

        foreach (var tag in (string[])["CORE", "TAIL", "SEAL", "CORD", "TAIM"])
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteChunkAsync(new ChunkTag(tag), new byte[1]));
        }

        await writer.WriteBlockAsync(0, new BlockInfo { Pts = 7, Duration = ulong.MaxValue }, default(ReadOnlyMemory<byte>));
        var summary = await writer.CompleteAsync();
        Assert.Equal((2, 1, 5), (summary.BlockCount, summary.KeyframeCount, summary.PayloadLength));
        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        Assert.Equal(0u, (await container.GetBlockAsync(0, 1)).Duration);
        Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
    }

    [Fact]
    public async Task WriteChunk_MoreThanTheLimit_IsRefused()
    {
        await using var writer = H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { MaxAuxCount = 5 });
        await writer.WriteChunkAsync(new ChunkTag("note"), default);
        await writer.WriteChunkAsync(new ChunkTag("note"), default);
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteChunkAsync(new ChunkTag("note"), default));
        await writer.CompleteAsync();
    }

    [Theory]
    [InlineData(83, false)]
    [InlineData(84, true)]
    [InlineData(65_536, true)]
    [InlineData(65_537, false)]
    public async Task WriteSeal_OfAnyLength_IsWrittenWithinItsLimits(int length, bool isWritten)
    {
        var seal = Vectors.SeededBytes("seal", length);
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, leaveOpen: true);
        if (isWritten)
        {
            await writer.WriteSealAsync(seal);
        }
        else
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteSealAsync(seal));
        }

        await writer.CompleteAsync();
        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        var seals = await container.EnumerateChunksAsync(ChunkTag.Seal).ToListAsync();
        Assert.Equal(isWritten ? [(uint)length] : [], seals.Select(s => s.Length));
        if (isWritten)
        {
            var read = new ArrayBufferWriter<byte>();
            await container.ReadChunkAsync(seals[0], read);
            Assert.Equal(seal, read.WrittenSpan.ToArray());
        }
    }

    [Fact]
    public async Task WriteSeal_WhereNoneCanStand_IsRefused()
    {
        var writer = H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { MaxAuxCount = 4 });
        await writer.WriteSealAsync(new byte[84]);
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteSealAsync(new byte[84]));
        await writer.CompleteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteSealAsync(new byte[84]));
        await writer.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await writer.WriteSealAsync(new byte[84]));
        await using var old = H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = H4mkVersion.V10 });
        await Assert.ThrowsAsync<ArgumentException>(async () => await old.WriteSealAsync(new byte[84]));
        Assert.Null(await old.GetRootAsync());
        Assert.Throws<ArgumentException>("options", () => H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = (H4mkVersion)77 }));
    }

    [Fact]
    public void Create_BadTracks_AreRefused()
    {
        foreach (var options in (H4mkWriterOptions[])
        [
            new() { Tracks = [] },
            new() { Tracks = [new() { Id = 1, Kind = TrackKind.Data }, new() { Id = 1, Kind = TrackKind.Data }] },
            new() { Tracks = [new() { Id = 2, Kind = TrackKind.Data }, new() { Id = 1, Kind = TrackKind.Data }] },
            new() { Tracks = [new() { Id = 65_536, Kind = TrackKind.Data }] },
            new() { PageLog2 = 0 },
            new() { PageLog2 = 15 },
            new() { PageLog2 = 14, Tracks = [.. Enumerable.Range(0, 65).Select(i => new H4mkTrackInfo { Id = i, Kind = TrackKind.Data })] },
            new() { Trak = "{\"page_log2\":2,\"tracks\":[{\"id\":-0,\"kind\":\"video\"}]}"u8.ToArray() },
            new() { Meta = "{\"a\":1,\"\\u0061\":2}"u8.ToArray() },
            new() { Safe = "{\"a\":\"\\ud800\"}"u8.ToArray() },
            new() { Meta = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 33)) + "1" + new string('}', 33)) },
        ])
        {
            Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, options));
        }
    }

    [Fact]
    public async Task Write_BlocksThatFillABatchUnevenly_HaveTheirDigests()
    {
        // 16 blocks that are too little to hash, and then more than fits beside them.
        int[] lengths = [.. Enumerable.Repeat(240 * 1024, 16), .. Enumerable.Repeat(1024 * 1024, 15)];
        using var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, leaveOpen: true))
        {
            for (var i = 0; i < lengths.Length; i++)
            {
                var payload = new byte[lengths[i]];
                Array.Fill(payload, (byte)i);
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i }, payload);
            }

            await writer.CompleteAsync();
        }

        var result = await H4mkContainer.VerifyAsync(H4mkSource.FromStream(output));
        Assert.Equal((VerificationState.Unsigned, 31), (result.State, result.BlockCount));
    }

    [Fact]
    public async Task Seek_OfManyKeyframes_IsThinnedToEverySecondPower()
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, leaveOpen: true);
        const int count = (65_536 * 2) + 3;
        for (var i = 0; i < count; i++)
        {
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i, IsKey = true }, new byte[] { (byte)i });
        }

        await writer.CompleteAsync();
        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        var table = await container.GetSeekTableAsync();
        Assert.Equal(32_769, table.Count);
        Assert.Equal(table.Count, await container.CountSeekEntriesAsync());
        Assert.All(Enumerable.Range(0, table.Count), i => Assert.Equal(new SeekEntry((ulong)i * 4, (ulong)i * 4), table[i]));
        Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
    }

    private static int[] Cuts(Random random, int length) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(length + 1)).Order()];

    private static IEnumerable<(int Track, BlockInfo Info, byte[] Payload)> Blocks(int seed, int count, int track)
    {
        var random = new Random(seed);
        var pts = 0UL;
        for (var i = 0; i < count; i++)
        {
            var length = random.Next(10) switch { 0 => 0, 1 => random.Next(20_000, 400_000), 2 => random.Next(1_100_000, 1_200_000), _ => random.Next(1, 3_000) };
            yield return (track, new BlockInfo { Pts = pts, Duration = 40_000, IsKey = random.Next(4) == 0 }, Vectors11.Payload("writer", seed + i, length));
            pts += (ulong)random.Next(1, 50_000);
        }
    }

    private static async Task<byte[]> WriteAsync((int Track, BlockInfo Info, byte[] Payload)[] blocks, H4mkWriterOptions options, Func<byte[], ReadOnlySequence<byte>> cut, int flushEvery)
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, options, leaveOpen: true);
        for (var i = 0; i < blocks.Length; i++)
        {
            await writer.WriteBlockAsync(blocks[i].Track, blocks[i].Info, cut(blocks[i].Payload));
            if (flushEvery > 0 && i % flushEvery == 0)
            {
                await writer.FlushAsync();
            }
        }

        await writer.CompleteAsync();
        return output.ToArray();
    }

    private static async Task<Sha256Digest?[]> RootsAsync(byte[] bytes)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        return [.. container.Tracks.Select(t => t.Root)];
    }
}
