using System.Buffers;
using System.Security.Cryptography;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Containers;

/// <summary>What the end of a file says without opening it: version, digest, playing time.</summary>
public sealed class H4mkFileEndTests
{
    private const int TailLength = 64;

    [Fact]
    public async Task Read_RecordedContainer_SaysWhatTheOpenedOneDoes()
    {
        var (bytes, summary) = await RecordAsync();
        await using var source = H4mkSource.FromMemory(bytes);
        var end = await H4mkFileEnd.ReadAsync(source);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal(H4mkVersion.V11, end.Version);
        Assert.Equal(bytes.Length, end.Length);
        Assert.Equal(container.FileDigest, end.Digest);
        Assert.Equal(summary.FileDigest, end.Digest);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(bytes.Length - TailLength))), end.Digest.ToString());
        Assert.Equal(1, source.ReadCount);

        // From 100 of track 3 to 5,000 + 700 of track 7.
        Assert.Equal(5_600ul, end.Duration);
    }

    [Fact]
    public async Task Read_TailAlone_KnowsTheDigestAndNoDuration()
    {
        var (bytes, summary) = await RecordAsync();
        await using var source = H4mkSource.FromMemory(bytes);
        var end = await H4mkFileEnd.ReadAsync(source, H4mkFileEnd.MinReadLength);
        Assert.Equal(summary.FileDigest, end.Digest);
        Assert.Null(end.Duration);
        Assert.Equal((1, TailLength), (source.ReadCount, source.BytesRead));
    }

    [Theory]
    [InlineData(H4mkFileEnd.DefaultReadLength, 1)]
    [InlineData(H4mkFileEnd.MinReadLength, 2)]
    public async Task Read_SignedContainer_HashesTheSignaturesToo(int readLength, int reads)
    {
        var bytes = WithChunkBeforeTail((await RecordAsync()).Bytes, new ChunkTag("SIGN"), new byte[60_000]);
        await using var source = H4mkSource.FromMemory(bytes);
        var end = await H4mkFileEnd.ReadAsync(source, readLength);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal(container.FileDigest, end.Digest);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(bytes.Length - TailLength - 12 - 60_000))), end.Digest.ToString());
        Assert.Equal(reads, source.ReadCount);
    }

    [Fact]
    public async Task Read_MoreThanSignaturesMayHave_HasNoDigest()
    {
        var bytes = WithChunkBeforeTail((await RecordAsync()).Bytes, new ChunkTag("SIGN"), new byte[60_000]);
        var end = await H4mkFileEnd.ReadAsync(H4mkSource.FromMemory(bytes), options: new H4mkContainerOptions { MaxSignLength = 1_000 });
        Assert.Equal(H4mkVersion.V11, end.Version);
        Assert.Null(end.Digest);
    }

    [Fact]
    public async Task Read_SourceThatShrinksBetweenTheReads_HasNoDigest()
    {
        var bytes = WithChunkBeforeTail((await RecordAsync()).Bytes, new ChunkTag("SIGN"), new byte[60_000]);
        var reads = 0;
        await using var source = new Sources.DelegateSource((offset, destination) =>
            Sources.DelegateSource.Copy(++reads > 2 ? bytes[..^1] : bytes, offset, destination, int.MaxValue));
        Assert.Null((await H4mkFileEnd.ReadAsync(source, H4mkFileEnd.MinReadLength)).Digest);
    }

    [Fact]
    public async Task Read_DamagedRoot_HasItsDigestAndNoDuration()
    {
        var (bytes, summary) = await RecordAsync();
        bytes[^(TailLength + 1)] ^= 1;
        var end = await H4mkFileEnd.ReadAsync(H4mkSource.FromMemory(bytes));
        Assert.Equal(summary.FileDigest, end.Digest);
        Assert.Null(end.Duration);
    }

    [Fact]
    public async Task Read_ContainerWithoutBlocks_HasNoDuration()
    {
        var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, leaveOpen: true))
        {
            await writer.CompleteAsync();
        }

        var end = await H4mkFileEnd.ReadAsync(H4mkSource.FromMemory(output.ToArray()));
        Assert.Equal(H4mkVersion.V11, end.Version);
        Assert.Null(end.Duration);
    }

    [Fact]
    public async Task Read_Version10_IsNamedByVeri()
    {
        var end = await H4mkFileEnd.ReadAsync(H4mkSource.FromMemory(Vectors.Read("exports/small.h4mk")), H4mkFileEnd.MinReadLength);
        Assert.Equal(H4mkVersion.V10, end.Version);
        Assert.Equal(Vectors.Case("exports", "small").GetProperty("veri_hex").GetString(), end.Digest.ToString());
        Assert.Null(end.Duration);
    }

    [Theory]
    [InlineData("XTRA", 32, 0)]
    [InlineData("VERI", 33, 0)]
    [InlineData("VERI", 31, 0)]
    [InlineData("VERI", 32, 1)]
    public async Task Read_AnotherChunkAtTheEnd_NamesNothing(string tag, int length, byte flip)
    {
        var file = new ArrayBufferWriter<byte>();
        Write(file, (ref H4mkChunkWriter writer) =>
        {
            writer.WriteFileHeader();
            writer.WriteChunk(new ChunkTag("CORE"), new byte[100]);
            writer.WriteChunk(new ChunkTag(tag), new byte[length]);
        });
        var bytes = file.WrittenSpan.ToArray();
        bytes[^1] ^= flip;
        var end = await H4mkFileEnd.ReadAsync(H4mkSource.FromMemory(bytes));
        Assert.Null(end.Version);
        Assert.Null(end.Digest);
        Assert.Equal(bytes.Length, end.Length);
    }

    [Fact]
    public async Task Read_AnyBytes_NeverThrows()
    {
        var (bytes, _) = await RecordAsync();
        for (var length = 0; length < 200; length++)
        {
            Assert.Null((await H4mkFileEnd.ReadAsync(H4mkSource.FromMemory(bytes.AsMemory(0, length)))).Digest);
        }

        // TAIL of another file: ROOT is elsewhere, or nowhere.
        for (var drop = 1; drop < bytes.Length - TailLength; drop++)
        {
            await H4mkFileEnd.ReadAsync(H4mkSource.FromMemory(bytes.AsMemory(drop)));
        }
    }

    [Fact]
    public async Task Read_LessThanATail_IsAnArgumentError() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await H4mkFileEnd.ReadAsync(H4mkSource.FromMemory(default), 63));

    [Fact]
    public async Task GetStreamDigest_EachVersion_IsRootOrVeri()
    {
        await using var paged = await H4mkContainer.OpenAsync((await RecordAsync()).Bytes);
        Assert.Equal(paged.GetTrack(7).Root, await paged.GetStreamDigestAsync(7));
        Assert.Equal(paged.GetTrack(3).Root, await paged.GetStreamDigestAsync());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await paged.GetStreamDigestAsync(4));
        var file = Vectors.Read("exports/small.h4mk");
        await using var walked = await H4mkContainer.OpenAsync(file);
        Assert.Equal(await walked.ReadVeriAsync(), await walked.GetStreamDigestAsync());
        file[^1] ^= 1;
        await using var damaged = await H4mkContainer.OpenAsync(file);
        Assert.Null(await damaged.GetStreamDigestAsync());
        await using var cut = await H4mkContainer.OpenAsync(file.AsMemory(..^44));
        Assert.Null(await cut.GetStreamDigestAsync());
    }

    private static async Task<(byte[] Bytes, H4mkWriteSummary Summary)> RecordAsync()
    {
        var output = new MemoryStream();
        var options = new H4mkWriterOptions
        {
            Tracks = [.. new[] { 3, 5, 7 }.Select(id => new H4mkTrackInfo { Id = id, Kind = TrackKind.Data })],
        };
        await using var writer = H4mkContainerWriter.Create(output, options, leaveOpen: true);
        await writer.WriteBlockAsync(3, new BlockInfo { Pts = 100, Duration = 50, IsKey = true }, new byte[10]);
        await writer.WriteBlockAsync(7, new BlockInfo { Pts = 5_000, Duration = 700, IsKey = true }, new byte[20]);
        var summary = await writer.CompleteAsync();
        return (output.ToArray(), summary);
    }

    private static byte[] WithChunkBeforeTail(byte[] file, ChunkTag tag, byte[] payload)
    {
        var chunk = new ArrayBufferWriter<byte>();
        Write(chunk, (ref H4mkChunkWriter writer) => writer.WriteChunk(tag, payload));
        return [.. file.AsSpan(..^TailLength), .. chunk.WrittenSpan, .. file.AsSpan(^TailLength..)];
    }

    private static void Write(IBufferWriter<byte> output, WriteChunks write)
    {
        var writer = new H4mkChunkWriter(output);
        write(ref writer);
    }

    private delegate void WriteChunks(ref H4mkChunkWriter writer);
}
