using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Harmony4.Format.Tests.Verification;

/// <summary>1.0 files that are wrong in one way each: what a verification, an opening and a forward reader say of them.</summary>
public sealed class Structure10Tests
{
    private static readonly ChunkTag Odd = new(0x4e4f2045u);

    // The case, its state, its one finding, and whether opening and reading all, and reading forward, end with that finding.
    public static TheoryData<string, VerificationState, string, bool, bool> Cases => new()
    {
        { "sound", VerificationState.Unsigned, "", false, false },
        { "odd tag", VerificationState.Invalid, " 25 bad-tag expected a chunk tag of bytes 0x21 to 0x7e, found 0x4e4f2045", true, true },
        { "odd tag that reaches past the end", VerificationState.Invalid, " 25 bad-tag expected a chunk tag of bytes 0x21 to 0x7e, found 0x4e4f2045", true, true },
        { "chunk that reaches past the end", VerificationState.Incomplete, "more 25 overrun expected a payload of 100000 bytes, found 104 before the end of the file", true, true },
        { "seek of two bytes", VerificationState.Invalid, "SEEK 25 bad-length expected an entry count of 4 bytes, found a payload of 2", true, true },
        { "seek with another count", VerificationState.Invalid, "SEEK 25 bad-length expected a payload of 36 bytes for 2 entries, found 20", true, true },
        { "seek with equal times", VerificationState.Unsigned, "SEEK 25 seek-order expected a time above 3 us in entry 1, found 3", false, false },
        { "seek with falling times", VerificationState.Unsigned, "SEEK 25 seek-order expected a time above 3 us in entry 1, found 2", true, false },
        { "second meta", VerificationState.Invalid, "META 39 duplicate expected one such chunk, found a second", true, true },
        { "meta is an array", VerificationState.Invalid, "META 25 json expected a JSON object, found other bytes", true, true },
        { "safe is no json", VerificationState.Invalid, "SAFE 25 json expected a JSON object, found other bytes", true, true },
        { "short veri", VerificationState.Invalid, "VERI 25 bad-length expected a payload of 32 bytes, found 31", true, true },
        { "veri of one byte", VerificationState.Invalid, "VERI 25 bad-length expected a payload of 32 bytes, found 1", true, true },
        { "other veri", VerificationState.Invalid, "VERI 25 veri expected SHA-256 0000000000000000000000000000000000000000000000000000000000000000 of the chunks before it, found d2adeaae856fa77d67bfdb2ae14a8301fe6d9c65fa3f8b5c34ee7e037b8c2057", false, true },
        { "chunk behind veri", VerificationState.Invalid, "more 129 after-veri expected the end of the file or TRAK after VERI, found another chunk", true, true },
        { "chunk with another crc", VerificationState.Invalid, "more 25 crc expected CRC-32 00000000, found a505df1b", false, true },
        { "bytes behind the last chunk", VerificationState.Incomplete, " 129 trailing expected a chunk header of 12 bytes or the end of the file, found 3 bytes", true, true },
    };

    [Theory, MemberData(nameof(Cases))]
    public async Task Read_FileWithOneFault_NamesIt(string name, VerificationState state, string finding, bool opensWithFault, bool readsForwardWithFault)
    {
        var bytes = FileOf(name);
        foreach (var source in (H4mkSource[])[H4mkSource.FromMemory(bytes), H4mkSource.FromStream(new MemoryStream(bytes))])
        {
            var result = await H4mkContainer.VerifyAsync(source);
            Assert.Equal(state, result.State);
            Assert.Equal(finding, string.Join('\n', result.Findings.Select(f => $"{f.Chunk} {f.Offset} {f.Code.ToName()} {f.Message}")));
        }

        Assert.Equal(opensWithFault ? finding : "", await FaultAsync(() => OpenAsync(bytes)));
        Assert.Equal(readsForwardWithFault ? finding : "", await FaultAsync(() => ForwardAsync(bytes)));
    }

