using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Conformance;

/// <summary>The 15 containers of the first implementation: read, sought, verified, and written again from their parts.</summary>
public sealed class ContainerVectorTests
{
    public static TheoryData<string> Names => [.. Vectors.Cases("containers").Select(c => c.GetProperty("name").GetString()!)];

    [Theory, MemberData(nameof(Names))]
    public async Task Open_Vector_GivesBlocksAndSizes(string name)
    {
        var @case = Vectors.Case("containers", name);
        var bytes = Vectors.Read(@case.GetProperty("file").GetString()!);
        Assert.Equal(@case.GetProperty("size").GetInt32(), bytes.Length);
        Assert.Equal(@case.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));

        await using var container = await H4mkContainer.OpenAsync(bytes);

        var blocks = @case.GetProperty("blocks").EnumerateArray().ToArray();
        Assert.Equal(blocks.Length, container.BlockCount);
        Assert.Equal(@case.GetProperty("core_bytes").GetInt64(), container.Tracks[0].ByteLength);
        var stored = @case.TryGetProperty("mask", out var mask)
            ? mask.GetProperty("stored_sha256").EnumerateArray().Select(h => h.GetString()).ToArray()
            : [.. blocks.Select(b => b[2].GetString())];
        for (var i = 0; i < blocks.Length; i++)
        {
            var payload = new ArrayBufferWriter<byte>();
            Assert.Equal(blocks[i][1].GetInt32(), await container.ReadBlockAsync(0, i, payload));
            Assert.Equal(stored[i], Convert.ToHexStringLower(SHA256.HashData(payload.WrittenSpan)));
        }

