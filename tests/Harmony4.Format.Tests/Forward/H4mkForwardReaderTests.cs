using System.IO.Pipelines;
using FsCheck.Xunit;
using Harmony4.Format.Tests.Properties;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Forward;

public sealed class H4mkForwardReaderTests
{
    public static TheoryData<string> Whole => new("appended", "bundle", "cut-mid-recovered", "cut-tail-recovered", "empty", "exact-pages", "h10", "late-track", "no-keys", "one-track", "sealed", "signed-hmac", "upgraded");

    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 60, Replay = "(20261126,31)")]
    public async Task Read_AnySegmentation_GivesBlocksWithTheirClaimsAndFinalPages(Recorded recorded, int seed)
    {
        var bytes = await recorded.WriteAsync();
        var random = new Random(seed);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        await using var reader = H4mkForwardReader.Create(new YieldingStream(new MemoryStream(bytes), 1 + random.Next(bytes.Length)));
        var final = recorded.Options.Tracks.ToDictionary(t => t.Id, _ => 0L);
        var seen = recorded.Options.Tracks.ToDictionary(t => t.Id, _ => 0L);
        Assert.True(await reader.ReadAsync());
        Assert.Equal(ForwardPart.Tracks, reader.Part);
        Assert.Equal(H4mkVersion.V11, reader.Version);
        Assert.Equal(recorded.Options.Tracks.Select(t => (t.Id, t.Kind)), reader.Tracks.Select(t => (t.Id, t.Kind)));
        foreach (var expected in recorded.Blocks)
        {
            Assert.True(await reader.ReadAsync());
            while (reader.Part == ForwardPart.Page)
            {
                AssertPage(reader, final, seen);
                Assert.True(await reader.ReadAsync());
            }

            Assert.Equal(ForwardPart.Block, reader.Part);
            Assert.Equal(Media.Meta, reader.Meta!.Value.ToArray());
            Assert.Equal(Media.Safe, reader.Safe!.Value.ToArray());
            var known = await container.GetBlockAsync(expected.Track, seen[expected.Track]++);
            Assert.Equal(expected.Track, reader.Track);
            Assert.Equal(known, reader.Block with { Digest = known.Digest, Crc = null });
            await AssertPayloadAsync(reader, expected.Payload, random);
        }

        while (await reader.ReadAsync() && reader.Part != ForwardPart.End)
        {
            AssertPage(reader, final, seen);
        }

        Assert.Equal(ForwardPart.End, reader.Part);
        Assert.Equal(seen, final);
        Assert.Equal(container.Identity, reader.Identity);
        Assert.Equal(bytes.Length, reader.Position);
        Assert.False(await reader.ReadAsync());
    }

    [Property(Arbitrary = [typeof(MediaArbitrary)], MaxTest = 40, Replay = "(20261126,33)")]
    public async Task Read_Version10_GivesBlocksAndComparesVeri(Media media, int seed)
    {
        var bytes = media.Encode();
        var random = new Random(seed);
        await using var reader = H4mkForwardReader.Create(new YieldingStream(new MemoryStream(bytes), 1 + random.Next(bytes.Length)));
        Assert.True(await reader.ReadAsync());
        Assert.Equal(ForwardPart.Tracks, reader.Part);
        Assert.Equal(H4mkVersion.V10, reader.Version);
        for (var i = 0; i < media.Blocks.Length; i++)
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal(ForwardPart.Block, reader.Part);
            Assert.Equal((0, i, null), (reader.Track, reader.Block.Ordinal, reader.Block.Pts));
            await AssertPayloadAsync(reader, media.Blocks[i].Payload, random);
        }

        Assert.True(await reader.ReadAsync());
        Assert.Equal(ForwardPart.End, reader.Part);
        Assert.Equal(bytes[^32..], reader.Veri!.Value.ToArray());
        Assert.Equal(Media.Meta, reader.Meta!.Value.ToArray());
        Assert.Null(reader.Identity);
    }

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task Read_Vectors_GivesTheirIdentity(string name)
    {
        var bytes = Vectors.Read($"h4mk-1.1/{name}.h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var (parts, reader) = await ReadAllAsync(bytes);
        Assert.Equal(ForwardPart.End, parts[^1]);
        Assert.Equal(container.Identity, reader.Identity);
        Assert.Equal(container.BlockCount, parts.Count(p => p == ForwardPart.Block));
        Assert.Equal(container.Tracks.Select(t => t.Id), reader.Tracks.Select(t => t.Id));
        Assert.Equal(container.IsUpgraded ? 2 : 1, parts.Count(p => p == ForwardPart.Tracks));
    }

    [Theory]
    [InlineData("cut-9")]
    [InlineData("cut-mid")]
    [InlineData("cut-tail")]
    public async Task Read_CutVectors_AreIncomplete(string name) =>
        Assert.Equal(H4mkErrorCode.Incomplete, await FaultAsync(Vectors.Read($"h4mk-1.1/{name}.h4mk")));

    [Fact]
    public async Task Read_AnyCut_IsIncomplete()
    {
        var bytes = await Recorded.Make(7, 2, 12, 2, 40).WriteAsync();
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            var fault = await FaultAsync(bytes[..cut]);
            Assert.Equal(cut < 8 ? H4mkErrorCode.TooShort : cut == 8 ? null : H4mkErrorCode.Incomplete, fault);
        }

        Assert.Null(await FaultAsync(bytes));
    }

    [Fact]
    public async Task Read_AnyCutOfAnUpgradedFile_IsIncompleteOrThe10Part()
    {
        var bytes = Vectors.Read("h4mk-1.1/upgraded.h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var part = (int)container.FindChunk(ChunkTag.Trak)!.Value.Offset;
        Assert.Null(await FaultAsync(bytes[..part]));
        for (var cut = part + 1; cut < bytes.Length; cut++)
        {
            Assert.Equal(H4mkErrorCode.Incomplete, await FaultAsync(bytes[..cut]));
        }
    }

    [Theory]
    [InlineData("recorded")]
    [InlineData("upgraded")]
    [InlineData("signed-hmac")]
    public async Task Read_AnyBitFlipped_IsFound(string name)
    {
        var bytes = name == "recorded" ? await Recorded.Make(7, 2, 9, 1, 20).WriteAsync() : Vectors.Read($"h4mk-1.1/{name}.h4mk");
        var step = Math.Max(1, bytes.Length * 8 / 20_000);
        for (var bit = 0; bit < bytes.Length * 8; bit += step)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(await FaultAsync(bytes) is not null, $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData("TOKN", 0, H4mkErrorCode.Page)]
    [InlineData("TOKN", 11, H4mkErrorCode.Token)]
    [InlineData("TOKN", 12, H4mkErrorCode.Token)]
    [InlineData("TOKN", 13, H4mkErrorCode.Token)]
    [InlineData("TOKN", 14, H4mkErrorCode.Token)]
    [InlineData("TOKN", 19, H4mkErrorCode.Page)]
    [InlineData("TOKN", 23, H4mkErrorCode.Token)]
    [InlineData("CORE", 0, H4mkErrorCode.Page)]
    [InlineData("INDX", 20, H4mkErrorCode.Page)]
    [InlineData("SEEK", 5, H4mkErrorCode.Order)]
    [InlineData("ROOT", 130, H4mkErrorCode.Root)]
    [InlineData("TAIL", 3, H4mkErrorCode.Tail)]
    [InlineData("META", 0, H4mkErrorCode.Json)]
    [InlineData("META", 5, H4mkErrorCode.Root)]
    [InlineData("TRAK", 0, H4mkErrorCode.Track)]
    public async Task Read_ALieWithASoundCrc_IsFound(string tag, int at, H4mkErrorCode expected)
    {
        var bytes = await Recorded.Make(7, 2, 9, 1, 20).WriteAsync();
        var chunks = Chunks(bytes);
        var (offset, length) = chunks.First(c => c.Tag == tag && c.Length > at) is var found ? (found.Offset, found.Length) : default;
        bytes[offset + 12 + at] ^= 1;
        Recheck(bytes, offset, length);
        Assert.Equal(expected, await FaultAsync(bytes));
    }

    [Fact]
    public async Task Read_ChunksOutOfPlace_AreFound()
    {
        var bytes = await Recorded.Make(7, 2, 9, 1, 20).WriteAsync();
        var chunks = Chunks(bytes);
        byte[] Without(string tag) => chunks.First(c => c.Tag == tag) is var c ? [.. bytes[..c.Offset], .. bytes[(c.Offset + 12 + c.Length)..]] : [];
        byte[] With(int offset, byte[] chunk) => [.. bytes[..offset], .. chunk, .. bytes[offset..]];
        byte[] Chunk(string tag) => chunks.First(c => c.Tag == tag) is var c ? bytes[c.Offset..(c.Offset + 12 + c.Length)] : [];
        var unknown = new System.Buffers.ArrayBufferWriter<byte>();
        new H4mkChunkWriter(unknown).WriteChunk(new ChunkTag("note"), "text"u8);
        int At(string tag) => chunks.First(c => c.Tag == tag).Offset;

        Assert.Equal(H4mkErrorCode.Order, await FaultAsync(Without("META")));
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync(Without("SAFE")));
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync(Without("TOKN")));
        Assert.Equal(H4mkErrorCode.Token, await FaultAsync(Without("CORE")));
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync(Without("INDX")));
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync(Without("SEEK")));
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync(Without("ROOT")));
        Assert.Equal(H4mkErrorCode.Incomplete, await FaultAsync(Without("TAIL")));
        Assert.Equal(H4mkErrorCode.Token, await FaultAsync(With(At("CORE"), Chunk("TOKN"))));
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync(With(At("META"), unknown.WrittenSpan.ToArray())));
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync(With(At("INDX"), unknown.WrittenSpan.ToArray())));
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync(With(At("TAIL"), unknown.WrittenSpan.ToArray())));
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync(With(At("ROOT"), unknown.WrittenSpan.ToArray())));
        Assert.Equal(H4mkErrorCode.Page, await FaultAsync(With(At("TOKN"), unknown.WrittenSpan.ToArray())));
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync([.. bytes, 0]));
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync([.. bytes, .. unknown.WrittenSpan]));
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync(With(At("SEEK"), Chunk("INDX"))));

        // The last page is a short one.
        Assert.Equal(H4mkErrorCode.Order, await FaultAsync(With(At("SEEK"), unknown.WrittenSpan.ToArray())));
    }

    [Fact]
    public async Task ReadPayload_BlockIsThere_EndsWithoutAFurtherByte()
    {
        var recorded = new Recorded(1, 4, [new TrackBlock(0, new BlockInfo { Pts = 5 }, [1, 2, 3]), new TrackBlock(0, new BlockInfo { Pts = 6 }, [])]);
        var pipe = new Pipe();
        await using var writer = H4mkContainerWriter.Create(pipe.Writer, recorded.Options);
        await using var reader = H4mkForwardReader.Create(pipe.Reader);
        await writer.FlushAsync();
        Assert.True(await reader.ReadAsync());
        foreach (var block in recorded.Blocks)
        {
            await writer.WriteBlockAsync(0, block.Info, block.Payload);
            await writer.FlushAsync();
            Assert.True(await reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal(block.Info.Pts, reader.Block.Pts);
            Assert.Equal(block.Payload, (await reader.ReadPayloadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30))).ToArray());
        }

        using var stop = new CancellationTokenSource();
        var pending = reader.ReadAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        await writer.CompleteAsync();
        await pipe.Writer.CompleteAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal(ForwardPart.Page, reader.Part);
        Assert.Equal(new PageRange(0, 0, 2), reader.Page);
        Assert.True(await reader.ReadAsync());
        Assert.Equal(ForwardPart.End, reader.Part);
    }

    [Fact]
    public async Task ReadPayload_OtherPartsOrNoRoomOrTooLong_Throws()
    {
        var bytes = await new Recorded(1, 4, [new TrackBlock(0, default, new byte[11])]).WriteAsync();
        await using var reader = H4mkForwardReader.Create(new MemoryStream(bytes), new H4mkContainerOptions { MaxBlockLength = 10 });
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.ReadPayloadAsync().AsTask());
        await reader.ReadAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.ReadPayloadAsync(new byte[4]).AsTask());
        await reader.ReadAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => reader.ReadPayloadAsync(Memory<byte>.Empty).AsTask());
        Assert.Equal(H4mkErrorCode.Limit, (await Assert.ThrowsAsync<H4mkFormatException>(() => reader.ReadPayloadAsync().AsTask())).Code);
        Assert.Equal(11, await reader.ReadPayloadAsync(new byte[50]));
        Assert.Equal(0, await reader.ReadPayloadAsync(new byte[50]));
    }

    [Fact]
    public async Task ReadPayload_AsLongAsTheLimit_IsGivenWhole()
    {
        var bytes = await new Recorded(1, 4, [new TrackBlock(0, default, [1, 2, 3])]).WriteAsync();
        await using var reader = H4mkForwardReader.Create(new MemoryStream(bytes), new H4mkContainerOptions { MaxBlockLength = 3 });
        await reader.ReadAsync();
        await reader.ReadAsync();
        Assert.Equal([1, 2, 3], (await reader.ReadPayloadAsync()).ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_BehindAnyPart_ClosesTheInputUnlessItIsToStayOpen(bool leaveOpen)
    {
        var bytes = await new Recorded(1, 4, [new TrackBlock(0, default, new byte[11])]).WriteAsync();
        using var stream = new MemoryStream(bytes);
        var reader = H4mkForwardReader.Create(stream, leaveOpen: leaveOpen);
        await reader.ReadAsync();
        await reader.DisposeAsync();
        Assert.Equal(leaveOpen, stream.CanRead);

        var pipe = new Pipe();
        reader = H4mkForwardReader.Create(pipe.Reader, leaveOpen: leaveOpen);
        await reader.DisposeAsync();
        Assert.Equal(!leaveOpen, (await pipe.Writer.WriteAsync(new byte[1])).IsCompleted);
    }

    [Fact]
    public async Task Read_ChunksOfTheCallersOwn_AreGiven()
    {
        using var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, leaveOpen: true))
        {
            await writer.WriteChunkAsync(new ChunkTag("note"), "one"u8.ToArray());
            await writer.WriteBlockAsync(0, default, new byte[] { 9 });
            await writer.WriteChunkAsync(new ChunkTag("note"), "two"u8.ToArray());
            await writer.CompleteAsync();
        }

        await using var reader = H4mkForwardReader.Create(new MemoryStream(output.ToArray()));
        var notes = new List<string>();
        while (await reader.ReadAsync())
        {
            if (reader.Part == ForwardPart.Chunk)
            {
                Assert.Equal(new ChunkTag("note"), reader.Chunk.Tag);
                notes.Add(System.Text.Encoding.UTF8.GetString((await reader.ReadPayloadAsync()).Span));
            }
        }

        Assert.Equal(["one", "two"], notes);
        Assert.Equal(H4mkErrorCode.Limit, await FaultAsync(output.ToArray(), new H4mkContainerOptions { MaxAuxCount = 4 }));
    }

    [Fact]
    public async Task Read_PendingReadOfThePipeCancelled_IsCancelledAndGoesOn()
    {
        var bytes = await Recorded.Make(7, 2, 9, 1, 20).WriteAsync();
        var pipe = new Pipe();
        await using var reader = H4mkForwardReader.Create(new StrictPipeReader(pipe.Reader));
        await pipe.Writer.WriteAsync(bytes.AsMemory(0, 100));
        Assert.True(await reader.ReadAsync());
        var pending = reader.ReadAsync().AsTask();
        Assert.False(pending.IsCompleted);
        pipe.Reader.CancelPendingRead();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        await pipe.Writer.WriteAsync(bytes.AsMemory(100));
        await pipe.Writer.CompleteAsync();
        var blocks = 0;
        while (await reader.ReadAsync())
        {
            blocks += reader.Part == ForwardPart.Block ? 1 : 0;
        }

        Assert.Equal((9, ForwardPart.End), (blocks, reader.Part));
    }

    [Fact]
    public async Task Read_UpgradedFileWithChunksOfTheCallersOwn_GivesItsIdentity()
    {
        var bytes = UpgradedFile.Make(blockCount: 7, pageLog2: 1, notes: ["one", "", "three"]);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.True(container.IsUpgraded);
        Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
        var (parts, reader) = await ReadAllAsync(bytes);
        Assert.Equal(container.Identity, reader.Identity);
        Assert.Equal((7, 3, 4), (parts.Count(p => p == ForwardPart.Block), parts.Count(p => p == ForwardPart.Chunk), parts.Count(p => p == ForwardPart.Page)));
        await ReadAllAsync(bytes, new H4mkContainerOptions { MaxAuxCount = 6 });
        Assert.Equal(H4mkErrorCode.Limit, await FaultAsync(bytes, new H4mkContainerOptions { MaxAuxCount = 5 }));
    }

    internal static List<(string Tag, int Offset, int Length)> Chunks(byte[] bytes)
    {
        var chunks = new List<(string, int, int)>();
        var reader = new H4mkReader(bytes);
        while (reader.Read())
        {
            if (reader.Part == ChunkPart.Start)
            {
                chunks.Add((reader.Chunk.Tag.ToString(), (int)reader.Chunk.Offset, (int)reader.Chunk.Length));
            }
        }

        return chunks;
    }

    internal static void Recheck(byte[] bytes, int offset, int length) =>
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset + 8), Harmony4.Hashing.Crc32.Compute(bytes.AsSpan(offset + 12, length)));

    private static void AssertPage(H4mkForwardReader reader, Dictionary<int, long> final, Dictionary<int, long> seen)
    {
        Assert.Equal(ForwardPart.Page, reader.Part);
        Assert.Equal(final[reader.Page.Track], reader.Page.FirstOrdinal);
        final[reader.Page.Track] += reader.Page.Count;
        Assert.Equal(seen[reader.Page.Track], final[reader.Page.Track]);
    }

    private static async Task AssertPayloadAsync(H4mkForwardReader reader, byte[] expected, Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                Assert.Equal(expected, (await reader.ReadPayloadAsync()).ToArray());
                break;
            case 1:
                var found = new List<byte>();
                var piece = new byte[1 + random.Next(3000)];
                while (await reader.ReadPayloadAsync(piece) is > 0 and var count)
                {
                    found.AddRange(piece[..count]);
                }

                Assert.Equal(expected, found);
                break;
        }
    }

    private static async Task<(List<ForwardPart> Parts, H4mkForwardReader Reader)> ReadAllAsync(byte[] bytes, H4mkContainerOptions? options = null)
    {
        await using var reader = H4mkForwardReader.Create(new MemoryStream(bytes), options);
        var parts = new List<ForwardPart>();
        while (await reader.ReadAsync())
        {
            parts.Add(reader.Part);
        }

        return (parts, reader);
    }

    private static async Task<H4mkErrorCode?> FaultAsync(byte[] bytes, H4mkContainerOptions? options = null)
    {
        try
        {
            await ReadAllAsync(bytes, options);
            return null;
        }
        catch (H4mkFormatException fault)
        {
            return fault.Code;
        }
    }

    /// <summary>A pipe that demands what its contract says: after every read it is told what was taken, before the next one.</summary>
    private sealed class StrictPipeReader(PipeReader inner) : PipeReader
    {
        private bool _isReading;

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            Assert.False(_isReading);
            var result = await inner.ReadAsync(cancellationToken);
            _isReading = true;
            return result;
        }

        public override bool TryRead(out ReadResult result) => throw new NotSupportedException();

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            Assert.True(_isReading);
            _isReading = false;
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
