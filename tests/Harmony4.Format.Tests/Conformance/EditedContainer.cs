using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Harmony4.Format.Internal;
using Harmony4.Format.Tests.Forward;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Conformance;

/// <summary>A chunk of a container that is edited.</summary>
internal sealed record EditedChunk(ChunkTag Tag, byte[] Payload, uint CrcError = 0)
{
    public int Size => 12 + Payload.Length;

    public byte[] Encode()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        writer.WriteChunkHeader(Tag, (uint)Payload.Length, System.IO.Hashing.Crc32.HashToUInt32(Payload) ^ CrcError);
        writer.WriteRaw(Payload);
        return output.WrittenSpan.ToArray();
    }
}

/// <summary>A container, and what it becomes when one of its chunks is left out, doubled, moved or changed.</summary>
internal sealed class EditedContainer
{
    private readonly EditedChunk[] _chunks;

    private EditedContainer(string name, byte[] bytes)
    {
        Name = name;
        Bytes = bytes;
        _chunks = [.. H4mkForwardReaderTests.Chunks(bytes).Select(c => new EditedChunk(new ChunkTag(c.Tag), bytes[(c.Offset + 12)..(c.Offset + 12 + c.Length)]))];
    }

    public static IReadOnlyList<EditedContainer> All { get; } =
    [
        new("version-10", Version10()),
        new("recorded", RecordedAsync().GetAwaiter().GetResult()),
        new("upgraded", UpgradedFile.Make(blockCount: 3, pageLog2: 1, notes: ["one"])),
        new("continued", ContinuedAsync().GetAwaiter().GetResult()),
    ];

    public string Name { get; }

    public byte[] Bytes { get; }

    /// <summary>Every edit: the file as it is then, with TAIL made to fit where ROOT has moved to, and cut before ROOT.</summary>
    public IEnumerable<(string Where, string Name, byte[] Bytes)> Edits()
    {
        for (var i = 0; i < _chunks.Length; i++)
        {
            var at = i;
            var where = string.Create(CultureInfo.InvariantCulture, $"{8 + _chunks.Take(i).Sum(c => c.Size)} {_chunks[i].Tag}");
            var edits = Replacements(_chunks[i], i + 1 < _chunks.Length ? _chunks[i + 1] : null)
                .Select(e => (e.Name, Chunks: (EditedChunk[])[.. _chunks[..at], .. e.Chunks, .. _chunks[(at + e.Replaced)..]])).ToArray();
            foreach (var (name, chunks) in edits)
            {
                yield return (where, name, Encode(chunks));
            }

            if (_chunks[i].Tag == ChunkTag.Tail || !Array.Exists(_chunks, c => c.Tag == ChunkTag.Tail))
            {
                continue;
            }

            foreach (var (name, chunks) in edits)
            {
                if (WithTail(chunks) is { } bytes && !bytes.AsSpan().SequenceEqual(Encode(chunks)))
                {
                    yield return (where + ", TAIL fits", name, bytes);
                }
            }

            foreach (var (name, chunks) in _chunks[i].Tag == ChunkTag.Root || _chunks[i].Tag == ChunkTag.Sign ? [] : edits)
            {
                yield return (where + ", no ROOT", name, Encode([.. chunks.TakeWhile(c => c.Tag != ChunkTag.Root)]));
            }
        }
    }

    public override string ToString() => string.Join(' ', _chunks.Select(c => c.Tag));

    private static IEnumerable<(string Name, int Replaced, EditedChunk[] Chunks)> Replacements(EditedChunk chunk, EditedChunk? next)
    {
        yield return ("left out", 1, []);
        yield return ("twice", 1, [chunk, chunk]);
        if (next is not null)
        {
            yield return ("behind the next", 2, [next, chunk]);
        }

        yield return ("with a note before it", 1, [new EditedChunk(new ChunkTag("note"), [1]), chunk]);
        yield return ("of an unknown tag", 1, [chunk with { Tag = new ChunkTag("more") }]);
        yield return ("of a tag with one bit flipped", 1, [chunk with { Tag = new ChunkTag(chunk.Tag.Value ^ 1) }]);
        yield return ("of a tag that is none", 1, [chunk with { Tag = new ChunkTag(chunk.Tag.Value & 0xffffff00) }]);
        yield return ("with another CRC", 1, [chunk with { CrcError = 1 }]);
        yield return ("longer", 1, [chunk with { Payload = [.. chunk.Payload, 0] }]);
        if (chunk.Payload.Length > 0)
        {
            yield return ("shorter", 1, [chunk with { Payload = chunk.Payload[..^1] }]);
            yield return ("empty", 1, [chunk with { Payload = [] }]);
        }

        for (var i = 0; i < chunk.Payload.Length; i++)
        {
            var payload = chunk.Payload.ToArray();
            payload[i] ^= 1;
            yield return (string.Create(CultureInfo.InvariantCulture, $"byte {i}"), 1, [chunk with { Payload = payload }]);
        }
    }

