using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Sources;

public sealed class H4mkSourceTests
{
    private static readonly byte[] Bytes = Media.Small.Encode();

    public static TheoryData<string> Kinds => ["memory", "file", "stream", "slow stream", "short reads"];

    [Theory, MemberData(nameof(Kinds))]
    public async Task ReadAsync_AnyPlaceAndLength_GivesWhatIsThere(string kind)
    {
        await using var made = new Made(kind);
        for (var offset = 0; offset < Bytes.Length + 3; offset += 7)
        {
            foreach (var length in (int[])[0, 1, 50, Bytes.Length, Bytes.Length + 100_000])
            {
                var buffer = new byte[length];
                var read = await made.Source.ReadAsync(offset, buffer);
                var expected = Bytes.Skip(offset).Take(length).ToArray();
                Assert.Equal((expected.Length, (long)Bytes.Length), (read.Count, read.Length));
                Assert.Equal(expected, buffer[..read.Count]);
            }
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ReadAsync_FarPastTheEnd_GivesNothing(string kind)
    {
        await using var made = new Made(kind);
        foreach (var offset in (long[])[Bytes.Length, int.MaxValue, int.MaxValue + 1L, uint.MaxValue + 1L, long.MaxValue - 5, long.MaxValue])
        {
            var read = await made.Source.ReadAsync(offset, new byte[10]);
            Assert.Equal((0, (long)Bytes.Length), (read.Count, read.Length));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await made.Source.ReadAsync(-1, new byte[10]));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ReadTailAsync_AnyLength_GivesTheLastBytes(string kind)
    {
        await using var made = new Made(kind);
        foreach (var length in (int[])[0, 1, 44, Bytes.Length, Bytes.Length + 9])
        {
            var buffer = new byte[length];
            var read = await made.Source.ReadTailAsync(buffer);
            var expected = Bytes[Math.Max(0, Bytes.Length - length)..];
            Assert.Equal((expected.Length, (long)Bytes.Length), (read.Count, read.Length));
            Assert.Equal(expected, buffer[..read.Count]);
        }
    }

    [Theory]
    [InlineData("memory", 1)]
    [InlineData("file", 1)]
    [InlineData("stream", 1)]
    [InlineData("slow stream", 1)]
    [InlineData("short reads", 17)]
    public async Task Counters_AfterReads_CountEachAndItsBytes(string kind, int reads)
    {
        await using var made = new Made(kind);
        await made.Source.ReadAsync(7, new byte[50]);
        Assert.Equal((reads, 50), (made.Source.ReadCount, made.Source.BytesRead));
        await made.Source.ReadAsync(Bytes.Length - 2, new byte[3]);
        Assert.Equal((reads + 1, 52), (made.Source.ReadCount, made.Source.BytesRead));
        await made.Source.ReadAsync(Bytes.Length, new byte[3]);
        Assert.Equal((reads + 2, 52), (made.Source.ReadCount, made.Source.BytesRead));
    }

    [Fact]
    public async Task ReadAsync_SourceThatClaimsANegativeLength_IsToldSo()
    {
        await using var source = new DelegateSource((_, _) => new SourceRead(0, -1));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await source.ReadAsync(0, new byte[10]));
        await using var empty = new DelegateSource((_, _) => new SourceRead(0, 0));
        Assert.Equal(new SourceRead(0, 0), await empty.ReadAsync(0, new byte[10]));
        Assert.Equal(0, empty.WalkReadLength);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ReadAsync_Cancelled_IsCancelled(string kind)
    {
        await using var made = new Made(kind);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => made.Source.ReadAsync(0, new byte[10], cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => made.Source.ReadTailAsync(new byte[10], cancelled).AsTask());
        Assert.Equal(0, made.Source.ReadCount);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Counters_AfterOpening_CountItsReads(string kind)
    {
        await using var made = new Made(kind);
        Assert.Equal((0, 0), (made.Source.ReadCount, made.Source.BytesRead));
        await using var container = await H4mkContainer.OpenAsync(made.Source);
        Assert.InRange(container.Source.ReadCount, 1, Bytes.Length);
        Assert.InRange(container.Source.BytesRead, 20, 2 * Bytes.Length);
    }

    [Fact]
    public async Task ReadAsync_SourceThatClaimsMoreThanItWasAskedFor_IsToldSo()
    {
        foreach (var count in (int[])[-1, 11, int.MaxValue])
        {
            await using var source = new DelegateSource((_, _) => new SourceRead(count, 100));
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await source.ReadAsync(0, new byte[10]));
        }
    }

    [Fact]
    public async Task OpenAsync_SourceThatThrows_PassesItOnAndDisposesTheSource()
    {
        var source = new DelegateSource((_, _) => throw new IOException("the cable is out"));
        Assert.Equal("the cable is out", (await Assert.ThrowsAsync<IOException>(() => H4mkContainer.OpenAsync(source).AsTask())).Message);
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public async Task OpenAsync_Cancelled_DisposesTheSource()
    {
        var source = new DelegateSource((offset, memory) => DelegateSource.Copy(Bytes, offset, memory, int.MaxValue));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => H4mkContainer.OpenAsync(source, cancellationToken: new CancellationToken(canceled: true)).AsTask());
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public void FromFile_NotAFile_IsAnIoError()
    {
        Assert.Throws<FileNotFoundException>(() => H4mkSource.FromFile(Path.Combine(Path.GetTempPath(), "no-such-file.h4mk")));
        Assert.ThrowsAny<SystemException>(() => H4mkSource.FromFile(Path.GetTempPath()));
        Assert.Throws<ArgumentException>(() => H4mkSource.FromStream(new NoSeekStream()));
        Assert.Throws<ArgumentNullException>(() => H4mkSource.FromStream(null!));
    }

    [Fact]
    public async Task FromStream_LeaveOpen_LeavesItOpen()
    {
        using var stream = new MemoryStream(Bytes);
        await H4mkSource.FromStream(stream, leaveOpen: true).DisposeAsync();
        Assert.True(stream.CanRead);
        await H4mkSource.FromStream(stream).DisposeAsync();
        Assert.False(stream.CanRead);
    }

    private sealed class Made : IAsyncDisposable
    {
        private readonly string _path = Path.GetTempFileName();

        public Made(string kind)
        {
            File.WriteAllBytes(_path, Bytes);
            Source = kind switch
            {
                "memory" => H4mkSource.FromMemory(Bytes),
                "file" => H4mkSource.FromFile(_path),
                "stream" => H4mkSource.FromStream(new MemoryStream(Bytes)),
                "slow stream" => H4mkSource.FromStream(new YieldingStream(new MemoryStream(Bytes), longestRead: 3)),
                _ => new DelegateSource((offset, memory) => DelegateSource.Copy(Bytes, offset, memory, 3)),
            };
        }

        public H4mkSource Source { get; }

        public async ValueTask DisposeAsync()
        {
            await Source.DisposeAsync();
            File.Delete(_path);
        }
    }

    private sealed class NoSeekStream : MemoryStream
    {
        public override bool CanSeek => false;
    }
}
