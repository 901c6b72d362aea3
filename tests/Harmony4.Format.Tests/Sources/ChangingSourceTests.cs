using System.Buffers;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Sources;

/// <summary>Files that grow, shrink or change while they are read.</summary>
public sealed class ChangingSourceTests
{
    private static readonly byte[] Bytes = Media.Small.Encode();

    [Fact]
    public async Task VerifyAsync_FileThatShrankByAnyAmount_EndsInAFormatError()
    {
        for (var length = 0; length < Bytes.Length; length++)
        {
            var now = Bytes;
            await using var container = await H4mkContainer.OpenAsync(new DelegateSource((o, m) => DelegateSource.Copy(now, o, m, int.MaxValue)));
            now = Bytes[..length];
            var exception = await Assert.ThrowsAsync<H4mkFormatException>(() => container.VerifyAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
            Assert.InRange(exception.Offset, 0, Bytes.Length);
        }
    }

    [Fact]
    public async Task VerifyAsync_FileThatShrinksBehindItsEnd_NamesWhereItEndsNow()
    {
        // The first two reads are those of the end.
        var recorded = await Recorded.Make(7, 2, 12, 1, 40).WriteAsync();
        for (var length = 8; length < Bytes.Length; length++)
        {
            var reads = 0;
            var finding = (await H4mkContainer.VerifyAsync(new DelegateSource((o, m) => DelegateSource.Copy(++reads > 2 ? Bytes[..length] : Bytes, o, m, int.MaxValue)))).Findings[0];
            Assert.Equal((H4mkErrorCode.Overrun, length), (finding.Code, finding.Offset));
            reads = 0;
            var source = new DelegateSource((o, m) => DelegateSource.Copy(++reads > 2 ? recorded[..length] : recorded, o, m, int.MaxValue));
            var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await H4mkContainer.VerifyAsync(source));
            Assert.Equal((H4mkErrorCode.Overrun, length), (fault.Code, fault.Offset));
        }
    }

    [Fact]
    public async Task Reads_FileThatShrank_EndInAFormatErrorOfTheChunk()
    {
        var now = Bytes;
        await using var container = await H4mkContainer.OpenAsync(new DelegateSource((o, m) => DelegateSource.Copy(now, o, m, int.MaxValue)));
        now = Bytes[..22];
        var exception = await Assert.ThrowsAsync<H4mkFormatException>(() => container.ReadBlockAsync(0, 0, new ArrayBufferWriter<byte>()).AsTask());
        Assert.Equal(8, exception.Offset);
        await Assert.ThrowsAsync<H4mkFormatException>(() => container.ReadMetaAsync().AsTask());
        await Assert.ThrowsAsync<H4mkFormatException>(() => container.FindKeyframeAsync(0, 0).AsTask());
        await Assert.ThrowsAsync<H4mkFormatException>(() => container.OpenTrackStream(0).CopyToAsync(Stream.Null));
        await Assert.ThrowsAsync<H4mkFormatException>(() => container.OpenTrackStream(0, checkBlocks: false).CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task OpenAsync_FileThatGrowsWhileItIsWalked_SeesTheEnd()
    {
        var reads = 0;
        var blocks = Enumerable.Range(0, 9).Select(i => new Block((ulong)i, true, new byte[5000])).ToArray();
        var bytes = new Media(blocks).Encode();
        var first = 8 + 5012;
        await using var container = await H4mkContainer.OpenAsync(new DelegateSource((o, m) =>
            DelegateSource.Copy(reads++ == 0 ? bytes[..(first + 5012)] : bytes, o, m, int.MaxValue)));
        Assert.Equal((blocks.Length, bytes.Length), (container.BlockCount, container.Length));
        Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
    }

    [Fact]
    public async Task OpenAsync_FileStillBeingWritten_IsIncompleteAtABlockAndAFormatErrorInside()
    {
        var path = Path.GetTempFileName();
        try
        {
            await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
            await using var writer = H4mkContainerWriter.Create(file, new H4mkWriterOptions { Version = H4mkVersion.V10 }, leaveOpen: true);
            await writer.WriteBlockAsync(0, new BlockInfo { IsKey = true }, new byte[100_000]);
            await file.FlushAsync();
            await using var container = await H4mkContainer.OpenAsync(path);
            Assert.Equal(VerificationState.Incomplete, (await container.VerifyAsync()).State);
            Assert.Equal(1, container.BlockCount);
            Assert.Null(await container.FindKeyframeAsync(0, 0));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task OpenAsync_SourceThatClaimsAHugeLength_EndsInAFormatError()
    {
        // Nothing may be allocated or looped over because of a claim.
        var claim = new DelegateSource((o, m) => DelegateSource.Copy(Bytes, o, m, int.MaxValue) with { Length = long.MaxValue });
        await Assert.ThrowsAsync<H4mkFormatException>(() => H4mkContainer.OpenAsync(claim).AsTask());
    }
}
