using System.Buffers;
using System.IO.Pipelines;
using FsCheck.Xunit;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Properties;

/// <summary>The same blocks give the same bytes, whatever carries them; and reading gives them back.</summary>
[Properties(Arbitrary = [typeof(MediaArbitrary)], MaxTest = 40)]
public sealed class WriterProperties
{
    [Property(Replay = "101,7")]
    public async Task Write_ToMemory_GivesTheBytesOfTheRawLayer(Media media)
    {
        using var output = new MemoryStream();
        Assert.Equal(media.Encode(), await media.WriteAsync(output));
    }

    [Property(Replay = "102,7")]
    public async Task Write_BlocksCutAnyhow_GivesTheSameBytes(Media media, int seed)
    {
        using var output = new MemoryStream();
        var random = new Random(seed);
        Assert.Equal(media.Encode(), await media.WriteAsync(output, payload => Segmentations.Cut(
            payload,
            Enumerable.Range(0, random.Next(8)).Select(_ => random.Next(payload.Length + 1)).Order())));
    }

    [Property(Replay = "103,7")]
    public async Task Write_ToPipe_GivesTheSameBytes(Media media, byte segmentSize)
    {
        var pipe = new Pipe(new PipeOptions(minimumSegmentSize: segmentSize + 1, pauseWriterThreshold: 0));
        var writer = H4mkContainerWriter.Create(pipe.Writer, Media.Options);
        foreach (var block in media.Blocks)
        {
            await writer.WriteBlockAsync(0, block.Info, block.Payload);
        }

        await writer.CompleteAsync();
        await writer.DisposeAsync();
        await pipe.Writer.CompleteAsync();
        using var output = new MemoryStream();
        await pipe.Reader.CopyToAsync(output);
        Assert.Equal(media.Encode(), output.ToArray());
    }

    [Property(Replay = "104,7")]
    public async Task Write_ToStreamThatNeverCompletesAtOnce_GivesTheSameBytes(Media media)
    {
        using var output = new MemoryStream();
        await using var slow = new YieldingStream(output);
        await media.WriteAsync(slow);
        Assert.Equal(media.Encode(), output.ToArray());
    }

    [Property(Replay = "105,7", MaxTest = 10)]
    public async Task Write_FromManyThreads_GivesTheSameBytes(Media media)
    {
        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            using var output = new MemoryStream();
            return await media.WriteAsync(output);
        })));
        var expected = media.Encode();
        Assert.All(written, bytes => Assert.Equal(expected, bytes));
    }

    [Property(Replay = "106,7", MaxTest = 15)]
    public async Task WriteThenRead_FromEverySource_IsTheIdentity(Media media)
    {
        var bytes = media.Encode();
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, bytes);
        try
        {
            foreach (var source in (H4mkSource[])[H4mkSource.FromMemory(bytes), H4mkSource.FromFile(path), H4mkSource.FromStream(new MemoryStream(bytes))])
            {
                await using var container = await H4mkContainer.OpenAsync(source);
                await AssertHoldsAsync(container, media);
                Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Property(Replay = "107,7")]
    public void Read_ChunksThenWrite_GivesTheSameBytes(Media media)
    {
        var bytes = media.Encode();
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        writer.WriteFileHeader();
        var reader = new H4mkReader(bytes);
        while (reader.Read())
        {
            switch (reader.Part)
            {
                case ChunkPart.Start:
                    writer.WriteChunkHeader(reader.Chunk.Tag, reader.Chunk.Length, reader.Chunk.Crc!.Value);
                    break;
                case ChunkPart.Payload:
                    writer.WriteRaw(reader.Payload);
                    break;
            }
        }

        Assert.Equal(bytes, output.WrittenSpan.ToArray());
        Assert.Equal(bytes.Length, reader.Position);
    }

    private static async Task AssertHoldsAsync(H4mkContainer container, Media media)
    {
        Assert.Equal(media.Blocks.Length, container.BlockCount);
        for (var i = 0; i < media.Blocks.Length; i++)
        {
            var payload = new ArrayBufferWriter<byte>();
            await container.ReadBlockAsync(0, i, payload);
            Assert.Equal(media.Blocks[i].Payload, payload.WrittenSpan.ToArray());
        }

        foreach (var block in media.Blocks)
        {
            var expected = media.Blocks.LastOrDefault(b => b.IsKey && b.Pts <= block.Pts);
            Assert.Equal(expected?.Pts, (await container.FindKeyframeAsync(0, block.Pts))?.Pts);
        }

        Assert.Equal(Media.Meta, (await container.ReadMetaAsync())!.Value.ToArray());
        Assert.Equal(Media.Safe, (await container.ReadSafeAsync())!.Value.ToArray());
        using var stream = new MemoryStream();
        await container.OpenTrackStream(0).CopyToAsync(stream);
        Assert.Equal(media.Payloads, stream.ToArray());
    }
}