    private static byte[] Encode(IEnumerable<EditedChunk> chunks) => [.. "H4MK"u8, 0, 1, 0, 0, .. chunks.SelectMany(c => c.Encode())];

    private static byte[]? WithTail(EditedChunk[] chunks)
    {
        var root = Array.FindIndex(chunks, c => c.Tag == ChunkTag.Root);
        return root < 0 || chunks[^1].Tag != ChunkTag.Tail
            ? null
            : Encode([.. chunks[..^1], chunks[^1] with { Payload = RecordedIndex.BuildTail(8 + chunks.Take(root).Sum(c => c.Size), chunks[root].Payload) }]);
    }

    private static byte[] Version10()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        writer.WriteFileHeader();
        writer.WriteChunk(ChunkTag.Core, "block"u8);
        writer.WriteChunk(ChunkTag.Core, []);
        writer.WriteSeek([new SeekEntry(10, 0), new SeekEntry(20, 5)]);
        writer.WriteChunk(ChunkTag.Meta, "{}"u8);
        writer.WriteChunk(new ChunkTag("note"), "text"u8);
        writer.WriteChunk(ChunkTag.Safe, "{}"u8);
        writer.WriteChunk(ChunkTag.Veri, SHA256.HashData(output.WrittenSpan[8..]));
        return output.WrittenSpan.ToArray();
    }

    private static async Task<byte[]> RecordedAsync()
    {
        using var output = new MemoryStream();
        var options = new H4mkWriterOptions
        {
            PageLog2 = 1,
            Tracks = [new H4mkTrackInfo { Id = 0, Kind = TrackKind.Video }, new H4mkTrackInfo { Id = 3, Kind = TrackKind.Audio }],
            Authenticators = [new Note()],
        };
        await using (var writer = H4mkContainerWriter.Create(output, options, leaveOpen: true))
        {
            await writer.WriteSealAsync(new byte[84]);
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = 10, Duration = 10, IsKey = true }, "key"u8.ToArray());
            await writer.WriteBlockAsync(3, new BlockInfo { Pts = 15, Duration = 5, IsKey = true }, "sound"u8.ToArray());
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = 20, Duration = 10 }, default);
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = 30, IsKey = true }, "last"u8.ToArray());
            await writer.CompleteAsync();
        }

        return output.ToArray();
    }

    /// <summary>Behind a 1.0 file a second track, and blocks that share a page with those of the file.</summary>
    private static async Task<byte[]> ContinuedAsync()
    {
        var file = Media.Small.Encode();
        using var output = new MemoryStream();
        output.Write(file);
        await using var container = await H4mkContainer.OpenAsync(file);
        var options = new H4mkWriterOptions { PageLog2 = 2, Tracks = [new H4mkTrackInfo { Id = 0, Kind = TrackKind.Video }, new H4mkTrackInfo { Id = 9, Kind = TrackKind.Data }] };
        await using (var writer = await H4mkContainerWriter.UpgradeAsync(container, output, options, leaveOpen: true))
        {
            await writer.WriteBlockAsync(9, new BlockInfo { Pts = 5, Duration = 1 }, "data"u8.ToArray());
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = 99_999, Flags = BlockFlags.Discontinuity }, "more"u8.ToArray());
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = 133_333, IsKey = true }, "and more"u8.ToArray());
            await writer.CompleteAsync();
        }

        return output.ToArray();
    }

    private sealed class Note : IRootAuthenticator
    {
        public ValueTask<IReadOnlyList<SignContent>> AuthenticateAsync(H4mkRoot root, CancellationToken cancellationToken) => new([new SignContent(9, "sign"u8.ToArray())]);
    }
}
