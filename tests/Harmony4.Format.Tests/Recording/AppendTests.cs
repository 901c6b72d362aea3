using System.Globalization;
using FsCheck.Xunit;
using Harmony4.Format.Tests.Conformance;
using Harmony4.Format.Tests.Properties;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Recording;

/// <summary>A container that was appended to is the one that a single recording would have given.</summary>
public sealed class AppendTests
{
    [Fact]
    public async Task Append_Vector_GivesItsBytes()
    {
        var @case = Vectors11.Case("appended.h4mk");
        var name = @case.GetProperty("payload_name").GetString()!;
        var blocks = @case.GetProperty("blocks").EnumerateArray()
            .Select((b, i) => new TrackBlock(b.GetProperty("track").GetInt32(), Vectors11.Info(b), Vectors11.Payload(name, i, b.GetProperty("length").GetInt32())));

        Assert.Equal(Vectors11.Read("appended.h4mk"), await AppendAsync(Vectors11.Read("one-track.h4mk"), [.. blocks]));
    }

    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 60)]
    public bool Append_AtAnyBlock_GivesTheBytesOfOneRecording(Recorded recorded, ushort where)
    {
        var cut = where % (recorded.Blocks.Length + 1);
        var whole = recorded.WriteAsync().GetAwaiter().GetResult();
        var first = (recorded with { Blocks = recorded.Blocks[..cut] }).WriteAsync().GetAwaiter().GetResult();
        return AppendAsync(first, recorded.Blocks[cut..]).GetAwaiter().GetResult().AsSpan().SequenceEqual(whole);
    }

    [Fact]
    public async Task Append_BlockByBlock_GivesTheBytesOfOneRecording()
    {
        var recorded = Recorded.Make(seed: 7, trackCount: 3, blockCount: 60, pageLog2: 2, maxLength: 300);
        var bytes = await (recorded with { Blocks = [] }).WriteAsync();
        foreach (var block in recorded.Blocks)
        {
            bytes = await AppendAsync(bytes, [block]);
        }

        Assert.Equal(await recorded.WriteAsync(), bytes);
    }

    [Fact]
    public async Task Append_Nothing_GivesTheSameBytesWithoutSign()
    {
        Assert.Equal(Vectors11.Read("one-track.h4mk"), await AppendAsync(Vectors11.Read("signed-hmac.h4mk"), []));
    }

    [Fact]
    public async Task Append_AcrossTheStrideOfSeek_GivesTheBytesOfOneRecording()
    {
        const int count = 140_000;
        var recorded = new Recorded(1, 14, [.. Enumerable.Range(0, count).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i, IsKey = true }, []))]);
        var whole = await recorded.WriteAsync();
        foreach (var cut in (int[])[300, 65_535, 65_536, 65_537, 131_072, 131_073])
        {
            var first = await (recorded with { Blocks = recorded.Blocks[..cut] }).WriteAsync();
            var appended = await AppendAsync(first, recorded.Blocks[cut..]);
            Assert.True(whole.AsSpan().SequenceEqual(appended), $"cut at {cut}");
        }
    }

    [Fact]
    public async Task Append_WithChunksOfTheCaller_KeepsThemInFileOrder()
    {
        var recorded = Recorded.Make(seed: 3, trackCount: 1, blockCount: 21, pageLog2: 2, maxLength: 40);
        var expected = await WriteAsync(recorded.Blocks);
        Assert.Equal(expected, await AppendAsync(await WriteAsync(recorded.Blocks[..10]), recorded.Blocks[10..], Note));

        async Task<byte[]> WriteAsync(TrackBlock[] blocks)
        {
            using var output = new MemoryStream();
            await using var writer = H4mkContainerWriter.Create(output, recorded.Options);
            foreach (var block in blocks)
            {
                await Note(writer);
                await writer.WriteBlockAsync(block.Track, block.Info, block.Payload);
            }

            await writer.CompleteAsync();
            return output.ToArray();
        }

        static async ValueTask Note(H4mkContainerWriter writer)
        {
            await writer.WriteChunkAsync(new ChunkTag("NOTE"), BitConverter.GetBytes(writer.BlockCount));
            await writer.WriteChunkAsync(new ChunkTag("LOGS"), "x"u8.ToArray());
        }
    }

    [Fact]
    public async Task Append_ReadsOnlyTheEndOfTheIndex()
    {
        var recorded = new Recorded(1, 4, [.. Enumerable.Range(0, 20_000).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i, IsKey = i % 30 == 0 }, new byte[100]))]);
        await using var container = await H4mkContainer.OpenAsync(await recorded.WriteAsync());
        var opened = container.Source.ReadCount;
        using var output = new MemoryStream();
        await using var writer = await H4mkContainerWriter.AppendAsync(container, output);

        // TRAK, SEEK, the last page and that of the last keyframe.
        Assert.InRange(container.Source.ReadCount - opened, 1, 4);
        Assert.Equal(0, output.Length);
    }

    [Fact]
    public async Task Append_KeyframeNotBehindTheLastOne_IsRefusedAndNothingIsWritten()
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors11.Read("one-track.h4mk"));
        var last = await container.FindKeyframeAsync(0, long.MaxValue);
        using var output = new MemoryStream();
        await using var writer = await H4mkContainerWriter.AppendAsync(container, output);
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteBlockAsync(0, new BlockInfo { Pts = last!.Value.Pts, IsKey = true }, new byte[1]));
        Assert.Equal(0, output.Length);
    }

    [Fact]
    public async Task Append_ToVersion10_IsRefused()
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors11.Read("v10.h4mk"));
        var refusal = await Assert.ThrowsAsync<ArgumentException>(async () => await H4mkContainerWriter.AppendAsync(container, new MemoryStream()));
        Assert.Contains("upgraded", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_ToAFileWhoseSeekIsDamaged_IsRefused()
    {
        var bytes = Vectors11.Read("one-track.h4mk");
        await using (var container = await H4mkContainer.OpenAsync(bytes))
        {
            bytes[container.FindChunk(ChunkTag.Seek)!.Value.PayloadOffset + 5] ^= 1;
        }

        await using var damaged = await H4mkContainer.OpenAsync(bytes);
        var refusal = await Assert.ThrowsAsync<H4mkFormatException>(async () => await H4mkContainerWriter.AppendAsync(damaged, new MemoryStream()));
        Assert.Equal((H4mkErrorCode.Crc, ChunkTag.Seek), (refusal.Code, refusal.Tag));
    }

    [Fact]
    public async Task Append_ToMutatedFiles_IsRefusedAsDocumentedAndKeepsSoundOnesSound()
    {
        // HARMONY4_MUTATIONS=100000 is a long run.
        var mutations = int.Parse(Environment.GetEnvironmentVariable("HARMONY4_MUTATIONS") ?? "3000", CultureInfo.InvariantCulture);
        byte[][] files = [.. Directory.EnumerateFiles(Vectors.PathOf("h4mk-1.1"), "*.h4mk").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(f => f.Length < 12_000)];
        var random = new Random(22);
        for (var i = 0; i < mutations; i++)
        {
            var mutated = Mutation.Apply(files[random.Next(files.Length)], files, random);
            try
            {
                await using var container = await H4mkContainer.OpenAsync(mutated);
                if (container.Version == H4mkVersion.V10 || container.Tracks[0].EndPts >= long.MaxValue - 1)
                {
                    continue;
                }

                var pts = (container.Tracks[0].EndPts ?? 0) + 1;
                var longer = await AppendAsync(mutated, [new TrackBlock(container.Tracks[0].Id, new BlockInfo { Pts = pts }, "more"u8.ToArray())]);
                if ((await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(mutated))).State == VerificationState.Unsigned)
                {
                    var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(longer));
                    Assert.True(result.State == VerificationState.Unsigned, $"{i}: {result.State}");
                }
            }
            catch (H4mkFormatException)
            {
                // What is damaged at the end is refused by its place.
            }
        }
    }

    /// <summary>Appends, and puts what stays before what was written.</summary>
    internal static async Task<byte[]> AppendAsync(byte[] bytes, TrackBlock[] blocks, Func<H4mkContainerWriter, ValueTask>? beforeBlock = null)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        using var output = new MemoryStream();
        await using var writer = await H4mkContainerWriter.AppendAsync(container, output);
        output.Write(bytes, 0, (int)writer.Length);
        foreach (var block in blocks)
        {
            if (beforeBlock is not null)
            {
                await beforeBlock(writer);
            }

            await writer.WriteBlockAsync(block.Track, block.Info, block.Payload);
        }

        var summary = await writer.CompleteAsync();
        Assert.Equal(output.Length, summary.Length);
        return output.ToArray();
    }
}
