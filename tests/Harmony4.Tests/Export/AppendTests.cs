using System.Buffers.Binary;
using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Tests.Export;

/// <summary>Media that is appended goes on where the tracks end, in place or elsewhere.</summary>
public sealed class AppendTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("harmony4-append-").FullName;

    private string File1 => Path.Combine(_folder, "c");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, 4)]
    [InlineData(1, 13)]
    [InlineData(3, 3)]
    [InlineData(3, 12)]
    public async Task Append_FixedBlocks_IsTheExportOfBothTogether(int gop, int firstBlocks)
    {
        var options = TestContainers.Options with { SegmenterOptions = TestContainers.Options.SegmenterOptions with { Gop = gop } };
        var media = Vectors.SeededBytes("media", 2_050);
        var cut = TestContainers.BlockSize * firstBlocks;
        var first = await TestContainers.ExportAsync(media[..cut], options);
        Assert.Equal(await TestContainers.ExportAsync(media, options), await TestContainers.AppendAsync(first, media[cut..], options));
    }

    [Fact]
    public async Task Append_SeveralTracks_IsTheExportOfBothTogether()
    {
        byte[][] media = [Vectors.SeededBytes("a", 1_200), Vectors.SeededBytes("b", 1_200), Vectors.SeededBytes("c", 1_150)];
        var first = await TestContainers.ExportAsync([.. media.Select(m => m[..700])]);
        Assert.Equal(await TestContainers.ExportAsync(media), await TestContainers.AppendAsync(first, [.. media.Select(m => m[700..])]));
    }

    [Fact]
    public async Task Append_BlockByBlock_IsTheExportOfAll()
    {
        var media = Vectors.SeededBytes("media", 3_300);
        var bytes = await TestContainers.ExportAsync(Array.Empty<byte>());
        for (var at = 0; at < media.Length; at += TestContainers.BlockSize)
        {
            bytes = await TestContainers.AppendAsync(bytes, media[at..(at + TestContainers.BlockSize)]);
        }

        Assert.Equal(await TestContainers.ExportAsync(media), bytes);
    }

    [Fact]
    public async Task Append_InPlace_IsWhatIsWrittenElsewhereAndIsProved()
    {
        var media = Vectors.SeededBytes("media", 2_000);
        var old = await TestContainers.ExportAsync(media[..900]);
        File.WriteAllBytes(File1, old);
        var result = await TestContainers.Transport.AppendAsync(File1, TestContainers.Inputs(media[900..]), TestContainers.Options);
        var expected = await TestContainers.ExportAsync(media);
        Assert.Equal(expected, File.ReadAllBytes(File1));
        Assert.Equal(["c"], Directory.EnumerateFiles(_folder).Select(f => Path.GetFileName(f)));

        await using var before = await H4mkContainer.OpenAsync(old);
        await using var after = await H4mkContainer.OpenAsync(expected);
        Assert.Equal((before.Identity, after.Identity, expected.Length), (result.PreviousIdentity, result.Container.Identity, (int)result.Container.Length));
        Assert.True(H4mkProof.TryVerifyExtension(result.Proof.Span, before.Identity!.Value, after.Identity!.Value, out var extension));
        Assert.True(extension.HasSameAuxChunks);
        Assert.Equal(await before.ProveExtensionAsync(after), result.Proof.ToArray());
        Assert.Equal((1_100L, 9 * 40_000UL), (Assert.Single(result.Inputs).Length, result.Inputs[0].Shift));
    }

    [Fact]
    public async Task Append_ToASealedContainerInPlace_IsProvedWithAnotherSeal()
    {
        using var key = TestContainers.Key("key");
        var options = TestContainers.Options with { Seal = new SealOptions { Key = key } };
        var media = Vectors.SeededBytes("media", 1_500);
        var old = await TestContainers.ExportAsync(media[..750], options);
        File.WriteAllBytes(File1, old);
        var result = await TestContainers.Transport.AppendAsync(File1, TestContainers.Inputs(media[750..]), options);
        Assert.Equal(media, await TestContainers.ExtractAsync(File.ReadAllBytes(File1), key));
        Assert.True(H4mkProof.TryVerifyExtension(result.Proof.Span, result.PreviousIdentity, result.Container.Identity!.Value, out var extension));
        Assert.False(extension.HasSameAuxChunks);
    }

    [Fact]
    public async Task Append_Nothing_DropsTheSignsOnly()
    {
        var unsigned = Vectors.Read("h4mk-1.1/one-track.h4mk");
        Assert.Equal(unsigned, await TestContainers.AppendAsync(Vectors.Read("h4mk-1.1/signed-hmac.h4mk"), Array.Empty<byte>()));
        File.WriteAllBytes(File1, unsigned);
        var result = await TestContainers.Transport.AppendAsync(File1, TestContainers.Inputs(Array.Empty<byte>()), TestContainers.Options);
        Assert.Equal(unsigned, File.ReadAllBytes(File1));
        Assert.Equal((0L, 0UL), (result.Inputs[0].Length, result.Inputs[0].Shift));
        Assert.Equal(result.PreviousIdentity, result.Container.Identity);
    }

    [Fact]
    public async Task Append_InputThatBeginsBeforeTheEnd_IsMovedThere()
    {
        var clip = Vectors.Read("media/clip.ivf");
        var first = await TestContainers.ExportAsync(clip, new ExportOptions());
        await using var before = await H4mkContainer.OpenAsync(first);
        var end = before.Tracks[0].EndPts!.Value;
        var output = new MemoryStream();
        var result = await TestContainers.Transport.AppendAsync(before, TestContainers.Inputs(clip), output);
        Assert.Equal(end, result.Inputs[0].Shift);
        await using var after = await H4mkContainer.OpenAsync(output.ToArray());
        Assert.Equal((2 * before.BlockCount, 2 * end), (after.BlockCount, after.Tracks[0].EndPts!.Value));
        for (long i = 0; i < before.BlockCount; i++)
        {
            var (old, moved) = (await before.GetBlockAsync(0, i), await after.GetBlockAsync(0, i + before.BlockCount));
            Assert.Equal((old.Pts + end, old.Duration, old.Flags, old.Digest), (moved.Pts, moved.Duration, moved.Flags, moved.Digest));
        }

        var extracted = await TestContainers.ExtractAsync(output.ToArray());
        Assert.Equal([.. clip, .. clip], extracted);
        Assert.Equal(VerificationState.Unsigned, (await TestContainers.VerifyAsync(output.ToArray())).State);
    }

    [Fact]
    public async Task Append_InputThatBeginsLater_KeepsItsTimes()
    {
        var clip = Vectors.Read("media/clip.ivf");
        var later = clip.ToArray();
        for (var at = 32; at < later.Length; at += 12 + BinaryPrimitives.ReadInt32LittleEndian(later.AsSpan(at)))
        {
            var time = later.AsSpan(at + 4);
            BinaryPrimitives.WriteUInt64LittleEndian(time, BinaryPrimitives.ReadUInt64LittleEndian(time) + 100_000);
        }

        await using var container = await H4mkContainer.OpenAsync(await TestContainers.ExportAsync(clip, new ExportOptions()));
        await using var alone = await H4mkContainer.OpenAsync(await TestContainers.ExportAsync(later, new ExportOptions()));
        var output = new MemoryStream();
        var result = await TestContainers.Transport.AppendAsync(container, TestContainers.Inputs(later), output);
        Assert.Equal(0UL, result.Inputs[0].Shift);
        await using var after = await H4mkContainer.OpenAsync(output.ToArray());
        Assert.Equal((await alone.GetBlockAsync(0, 0)).Pts, (await after.GetBlockAsync(0, container.BlockCount)).Pts);
    }

    [Fact]
    public async Task Append_BehindAKeyframeOfUnknownDuration_ComesAfterIt()
    {
        var bytes = await RecordAsync([5], (5, new BlockInfo { Pts = 700, IsKey = true }));
        var longer = await TestContainers.AppendAsync(bytes, new byte[150]);
        await using var container = await H4mkContainer.OpenAsync(longer);
        var times = await Task.WhenAll(Enumerable.Range(0, 3).Select(async i => (await container.GetBlockAsync(5, i)).Pts!.Value));
        Assert.Equal([700UL, 701UL, 40_701UL], times);
        Assert.Equal(VerificationState.Unsigned, (await TestContainers.VerifyAsync(longer)).State);
    }

    [Fact]
    public async Task Append_ToAnEmptyTrack_KeepsTheTimesOfTheInput()
    {
        var bytes = await RecordAsync([2, 9], (9, new BlockInfo { Pts = 1_000_000, Duration = 40_000, IsKey = true }));
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var output = new MemoryStream();
        var result = await TestContainers.Transport.AppendAsync(container, TestContainers.Inputs(new byte[100], new byte[100]), output, TestContainers.Options);
        Assert.Equal([0UL, 1_040_000UL], result.Inputs.Select(i => i.Shift));
        await using var after = await H4mkContainer.OpenAsync(output.ToArray());
        Assert.Equal((0UL, 1_040_000UL), ((await after.GetBlockAsync(2, 0)).Pts, (await after.GetBlockAsync(9, 1)).Pts));
    }

    [Fact]
    public async Task Append_ToAnUpgradedContainer_LeavesItsPartOfVersion10()
    {
        var old = Vectors.Read("h4mk-1.1/upgraded.h4mk");
        var longer = await TestContainers.AppendAsync(old, new byte[333]);
        var part = Vectors.Read("h4mk-1.1/v10.h4mk");
        Assert.Equal(part, longer[..part.Length]);
        Assert.Equal(VerificationState.Unsigned, (await TestContainers.VerifyAsync(longer)).State);
        byte[] expected = [.. await TestContainers.ExtractAsync(old), .. new byte[333]];
        Assert.Equal(expected, await TestContainers.ExtractAsync(longer));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Append_AnotherNumberOfInputsThanTracks_IsRefused(int count)
    {
        File.WriteAllBytes(File1, await TestContainers.ExportAsync([[1], [2]]));
        var old = File.ReadAllBytes(File1);
        byte[][] inputs = [.. Enumerable.Repeat<byte[]>([1], count)];
        await Assert.ThrowsAsync<ArgumentException>(() => TestContainers.AppendAsync(old, inputs));
        await Assert.ThrowsAsync<ArgumentException>(() => TestContainers.Transport.AppendAsync(File1, TestContainers.Inputs(inputs), TestContainers.Options));
        ShouldBeUntouched(old);
    }

    [Fact]
    public async Task Append_ToVersion10_IsRefused()
    {
        var old = Vectors.Read("h4mk-1.1/v10.h4mk");
        File.WriteAllBytes(File1, old);
        Assert.Contains("upgrade", (await Assert.ThrowsAsync<ArgumentException>(() => TestContainers.Transport.AppendAsync(File1, TestContainers.Inputs([1])))).Message, StringComparison.Ordinal);
        ShouldBeUntouched(old);
    }

    [Fact]
    public async Task Append_MediaThatFails_LeavesTheFileAsItWas()
    {
        var old = await TestContainers.ExportAsync(Vectors.SeededBytes("media", 5_000));
        File.WriteAllBytes(File1, old);
        await Assert.ThrowsAsync<MediaFormatException>(() => TestContainers.Transport.AppendAsync(File1, TestContainers.Inputs(new byte[1_000]), TestContainers.Options with { Segment = "webm" }));
        ShouldBeUntouched(old);

        // Also when the end was overwritten already.
        await Assert.ThrowsAsync<IOException>(() => TestContainers.Transport.AppendAsync(File1, [new ExportInput { Media = new FailingStream(5_000_000) }], TestContainers.Options));
        ShouldBeUntouched(old);
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TestContainers.Transport.AppendAsync(File1, TestContainers.Inputs(new byte[5_000_000]), TestContainers.Options, new Cancelling(cancelled), cancelled.Token));
        ShouldBeUntouched(old);
    }

    [Fact]
    public async Task Append_TheContainerItself_IsRefusedAndLeavesTheFileAsItWas()
    {
        var old = await TestContainers.ExportAsync([Vectors.SeededBytes("a", 900), Vectors.SeededBytes("b", 300)]);
        File.WriteAllBytes(File1, old);
        await using var own = new FileStream(File1, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        ExportInput[] inputs = [new() { Media = new MemoryStream(new byte[100]) }, new() { Media = own }];

        // Read as it grows, it would have no end but this.
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => TestContainers.Transport.AppendAsync(File1, inputs, TestContainers.Options with { MaxBlockCount = 500 }));
        Assert.Contains("the container itself", refusal.Message, StringComparison.Ordinal);
        ShouldBeUntouched(old);

        // One that is as long is another file.
        await using var copy = new MemoryStream(old);
        await TestContainers.Transport.AppendAsync(File1, [new() { Media = new MemoryStream() }, new() { Media = copy }], TestContainers.Options);
        byte[] expected = [.. Vectors.SeededBytes("b", 300), .. old];
        Assert.Equal(expected, await TestContainers.ExtractAsync(File.ReadAllBytes(File1), track: 1));
    }

    [Fact]
    public async Task Append_DamagedEnd_IsRefused()
    {
        var old = await TestContainers.ExportAsync(Vectors.SeededBytes("media", 500));
        old[TestContainers.Chunks(old).Last(c => c.Tag == "INDX").Offset + 40] ^= 1;
        File.WriteAllBytes(File1, old);
        await Assert.ThrowsAsync<H4mkFormatException>(() => TestContainers.Transport.AppendAsync(File1, TestContainers.Inputs([1]), TestContainers.Options));
        ShouldBeUntouched(old);
    }

    [Fact]
    public async Task Append_WhileAnotherChangeIsAtWork_IsRefused()
    {
        var old = await TestContainers.ExportAsync(new byte[500]);
        File.WriteAllBytes(File1, old);
        await using (await ContainerEdit.BeginAsync(File1, _ => Task.FromResult(100L)))
        {
            await Assert.ThrowsAsync<IOException>(() => TestContainers.Transport.AppendAsync(File1, TestContainers.Inputs([1]), TestContainers.Options));
        }

        ShouldBeUntouched(old);
    }

    private void ShouldBeUntouched(byte[] old)
    {
        Assert.Equal(old, File.ReadAllBytes(File1));
        Assert.Equal(["c"], Directory.EnumerateFiles(_folder).Select(f => Path.GetFileName(f)));
    }

    private static async Task<byte[]> RecordAsync(int[] tracks, params (int Track, BlockInfo Info)[] blocks)
    {
        var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Tracks = [.. tracks.Select(t => new H4mkTrackInfo { Id = t, Kind = TrackKind.Data })] }, leaveOpen: true);
        foreach (var (track, info) in blocks)
        {
            await writer.WriteBlockAsync(track, info, new byte[1]);
        }

        await writer.CompleteAsync();
        return output.ToArray();
    }

    /// <summary>Gives zeros, and then fails.</summary>
    private sealed class FailingStream(int length) : MemoryStream(new byte[length])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position == Length ? throw new IOException("the device is gone") : base.ReadAsync(buffer, cancellationToken);
    }

    /// <summary>Cancels as soon as there is progress.</summary>
    private sealed class Cancelling(CancellationTokenSource source) : IProgress<TransportProgress>
    {
        public void Report(TransportProgress value) => source.Cancel();
    }

    [Theory]
    [InlineData("media/clip.mp4")]
    [InlineData("media/clip.webm")]
    public async Task Append_MediaWithAHeadBehindABlockWithoutDuration_BeginsBehindTheLastKeyframe(string name)
    {
        // 1.0 tells no durations, so the upgraded track ends where its last keyframe begins.
        var media = Vectors.Read(name);
        var old = new MemoryStream();
        await TestContainers.Transport.ExportAsync(new MemoryStream(media), old, new ExportOptions { Version = H4mkVersion.V10 });
        await using var container = await H4mkContainer.OpenAsync(old.ToArray());
        var upgraded = new MemoryStream();
        await TestContainers.Transport.UpgradeAsync(container, upgraded);

        var longer = await TestContainers.AppendAsync(upgraded.ToArray(), media, new ExportOptions());
        Assert.Equal(VerificationState.Unsigned, (await TestContainers.VerifyAsync(longer)).State);
        byte[] both = [.. media, .. media];
        Assert.Equal(both, await TestContainers.ExtractAsync(longer));
    }
}
