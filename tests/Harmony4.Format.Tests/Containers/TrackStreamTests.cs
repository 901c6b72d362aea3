using Harmony4.Format.Tests.Properties;
using Harmony4.Format.Tests.Sources;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Containers;

/// <summary>The track stream: what HTTP ranges are served from.</summary>
public sealed class TrackStreamTests
{
    private static readonly Media Media = new([.. Enumerable.Range(0, 12).Select(i => new Block((ulong)i, i % 4 == 0, Vectors.SeededBytes("track" + i, i * 37 % 150)))]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_EveryRange_GivesThatSlice(bool checkBlocks)
    {
        var expected = Media.Payloads;
        await using var container = await H4mkContainer.OpenAsync(Media.Encode());
        await using var stream = container.OpenTrackStream(0, checkBlocks);
        Assert.Equal((expected.Length, true, true, false), (stream.Length, stream.CanSeek, stream.CanRead, stream.CanWrite));
        for (var first = 0; first < expected.Length; first += 11)
        {
            for (var last = first; last < expected.Length; last += 29)
            {
                var buffer = new byte[last - first + 1];
                stream.Position = first;
                await stream.ReadExactlyAsync(buffer);
                Assert.Equal(expected[first..(last + 1)], buffer);
                Assert.Equal(last + 1, stream.Position);
            }
        }
    }

    [Fact]
    public async Task Read_EveryVector_RangesAreThoseOfTheJoinedBlocks()
    {
        foreach (var name in (string[])["uneven", "many-small", "empty-among-full", "masked-32-many", "empty"])
        {
            var @case = Vectors.Case("containers", name);
            await using var container = await H4mkContainer.OpenAsync(Vectors.Read(@case.GetProperty("file").GetString()!));
            var whole = new MemoryStream();
            for (var i = 0; i < container.BlockCount; i++)
            {
                var block = new System.Buffers.ArrayBufferWriter<byte>();
                await container.ReadBlockAsync(0, i, block);
                whole.Write(block.WrittenSpan);
            }

            await using var stream = container.OpenTrackStream(0);
            Assert.Equal(whole.Length, stream.Length);
            var random = new Random(9);
            for (var i = 0; i < 50; i++)
            {
                var first = random.Next((int)whole.Length + 1);
                var buffer = new byte[random.Next(3000)];
                stream.Seek(first, SeekOrigin.Begin);
                var count = await stream.ReadAsync(buffer);
                Assert.Equal(Math.Min(buffer.Length, whole.Length - first), count);
                Assert.Equal(whole.ToArray().AsSpan(first, count).ToArray(), buffer[..count]);
            }
        }
    }

    [Fact]
    public async Task Read_AllForms_GiveTheSame()
    {
        var expected = Media.Payloads;
        await using var container = await H4mkContainer.OpenAsync(H4mkSource.FromStream(new YieldingStream(new MemoryStream(Media.Encode()), 7)));
        await using var stream = container.OpenTrackStream(0);
        var buffer = new byte[expected.Length + 10];
        Assert.Equal(expected.Length, stream.Read(buffer, 0, buffer.Length));
        Assert.Equal(expected, buffer[..expected.Length]);
        Assert.Equal(0, stream.Read(buffer));
        Assert.Equal(-1, stream.ReadByte());
        stream.Position = 0;
        Assert.Equal(expected[0], stream.ReadByte());
        Assert.Equal(30, stream.Read(buffer.AsSpan(0, 30)));
        Assert.Equal(expected[1..31], buffer[..30]);
        stream.Seek(-5, SeekOrigin.End);
        Assert.Equal(5, await stream.ReadAsync(buffer));
        stream.Seek(-5, SeekOrigin.Current);
        Assert.Equal(expected.Length - 5, stream.Position);
    }

    [Fact]
    public async Task Read_DamagedBlock_GivesTheBytesBeforeItThenThrowsAndGoesOnBehindIt()
    {
        var bytes = Media.Encode();
        await using var sound = await H4mkContainer.OpenAsync(Media.Encode());
        var damaged = await sound.GetBlockAsync(0, 5);
        bytes[damaged.FileOffset + 3] ^= 0x40;
        await using var container = await H4mkContainer.OpenAsync(bytes);
        await using var stream = container.OpenTrackStream(0);
        var buffer = new byte[Media.Payloads.Length];

        var count = await stream.ReadAsync(buffer);
        Assert.Equal(damaged.StreamOffset, count);
        Assert.Equal(damaged.StreamOffset, stream.Position);
        Assert.Equal(Media.Payloads[..count], buffer[..count]);

        for (var attempt = 0; attempt < 2; attempt++)
        {
            buffer.AsSpan().Clear();
            var exception = await Assert.ThrowsAsync<H4mkFormatException>(() => stream.ReadAsync(buffer).AsTask());
            Assert.Equal((H4mkErrorCode.Crc, damaged.FileOffset - 12), (exception.Code, exception.Offset));
            Assert.All(buffer, b => Assert.Equal(0, b));
            await Assert.ThrowsAsync<H4mkFormatException>(() => stream.ReadAsync(buffer.AsMemory(0, 1)).AsTask());
        }

        stream.Position = damaged.StreamOffset + damaged.Length;
        Assert.Equal(Media.Payloads.Length - stream.Position, await stream.ReadAsync(buffer));

        // Without checking, damage passes: that is what was asked for.
        await using var open = container.OpenTrackStream(0, checkBlocks: false);
        await open.ReadExactlyAsync(buffer);
        Assert.NotEqual(Media.Payloads, buffer);
    }

    [Fact]
    public async Task Read_SourceThatFailsOnce_CanBeTriedAgain()
    {
        var fail = false;
        var bytes = Media.Encode();
        await using var container = await H4mkContainer.OpenAsync(new DelegateSource((o, m) =>
            fail ? throw new IOException("once") : DelegateSource.Copy(bytes, o, m, int.MaxValue)));
        await using var stream = container.OpenTrackStream(0);
        fail = true;
        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[50]).AsTask());
        fail = false;
        var buffer = new byte[Media.Payloads.Length];
        await stream.ReadExactlyAsync(buffer);
        Assert.Equal(Media.Payloads, buffer);
    }

    [Fact]
    public async Task Read_CancelledBehindTheFirstBlocks_StaysWhereItBegan()
    {
        var reads = int.MaxValue;
        var bytes = Media.Encode();
        await using var container = await H4mkContainer.OpenAsync(new DelegateSource((o, m) =>
            reads-- == 0 ? throw new OperationCanceledException() : DelegateSource.Copy(bytes, o, m, int.MaxValue)));
        await using var stream = container.OpenTrackStream(0);
        stream.Position = 10;
        reads = 3;
        var buffer = new byte[Media.Payloads.Length - 10];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.ReadAsync(buffer).AsTask());
        Assert.Equal(10, stream.Position);
        reads = int.MaxValue;
        await stream.ReadExactlyAsync(buffer);
        Assert.Equal(Media.Payloads[10..], buffer);
    }

    [Fact]
    public async Task Read_BlockOverTheLimit_IsAFormatErrorOnlyWhenChecking()
    {
        await using var container = await H4mkContainer.OpenAsync(Media.Encode(), new H4mkContainerOptions { MaxBlockLength = 100 });
        await Assert.ThrowsAsync<H4mkFormatException>(() => container.OpenTrackStream(0).CopyToAsync(Stream.Null));
        await container.OpenTrackStream(0, checkBlocks: false).CopyToAsync(Stream.Null);
    }

    [Fact]
    public async Task Seek_OutOfRange_IsRefusedAndPastTheEndReadsNothing()
    {
        await using var container = await H4mkContainer.OpenAsync(Media.Encode());
        var stream = container.OpenTrackStream(0);
        Assert.Throws<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
        Assert.Throws<IOException>(() => stream.Seek(long.MinValue, SeekOrigin.End));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Position = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Seek(0, (SeekOrigin)9));
        stream.Position = long.MaxValue;
        Assert.Throws<IOException>(() => stream.Seek(1, SeekOrigin.Current));
        Assert.Equal(0, await stream.ReadAsync(new byte[5]));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(0));
        Assert.Throws<NotSupportedException>(() => stream.Write([1], 0, 1));
        await stream.DisposeAsync();
        Assert.False(stream.CanRead);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadAsync(new byte[5]).AsTask());
        Assert.Equal(12, container.BlockCount);
        Assert.Throws<ArgumentOutOfRangeException>(() => container.OpenTrackStream(1));
    }

    [Fact]
    public async Task Read_ArgumentsOutOfRange_AreRefusedByName()
    {
        await using var container = await H4mkContainer.OpenAsync(Media.Encode());
        await using var stream = container.OpenTrackStream(0);
#pragma warning disable CA1835, CA2022 // What older callers use is tested too.
        foreach (var (buffer, offset, count, parameter) in ((byte[]?, int, int, string)[])[(null, 0, 0, "buffer"), (new byte[5], -1, 1, "offset"), (new byte[5], 0, -1, "count"), (new byte[5], 0, 6, "count"), (new byte[5], 5, 1, "count")])
        {
            Assert.Throws(buffer is null ? typeof(ArgumentNullException) : typeof(ArgumentOutOfRangeException), () => stream.Read(buffer!, offset, count));
            var refusal = await Assert.ThrowsAnyAsync<ArgumentException>(async () => await stream.ReadAsync(buffer!, offset, count, CancellationToken.None));
            Assert.Equal(parameter, refusal.ParamName);
            Assert.Equal(parameter, Assert.ThrowsAny<ArgumentException>(() => stream.Read(buffer!, offset, count)).ParamName);
        }

        // A part of a buffer is filled, and nothing around it.
        var bytes = new byte[7];
        Assert.Equal(3, await stream.ReadAsync(bytes, 2, 3, CancellationToken.None));
        Assert.Equal([0, 0, .. Media.Payloads[..3], 0, 0], bytes);
        Assert.Equal(2, stream.Read(bytes, 5, 2));
        Assert.Equal([0, 0, .. Media.Payloads[..5]], bytes);
#pragma warning restore CA1835, CA2022
    }

    [Fact]
    public async Task Seek_ToTheEdges_IsTaken()
    {
        await using var container = await H4mkContainer.OpenAsync(Media.Encode());
        var stream = container.OpenTrackStream(0);
        Assert.Equal(0, stream.Seek(0, SeekOrigin.Begin));
        Assert.Equal(0, stream.Seek(-stream.Length, SeekOrigin.End));
        Assert.Throws<IOException>(() => stream.Seek(-stream.Length - 1, SeekOrigin.End));
        Assert.Equal(long.MaxValue, stream.Seek(long.MaxValue - stream.Length, SeekOrigin.End));
        Assert.Throws<IOException>(() => stream.Seek(long.MaxValue - stream.Length + 1, SeekOrigin.End));
        Assert.Equal(long.MaxValue, stream.Position);
        stream.Flush();
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        Assert.False(stream.CanSeek);
        Assert.Throws<ObjectDisposedException>(() => stream.Position = 0);
        Assert.Throws<ObjectDisposedException>(() => stream.Read(new byte[1], 0, 1));
    }

    [Fact]
    public async Task Dispose_WhileAReadIsUnderWay_KeepsItsBufferFromOthers()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bytes = Media.Encode();
        var blocked = false;
        Memory<byte> late = default;
        await using var container = await H4mkContainer.OpenAsync(new GatedSource(bytes, () => blocked ? gate.Task : Task.CompletedTask, m => late = m));
        var stream = container.OpenTrackStream(0);
        blocked = true;
        var read = stream.ReadAsync(new byte[1]).AsTask();
        await stream.DisposeAsync();
        var rented = System.Buffers.ArrayPool<byte>.Shared.Rent(late.Length);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray<byte>(late, out var segment));
        Assert.NotSame(segment.Array, rented);
        gate.SetResult();
        await read;
    }

    private sealed class GatedSource(byte[] bytes, Func<Task> gate, Action<Memory<byte>> sees) : H4mkSource
    {
        protected override async ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            sees(destination);
            await gate();
            return DelegateSource.Copy(bytes, offset, destination, int.MaxValue);
        }

        protected override ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
            new(DelegateSource.Copy(bytes, Math.Max(0, bytes.Length - destination.Length), destination, int.MaxValue));
    }
}