    [Fact]
    public async Task Verify_NoChunks_NamesThoseThatAreMissing()
    {
        var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(Make().AsMemory(0, 8)));
        Assert.Equal(VerificationState.Incomplete, result.State);
        Assert.Equal(["SEEK", "META", "SAFE", "VERI"], result.Findings.Select(f => f.Chunk.ToString()));
        Assert.All(result.Findings, f => Assert.Equal((8, H4mkErrorCode.Missing), (f.Offset, f.Code)));
    }

    [Fact]
    public async Task Verify_FileLongerThanOneReadWithBytesBehindIt_NamesThem()
    {
        byte[] bytes = [.. Make((ref H4mkChunkWriter w) => w.WriteChunk(ChunkTag.Core, new byte[3_000_000])), 1, 2, 3];
        foreach (var source in (H4mkSource[])[H4mkSource.FromMemory(bytes), H4mkSource.FromStream(new MemoryStream(bytes))])
        {
            var result = await H4mkContainer.VerifyAsync(source);
            Assert.Equal((VerificationState.Incomplete, 2), (result.State, result.BlockCount));
            Assert.Equal((H4mkErrorCode.Trailing, bytes.Length - 3L), Assert.Single(result.Findings) is var finding ? (finding.Code, finding.Offset) : default);
        }
    }

    /// <summary>A file that goes on as one of 1.1 is cut, whatever else is wrong with its 1.0 part.</summary>
    [Fact]
    public async Task Verify_PartOfTrakBehindAPartWithAFault_IsIncomplete()
    {
        var bytes = Make((ref H4mkChunkWriter w) => w.WriteChunk(ChunkTag.Seek, [0, 0, 0, 2, .. new byte[16]]));
        Assert.Equal(VerificationState.Invalid, (await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes))).State);
        Assert.Equal(VerificationState.Incomplete, (await H4mkContainer.VerifyAsync(H4mkSource.FromMemory((byte[])[.. bytes, .. "TR"u8]))).State);
        Assert.Equal(VerificationState.Invalid, (await H4mkContainer.VerifyAsync(H4mkSource.FromMemory((byte[])[.. bytes, .. "TA"u8]))).State);
    }

    private static async Task OpenAsync(byte[] bytes)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        await container.ReadMetaAsync();
        await container.ReadSafeAsync();
        await container.ReadVeriAsync();
        await container.GetSeekTableAsync();
    }

    private static async Task ForwardAsync(byte[] bytes)
    {
        await using var reader = H4mkForwardReader.Create(new MemoryStream(bytes));
        while (await reader.ReadAsync())
        {
        }
    }

    private static async Task<string> FaultAsync(Func<Task> action)
    {
        try
        {
            await action();
            return "";
        }
        catch (H4mkFormatException fault)
        {
            return $"{fault.Tag} {fault.Offset} {fault.Code.ToName()} {fault.Detail}";
        }
    }

    private static byte[] FileOf(string name) => name switch
    {
        "odd tag" => Make((ref H4mkChunkWriter w) => w.WriteChunk(Odd, [1, 2, 3])),
        "odd tag that reaches past the end" => Make((ref H4mkChunkWriter w) => w.WriteChunkHeader(Odd, 100_000, 0)),
        "chunk that reaches past the end" => Make((ref H4mkChunkWriter w) => w.WriteChunkHeader(new ChunkTag("more"), 100_000, 0)),
        "seek of two bytes" => Make((ref H4mkChunkWriter w) => w.WriteChunk(ChunkTag.Seek, [0, 0])),
        "seek with another count" => Make((ref H4mkChunkWriter w) => w.WriteChunk(ChunkTag.Seek, [0, 0, 0, 2, .. new byte[16]])),
        "seek with equal times" => Make((ref H4mkChunkWriter w) => w.WriteSeek([new SeekEntry(3, 0), new SeekEntry(3, 5)])),
        "seek with falling times" => Make((ref H4mkChunkWriter w) => w.WriteSeek([new SeekEntry(3, 0), new SeekEntry(2, 5)])),
        "second meta" => Make((ref H4mkChunkWriter w) =>
        {
            w.WriteChunk(ChunkTag.Meta, "{}"u8);
            w.WriteChunk(ChunkTag.Meta, "{}"u8);
        }),
        "meta is an array" => Make((ref H4mkChunkWriter w) => w.WriteChunk(ChunkTag.Meta, "[]"u8)),
        "safe is no json" => Make((ref H4mkChunkWriter w) => w.WriteChunk(ChunkTag.Safe, "{"u8)),
        "short veri" => Make((ref H4mkChunkWriter w) => w.WriteChunk(ChunkTag.Veri, new byte[31])),
        "veri of one byte" => Make((ref H4mkChunkWriter w) => w.WriteChunk(ChunkTag.Veri, [7])),
        "other veri" => Make((ref H4mkChunkWriter w) => w.WriteChunk(ChunkTag.Veri, new byte[32])),
        "chunk behind veri" => [.. Make(), .. Chunk("more", [])],
        "chunk with another crc" => Make((ref H4mkChunkWriter w) =>
        {
            w.WriteChunkHeader(new ChunkTag("more"), 1, 0);
            w.WriteRaw([1]);
        }),
        "bytes behind the last chunk" => [.. Make(), 1, 2, 3],
        _ => Make(),
    };

    private delegate void WriteChunks(ref H4mkChunkWriter writer);

    /// <summary>A block, what is given, and of SEEK, META, SAFE and VERI those that were not given.</summary>
    private static byte[] Make(WriteChunks? write = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        writer.WriteFileHeader();
        writer.WriteChunk(ChunkTag.Core, "block"u8);
        write?.Invoke(ref writer);
        var text = Encoding.Latin1.GetString(output.WrittenSpan);
        if (text.Contains("VERI", StringComparison.Ordinal))
        {
            return output.WrittenSpan.ToArray();
        }

        if (!text.Contains("SEEK", StringComparison.Ordinal))
        {
            writer.WriteSeek([new SeekEntry(0, 0)]);
        }

        foreach (var tag in (string[])["META", "SAFE"])
        {
            if (!text.Contains(tag, StringComparison.Ordinal))
            {
                writer.WriteChunk(new ChunkTag(tag), "{}"u8);
            }
        }

        writer.WriteChunk(ChunkTag.Veri, SHA256.HashData(output.WrittenSpan[8..]));
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Chunk(string tag, byte[] payload)
    {
        var output = new ArrayBufferWriter<byte>();
        new H4mkChunkWriter(output).WriteChunk(new ChunkTag(tag), payload);
        return output.WrittenSpan.ToArray();
    }
}
