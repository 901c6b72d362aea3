using System.IO.Pipelines;
using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Tests.Seal;

/// <summary>A sealed track is read as the plain stream that was sealed.</summary>
public sealed class SealedTrackTests
{
    // 134 blocks: more than one start of the table, the last of them short.
    private static readonly byte[] Media = Vectors.SeededBytes("plain", 13_345);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(4_096)]
    [InlineData(20_000)]
    public async Task Stream_AnyLengthOfReads_GivesTheMedia(int length)
    {
        await using var opened = await OpenAsync();
        await using var stream = opened.Track.OpenStream(opened.Keys);
        Assert.Equal(Media.Length, stream.Length);
        var read = new MemoryStream();
        var buffer = new byte[length];
        while (await stream.ReadAsync(buffer) is var count and > 0)
        {
            Assert.True(count == length || stream.Position == stream.Length);
            read.Write(buffer, 0, count);
        }

        Assert.Equal(Media, read.ToArray());
        stream.Position = 0;
        var synchronous = new byte[Media.Length];
        stream.ReadExactly(synchronous);
        Assert.Equal(Media, synchronous);
        Assert.Equal(0, stream.Read(synchronous, 0, 1));
    }

    [Fact]
    public async Task Stream_AnyPosition_ReadsFromThere()
    {
        await using var opened = await OpenAsync();
        await using var stream = opened.Track.OpenStream(opened.Keys);
        var buffer = new byte[250];
        foreach (var position in (int[])[13_344, 0, 99, 100, 101, 6_399, 6_400, 6_401, 12_800, 50, 149, 150, 13_300, 6_500])
        {
            Assert.Equal(position, stream.Seek(position, SeekOrigin.Begin));
            var count = await stream.ReadAsync(buffer);
            Assert.Equal(Media[position..Math.Min(position + 250, Media.Length)], buffer[..count]);
        }

        Assert.Equal(Media.Length - 1, stream.Seek(-1, SeekOrigin.End));
        Assert.Equal(Media[^1], stream.ReadByte());
        Assert.Equal(-1, stream.ReadByte());
        Assert.Equal(Media.Length + 10, stream.Seek(10, SeekOrigin.Current));
        Assert.Equal(0, await stream.ReadAsync(buffer));
        Assert.Throws<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Position = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Seek(0, (SeekOrigin)3));
        Assert.True(stream is { CanRead: true, CanSeek: true, CanWrite: false });
        Assert.Throws<NotSupportedException>(() => stream.SetLength(0));
        Assert.Throws<NotSupportedException>(() => stream.WriteByte(0));
        await stream.DisposeAsync();
        Assert.False(stream.CanRead || stream.CanSeek);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.ReadExactlyAsync(buffer));
        Assert.Throws<ObjectDisposedException>(() => stream.Position = 0);
    }

    [Theory]
    [InlineData(0, 13_345)]
    [InlineData(0, 0)]
    [InlineData(13_345, 0)]
    [InlineData(99, 2)]
    [InlineData(6_399, 302)]
    [InlineData(13_300, 45)]
    public async Task Copy_AnyRange_GivesTheMediasBytes(int offset, int length)
    {
        await using var opened = await OpenAsync();
        var output = new MemoryStream();
        var writer = PipeWriter.Create(output);
        await opened.Track.CopyAsync(opened.Keys, offset, length, writer);
        Assert.Equal(Media[offset..(offset + length)], output.ToArray());
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(13_346, 0)]
    [InlineData(13_345, 1)]
    [InlineData(1, 13_345)]
    public async Task Copy_RangeOutside_IsRefused(int offset, int length)
    {
        await using var opened = await OpenAsync();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => opened.Track.CopyAsync(opened.Keys, offset, length, PipeWriter.Create(Stream.Null)));
    }

    [Fact]
    public async Task GetOffset_EachBlock_IsWhereItBegins()
    {
        await using var opened = await OpenAsync();
        Assert.Equal(134, opened.Track.Track.BlockCount);
        for (var ordinal = 0; ordinal < 134; ordinal++)
        {
            Assert.Equal(100 * ordinal, await opened.Track.GetOffsetAsync(ordinal));
        }

        Assert.Equal(Media.Length, await opened.Track.GetOffsetAsync(134));
        Assert.Equal(Media.Length, opened.Track.ByteLength);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await opened.Track.GetOffsetAsync(135));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await opened.Track.GetOffsetAsync(-1));
    }

    [Fact]
    public async Task Read_LostBlocks_AreNotThere()
    {
        using var key = TestContainers.Key("key");
        var bytes = await TestContainers.ExportAsync(Media, TestContainers.Options with { Seal = new SealOptions { Key = key } });

        // A whole stride is lost, and one block besides: the table then has two starts at one offset.
        foreach (var ordinal in Enumerable.Range(64, 64).Append(3))
        {
            bytes[TestContainers.Chunks(bytes).Where(c => c.Tag == "CORE").ElementAt(ordinal).Offset + 20] ^= 1;
        }

        var recovered = new MemoryStream();
        await using (var source = H4mkSource.FromMemory(bytes))
        {
            await TestContainers.Transport.RecoverAsync(source, recovered);
        }

        var left = Media[..300].Concat(Media[400..6_400]).Concat(Media[12_800..]).ToArray();
        await using var opened = await OpenAsync(await H4mkContainer.OpenAsync(recovered.ToArray()), key);
        Assert.Equal(134, opened.Track.Track.BlockCount);
        Assert.Equal(left.Length, opened.Track.ByteLength);
        await using var stream = opened.Track.OpenStream(opened.Keys);
        var all = new byte[left.Length];
        await stream.ReadExactlyAsync(all);
        Assert.Equal(left, all);
        foreach (var position in (int[])[299, 300, 6_299, 6_300, 6_301])
        {
            stream.Position = position;
            Assert.Equal(left[position], stream.ReadByte());
        }

        Assert.Equal(300, await opened.Track.GetOffsetAsync(3));
        Assert.Equal(300, await opened.Track.GetOffsetAsync(4));
        Assert.Equal(6_300, await opened.Track.GetOffsetAsync(100));
        Assert.Equal(6_300, await opened.Track.GetOffsetAsync(128));
    }

    [Fact]
    public async Task Read_DamagedBlock_GivesTheBytesBeforeItAndThenSaysWhere()
    {
        using var key = TestContainers.Key("key");
        var bytes = await TestContainers.ExportAsync(Media, TestContainers.Options with { Seal = new SealOptions { Key = key } });
        bytes[TestContainers.Chunks(bytes).Where(c => c.Tag == "CORE").ElementAt(5).Offset + 20] ^= 1;
        await using var opened = await OpenAsync(await H4mkContainer.OpenAsync(bytes), key);
        await using var stream = opened.Track.OpenStream(opened.Keys);
        var buffer = new byte[1_000];
        Assert.Equal(500, await stream.ReadAsync(buffer));
        Assert.Equal(Media[..500], buffer[..500]);
        Assert.Equal(H4mkErrorCode.Block, (await Assert.ThrowsAsync<H4mkFormatException>(async () => await stream.ReadExactlyAsync(buffer))).Code);
        Assert.Equal(500, stream.Position);
        stream.Position = 600;
        Assert.Equal(1_000, await stream.ReadAsync(buffer));
        Assert.Equal(Media[600..1_600], buffer);
    }

    [Fact]
    public async Task Read_CancelledBetweenBlocks_LosesNoByte()
    {
        using var key = TestContainers.Key("key");
        var bytes = await TestContainers.ExportAsync(Media, TestContainers.Options with { Seal = new SealOptions { Key = key } });
        using var stopping = new CancellationTokenSource();
        var source = new CountedStream(bytes);
        await using var opened = await OpenAsync(await H4mkContainer.OpenAsync(H4mkSource.FromStream(source)), key);
        await using var stream = opened.Track.OpenStream(opened.Keys);
        var buffer = new byte[1_000];
        source.OnRead = count =>
        {
            if (count == 3)
            {
                stopping.Cancel();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.ReadExactlyAsync(buffer, stopping.Token));
        Assert.Equal(0, stream.Position);
        await stream.ReadExactlyAsync(buffer);
        Assert.Equal(Media[..1_000], buffer);
    }

    [Fact]
    public async Task Read_KeyOfAnotherContainer_OpensNothing()
    {
        using var key = TestContainers.Key("key");
        await using var one = await OpenAsync();
        await using var other = await OpenAsync(await H4mkContainer.OpenAsync(await TestContainers.ExportAsync(Media, TestContainers.Options with { Seal = new SealOptions { Key = key } })), key);
        await using var stream = one.Track.OpenStream(other.Keys);
        await Assert.ThrowsAsync<H4mkFormatException>(async () => await stream.ReadExactlyAsync(new byte[10]));
    }

    [Fact]
    public async Task Read_TrackThatIsNotSealed_IsRefusedWithTheBlock()
    {
        await using var container = await H4mkContainer.OpenAsync(await TestContainers.ExportAsync(Media));
        var exception = await Assert.ThrowsAsync<H4mkFormatException>(async () => await SealedTrack.ReadAsync(container));
        Assert.Equal((H4mkErrorCode.Block, ChunkTag.Core), (exception.Code, exception.Tag));
        Assert.Contains("block 0 of track 0 to be sealed", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await SealedTrack.ReadAsync(container, 1));
    }

    [Fact]
    public async Task Read_EmptyTrack_IsAnEmptyStream()
    {
        using var key = TestContainers.Key("key");
        await using var opened = await OpenAsync(await H4mkContainer.OpenAsync(await TestContainers.ExportAsync(Array.Empty<byte>(), TestContainers.Options with { Seal = new SealOptions { Key = key } })), key);
        await using var stream = opened.Track.OpenStream(opened.Keys);
        Assert.Equal(0, stream.Length);
        Assert.Equal(-1, stream.ReadByte());
        Assert.Equal(0, await opened.Track.GetOffsetAsync(0));
    }

    [Fact]
    public async Task Read_AppendedTo_GoesOnUnderTheNewSeal()
    {
        using var key = TestContainers.Key("key");
        var options = TestContainers.Options with { Seal = new SealOptions { Key = key } };
        var bytes = await TestContainers.AppendAsync(await TestContainers.ExportAsync(Media, options), Media[..555], options);
        await using var opened = await OpenAsync(await H4mkContainer.OpenAsync(bytes), key);
        await using var stream = opened.Track.OpenStream(opened.Keys);
        var all = new byte[Media.Length + 555];
        await stream.ReadExactlyAsync(all);
        Assert.Equal([.. Media, .. Media[..555]], all);
        Assert.Equal(all.Length, stream.Length);
    }

    private static async Task<Opened> OpenAsync()
    {
        using var key = TestContainers.Key("another");
        return await OpenAsync(await H4mkContainer.OpenAsync(await TestContainers.ExportAsync(Media, TestContainers.Options with { Seal = new SealOptions { Key = key } })), key);
    }

    private static async Task<Opened> OpenAsync(H4mkContainer container, SealKey key) =>
        new(container, await SealedTrack.ReadAsync(container), (await ContainerKeys.TryOpenAsync(container, key))!);

    private sealed class CountedStream(byte[] bytes) : MemoryStream(bytes)
    {
        private int _count;

        public Action<int>? OnRead { get; set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            OnRead?.Invoke(++_count);
            cancellationToken.ThrowIfCancellationRequested();
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }

    private sealed record Opened(H4mkContainer Container, SealedTrack Track, ContainerKeys Keys) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Keys.Dispose();
            await Container.DisposeAsync();
        }
    }
}