        if (@case.TryGetProperty("chunks", out var chunks))
        {
            Assert.Equal(
                chunks.EnumerateArray().Select(c => (c.GetProperty("tag").GetString()!, c.GetProperty("payload_offset").GetInt64(), c.GetProperty("payload_size").GetUInt32(), c.GetProperty("crc32").GetString()!)),
                (await container.EnumerateChunksAsync().ToListAsync()).Select(c => (c.Tag.ToString(), c.PayloadOffset, c.Length, c.Crc!.Value.ToString("x8", CultureInfo.InvariantCulture))));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task FindKeyframe_Vector_AnswersEveryQuery(string name)
    {
        var @case = Vectors.Case("containers", name);
        await using var container = await H4mkContainer.OpenAsync(
            Vectors.Read(@case.GetProperty("file").GetString()!),
            new H4mkContainerOptions { SortSeek = true });
        foreach (var query in @case.GetProperty("seek_queries").EnumerateArray())
        {
            // Unsorted tables also carry the answer of a sorted one; lenient reading gives that.
            var expected = query.TryGetProperty("entry_if_sorted_first", out var sorted) ? sorted : query.GetProperty("entry");
            var found = await container.FindKeyframeAsync(0, Vectors.U64(query.GetProperty("pts")));
            if (expected.ValueKind == System.Text.Json.JsonValueKind.Null)
            {
                Assert.Null(found);
            }
            else
            {
                Assert.Equal((Vectors.U64(expected[0]), Vectors.U64(expected[1])), (found!.Value.Pts, found.Value.StreamOffset));
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Verify_Vector_IsIntact(string name)
    {
        var @case = Vectors.Case("containers", name);
        await using var container = await H4mkContainer.OpenAsync(Vectors.Read(@case.GetProperty("file").GetString()!));

        var result = await container.VerifyAsync();

        Assert.Equal(VerificationState.Unsigned, result.State);
        Assert.Equal(@case.GetProperty("veri_hex").GetString(), result.Veri.ToString());
        Assert.All(result.Findings, f => Assert.Equal(H4mkErrorCode.SeekOrder, f.Code));
        Assert.Equal(@case.GetProperty("meta_json_hex").GetString(), Convert.ToHexStringLower((await container.ReadMetaAsync())!.Value.Span));
        Assert.Equal(@case.GetProperty("safe_json_hex").GetString(), Convert.ToHexStringLower((await container.ReadSafeAsync())!.Value.Span));
    }

    [Theory, MemberData(nameof(Names))]
    public async Task WriteChunks_PartsOfVector_GiveTheSameBytes(string name)
    {
        var @case = Vectors.Case("containers", name);
        var bytes = Vectors.Read(@case.GetProperty("file").GetString()!);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var entries = @case.GetProperty("seek_entries").EnumerateArray().Select(e => new SeekEntry(Vectors.U64(e[0]), Vectors.U64(e[1]))).ToArray();
        var blocks = new List<byte[]>();
        for (var i = 0; i < container.BlockCount; i++)
        {
            var payload = new ArrayBufferWriter<byte>();
            await container.ReadBlockAsync(0, i, payload);
            blocks.Add(payload.WrittenSpan.ToArray());
        }

        var output = new ArrayBufferWriter<byte>();
        WriteAll(output, blocks, entries, @case.GetProperty("meta_json").GetString()!, @case.GetProperty("safe_json").GetString()!);

        Assert.Equal(bytes, output.WrittenSpan.ToArray());
    }

    [Theory, MemberData(nameof(Names))]
    public async Task ContainerWriter_BlocksOfVector_GivesTheSameBytes(string name)
    {
        var @case = Vectors.Case("containers", name);
        var entries = @case.GetProperty("seek_entries").EnumerateArray().Select(e => new SeekEntry(Vectors.U64(e[0]), Vectors.U64(e[1]))).ToArray();
        var bytes = Vectors.Read(@case.GetProperty("file").GetString()!);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var keys = await KeysByBlockAsync(container, entries);

        // The strict writer cannot express these tables: equal or decreasing times, or entries that are no block's start.
        Assert.Equal(name is "seek-unsorted" or "seek-duplicates" or "large-pts" or "seek-2000", keys is null);
        if (keys is null)
        {
            return;
        }

        var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions
        {
            Version = H4mkVersion.V10,
            Meta = (await container.ReadMetaAsync())!.Value,
            Safe = (await container.ReadSafeAsync())!.Value,
        });
        for (var i = 0; i < container.BlockCount; i++)
        {
            var payload = new ArrayBufferWriter<byte>();
            await container.ReadBlockAsync(0, i, payload);
            var isKey = keys.TryGetValue(i, out var pts);
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = pts, IsKey = isKey }, payload.WrittenMemory);
        }

        var summary = await writer.CompleteAsync();
        Assert.Equal(bytes, output.ToArray());
        Assert.Equal(bytes.Length, summary.Length);
    }

    private static async Task<Dictionary<int, ulong>?> KeysByBlockAsync(H4mkContainer container, SeekEntry[] entries)
    {
        var keys = new Dictionary<int, ulong>();
        for (int i = 0, block = 0; i < entries.Length; i++)
        {
            if (i > 0 && entries[i].Pts <= entries[i - 1].Pts)
            {
                return null;
            }

            while (block < container.BlockCount && (ulong)(await container.GetBlockAsync(0, block)).StreamOffset < entries[i].Offset)
            {
                block++;
            }

            if (block == container.BlockCount || (ulong)(await container.GetBlockAsync(0, block)).StreamOffset != entries[i].Offset || !keys.TryAdd(block++, entries[i].Pts))
            {
                return null;
            }
        }

        return keys;
    }

    private static void WriteAll(ArrayBufferWriter<byte> output, List<byte[]> blocks, SeekEntry[] entries, string meta, string safe)
    {
        var writer = new H4mkChunkWriter(output);
        writer.WriteFileHeader();
        foreach (var block in blocks)
        {
            writer.WriteChunk(ChunkTag.Core, block);
        }

        writer.WriteSeek(entries);
        writer.WriteChunk(ChunkTag.Meta, System.Text.Encoding.UTF8.GetBytes(meta));
        writer.WriteChunk(ChunkTag.Safe, System.Text.Encoding.UTF8.GetBytes(safe));
        writer.WriteChunk(ChunkTag.Veri, SHA256.HashData(output.WrittenSpan[8..]));
        Assert.Equal(output.WrittenCount, writer.BytesWritten);
    }
}
