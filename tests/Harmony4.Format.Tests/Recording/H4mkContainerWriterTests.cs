using System.Buffers;
using System.IO.Pipelines;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Recording;

public sealed class H4mkContainerWriterTests
{
    private static readonly Dictionary<string, Func<H4mkContainerWriter, Task>> Calls = new()
    {
        ["block"] = writer => writer.WriteBlockAsync(0, default, new byte[1]).AsTask(),
        ["chunk"] = writer => writer.WriteChunkAsync(new ChunkTag("mine"), default).AsTask(),
        ["seal"] = writer => writer.WriteSealAsync(new byte[84]).AsTask(),
        ["flush"] = writer => writer.FlushAsync().AsTask(),
        ["root"] = writer => writer.GetRootAsync().AsTask(),
        ["complete"] = writer => writer.CompleteAsync().AsTask(),
    };

    [Fact]
    public async Task CompleteAsync_NoBlocks_GivesTheSmallestFile()
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Version = H4mkVersion.V10 }, leaveOpen: true);
        var summary = await writer.CompleteAsync();
        Assert.Equal((96, 0, 0, 0), (summary.Length, summary.BlockCount, summary.PayloadLength, summary.KeyframeCount));
        Assert.Equal(summary.Veri!.Value.ToArray(), output.ToArray()[^32..]);
        Assert.Equal(96, output.Length);
    }

    [Fact]
    public async Task WriteBlockAsync_KeyframesNotIncreasing_IsRefusedAndNothingIsWritten()
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Version = H4mkVersion.V10 }, leaveOpen: true);
        await writer.WriteBlockAsync(0, new BlockInfo { Pts = 10, IsKey = true }, new byte[5]);
        foreach (var pts in new ulong[] { 0, 9, 10 })
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteBlockAsync(0, new BlockInfo { Pts = pts, IsKey = true }, new byte[5]));
        }

        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteBlockAsync(1, default, new byte[5]));
        await writer.WriteBlockAsync(0, new BlockInfo { Pts = 3 }, new byte[5]);
        await writer.WriteBlockAsync(0, new BlockInfo { Pts = ulong.MaxValue, IsKey = true }, new byte[5]);
        var summary = await writer.CompleteAsync();
        Assert.Equal((3, 2, 15), (summary.BlockCount, summary.KeyframeCount, summary.PayloadLength));
        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        Assert.Equal(2, (await container.FindKeyframeAsync(0, ulong.MaxValue))!.Value.Block);
        Assert.Equal(0, (await container.FindKeyframeAsync(0, ulong.MaxValue - 1))!.Value.Block);
    }

    [Fact]
    public async Task Calls_AfterCompletion_AreRefused()
    {
        await using var writer = H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = H4mkVersion.V10 });
        await writer.CompleteAsync();
        foreach (var call in Calls.Values)
        {
            Assert.Equal("the container is complete", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await call(writer))).Message);
        }
    }

    [Fact]
    public async Task Calls_AfterDisposal_AreRefusedAndNoThreadDies()
    {
        var writer = H4mkContainerWriter.Create(new MemoryStream());
        await writer.WriteBlockAsync(0, default, new byte[3 << 20]);
        await writer.DisposeAsync();
        await writer.DisposeAsync();
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await writer.WriteBlockAsync(0, default, new byte[3 << 20]));
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await writer.CompleteAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(200_000)]
    [InlineData(400_100)]
    public async Task OutputThatFails_AnyPlace_FailsTheCallAndEveryLaterOne(int failAt)
    {
        var output = new FailingStream(failAt);
        await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Version = H4mkVersion.V10 }, leaveOpen: true);
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (var i = 0; i < 4; i++)
            {
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i, IsKey = true }, new byte[100_000]);
            }

            await writer.CompleteAsync();
        });
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteBlockAsync(0, new BlockInfo { Pts = 99 }, new byte[1]));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.CompleteAsync());
    }

    [Fact]
    public async Task WriteBlockAsync_CancelledHalfWay_LeavesAFileThatIsNotTakenForWhole()
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(new YieldingStream(output), Media.Options);
        await writer.WriteBlockAsync(0, new BlockInfo { IsKey = true }, new byte[50_000]);
        using var cancellation = new CancellationTokenSource();
        var segments = Harmony4.TestKit.Segmentations.Cut(new byte[90_000], [30_000, 60_000]);
        var write = writer.WriteBlockAsync(0, new BlockInfo { Pts = 1 }, segments, cancellation.Token).AsTask();
        cancellation.Cancel();
        try
        {
            await write;
        }
        catch (OperationCanceledException)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.CompleteAsync());
            var left = output.ToArray();
            try
            {
                await using var container = await H4mkContainer.OpenAsync(left);
                Assert.Equal(VerificationState.Incomplete, (await container.VerifyAsync()).State);
            }
            catch (H4mkFormatException)
            {
            }
        }
    }

    [Fact]
    public async Task WriteBlockAsync_CallsThatOverlap_AreRefused()
    {
        var gate = new GateStream();
        await using var writer = H4mkContainerWriter.Create(gate, new H4mkWriterOptions { Version = H4mkVersion.V10 }, leaveOpen: true);
        var first = writer.WriteBlockAsync(0, default, new byte[100_000]).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteBlockAsync(0, default, new byte[1]));
        gate.Open.SetResult();
        await first;
        await writer.CompleteAsync();
    }

    [Theory]
    [InlineData("block")]
    [InlineData("chunk")]
    [InlineData("seal")]
    [InlineData("flush")]
    [InlineData("root")]
    [InlineData("complete")]
    public async Task Calls_DuringOneOfAnyKind_AreRefusedUntilItEnds(string name)
    {
        // The first call writes META, which is longer than what the writer keeps to itself.
        var meta = System.Text.Encoding.UTF8.GetBytes($"{{\"a\":\"{new string('a', 100_000)}\"}}");
        var gate = new GateStream();
        await using var writer = H4mkContainerWriter.Create(gate, new H4mkWriterOptions { Meta = meta });
        var first = Calls[name](writer);
        foreach (var other in Calls.Values)
        {
            var fault = await Assert.ThrowsAsync<InvalidOperationException>(async () => await other(writer));
            Assert.StartsWith("an earlier call", fault.Message, StringComparison.Ordinal);
        }

        gate.Open.SetResult();
        await first;
        if (name != "complete")
        {
            await writer.CompleteAsync();
        }
    }

    [Theory]
    [InlineData("block")]
    [InlineData("complete")]
    public async Task Dispose_DuringACall_StaysDisposed(string name)
    {
        var meta = System.Text.Encoding.UTF8.GetBytes($"{{\"a\":\"{new string('a', 100_000)}\"}}");
        var gate = new GateStream();
        var writer = H4mkContainerWriter.Create(gate, new H4mkWriterOptions { Meta = meta }, leaveOpen: true);
        var call = Calls[name](writer);
        await writer.DisposeAsync();
        gate.Open.SetResult();
        await Task.WhenAny(call);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Calls["flush"](writer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_OfAWriterOfAnyKind_ClosesTheOutputUnlessItIsToStayOpen(bool leaveOpen)
    {
        await using var recorded = await H4mkContainer.OpenAsync(await Recorded.Make(1, 1, 3, 1, 9).WriteAsync());
        await using var version10 = await H4mkContainer.OpenAsync(Media.Small.Encode());
        foreach (var create in (Func<Stream, Task<H4mkContainerWriter>>[])
        [
            stream => Task.FromResult(H4mkContainerWriter.Create(stream, leaveOpen: leaveOpen)),
            async stream => await H4mkContainerWriter.AppendAsync(recorded, stream, leaveOpen: leaveOpen),
            async stream => await H4mkContainerWriter.UpgradeAsync(version10, stream, leaveOpen: leaveOpen),
        ])
        {
            using var output = new MemoryStream();
            await (await create(output)).DisposeAsync();
            Assert.Equal(leaveOpen, output.CanWrite);
            using var readOnly = new MemoryStream([], writable: false);
            await Assert.ThrowsAsync<ArgumentException>("output", () => create(readOnly));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upgrade_ThatIsRefused_ClosesTheOutputUnlessItIsToStayOpen(bool leaveOpen)
    {
        var bytes = Media.Small.Encode();
        bytes[8 + 12] ^= 1;
        await using var damaged = await H4mkContainer.OpenAsync(bytes);
        using var output = new MemoryStream();
        await Assert.ThrowsAsync<H4mkFormatException>(async () => await H4mkContainerWriter.UpgradeAsync(damaged, output, leaveOpen: leaveOpen));
        Assert.Equal(leaveOpen, output.CanWrite);
    }

    [Fact]
    public async Task Dispose_OfAWriterToAPipe_LeavesThePipeToItsOwner()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var writer = H4mkContainerWriter.Create(pipe.Writer);
        await writer.CompleteAsync();
        await writer.DisposeAsync();
        await pipe.Writer.WriteAsync(new byte[1]);
        Assert.False((await pipe.Reader.ReadAsync()).IsCompleted);
    }

    [Fact]
    public void Create_BadOptions_AreRefused()
    {
        foreach (var json in (string[])["", "[]", "1", "{", "{}x", "{\"a\":NaN}", "\uFEFF{}"])
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(json);
            Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = H4mkVersion.V10, Meta = bytes }));
            Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = H4mkVersion.V10, Safe = bytes }));
        }

        Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = H4mkVersion.V10, Meta = new byte[] { 0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D } }));
        Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = H4mkVersion.V10, Tracks = [] }));
        Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = H4mkVersion.V10, Tracks = [new() { Id = 0, Kind = TrackKind.Video }, new() { Id = 1, Kind = TrackKind.Audio }] }));
        Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(new MemoryStream([], writable: false)));
        Assert.Throws<ArgumentNullException>(() => H4mkContainerWriter.Create((Stream)null!));
        Assert.Throws<ArgumentNullException>(() => H4mkContainerWriter.Create((PipeWriter)null!));
    }

    [Fact]
    public void Create_Version10OfATrackThatItCannotTellOf_IsRefused()
    {
        var plain = new H4mkTrackInfo { Id = 0, Kind = TrackKind.Video };
        Assert.Equal(0, Create(plain).BlockCount);
        foreach (var track in (H4mkTrackInfo[])
        [
            plain with { Id = 1 },
            plain with { Kind = TrackKind.Audio },
            plain with { Label = "" },
            plain with { Language = "" },
            plain with { Members = new Dictionary<string, System.Text.Json.JsonElement> { ["more"] = default } },
        ])
        {
            Assert.Throws<ArgumentException>("options", () => Create(track));
        }

        static H4mkContainerWriter Create(H4mkTrackInfo track) => H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = H4mkVersion.V10, Tracks = [track] });
    }

    [Theory]
    [InlineData("CORE")]
    [InlineData("VERI")]
    [InlineData("TAIL")]
    [InlineData("TOKN")]
    public async Task WriteChunkAsync_TagOfTheFormat_IsRefused(string tag)
    {
        await using var writer = H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = H4mkVersion.V10 });
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteChunkAsync(new ChunkTag(tag), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteChunkAsync(new ChunkTag(0x20414141), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteChunkAsync(default, default));
    }

    [Fact]
    public void BytesWritten_OfTheChunkWriter_CountsHeadersToo()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        writer.WriteChunk(ChunkTag.Core, new byte[17]);
        Assert.Equal(12 + 17, writer.BytesWritten);
        writer.WriteSeek([new SeekEntry(1, 2), new SeekEntry(0, 0)]);
        Assert.Equal(12 + 17 + 12 + 4 + (2 * 16), writer.BytesWritten);
        Assert.Equal(writer.BytesWritten, output.WrittenCount);
    }

    [Fact]
    public async Task WriteBlockAsync_MoreThan32Bits_IsRefused()
    {
        var piece = new byte[1 << 20];
        var huge = Huge.Of(piece, 4096);
        Assert.Equal(1L << 32, huge.Length);
        await using var writer = H4mkContainerWriter.Create(Stream.Null, new H4mkWriterOptions { Version = H4mkVersion.V10 });
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteBlockAsync(0, default, huge));
        Assert.Throws<ArgumentException>(() => new H4mkChunkWriter(new ArrayBufferWriter<byte>()).WriteChunk(ChunkTag.Core, huge));
        await writer.WriteBlockAsync(0, default, new byte[1]);
    }

    private sealed class FailingStream(int failAt) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Length + buffer.Length > failAt ? throw new IOException("the disk is full") : base.WriteAsync(buffer, cancellationToken);
    }

    private sealed class GateStream : MemoryStream
    {
        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Open.Task;
            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
