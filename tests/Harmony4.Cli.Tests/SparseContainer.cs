using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Harmony4.Format;
using Harmony4.Hashing;

namespace Harmony4.Cli.Tests;

/// <summary>Writes a large 1.1 container whose blocks are holes in the file, with its bytes laid out by hand from the format's text.</summary>
internal static class SparseContainer
{
    private const int PageLog2 = 10;
    private const int EntryLength = 56;
    private const ulong Duration = 1_000_000;

    /// <summary>Writes one track of zeros; block i is key, at i seconds.</summary>
    public static void Write(string path, int blocks, int blockLength)
    {
        var zeros = new byte[blockLength];
        var crc = Crc32.Compute(zeros);
        var digest = SHA256.HashData(zeros);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write("H4MK\0\u0001\0\0"u8);
        var aux = new List<(ChunkTag Tag, byte[] Payload, ulong Offset)>();
        foreach (var (tag, text) in ((string, string)[])[("TRAK", """{"page_log2":10,"tracks":[{"id":0,"kind":"video"}]}"""), ("META", "{}"), ("SAFE", "{}")])
        {
            aux.Add((new ChunkTag(tag), Encoding.UTF8.GetBytes(text), (ulong)file.Position));
            WriteChunk(file, tag, aux[^1].Payload);
        }

        var pages = new List<(byte[] Record, ulong Offset)>();
        var tree = new MerkleTreeBuilder();
        var entries = new List<byte[]>();
        var offsets = new List<ulong>();
        for (var i = 0; i < blocks; i++)
        {
            byte[] token = [.. U64((ulong)i * Duration), .. U32(i), 1, 1, .. U16(0), .. U32((long)Duration), .. U32(blockLength)];
            WriteChunk(file, "TOKN", token);
            offsets.Add((ulong)file.Position);
            file.Write([.. "CORE"u8, .. U32(blockLength), .. U32(crc)]);

            // The payload stays a hole, which reads as zeros.
            file.Position += blockLength;
            byte[] entry = [.. U64((ulong)i * Duration), .. U32((long)Duration), .. U32(blockLength), .. U32(i == 0 ? 0 : 1), .. U32(1), .. digest];
            entries.Add(entry);
            tree.AppendRecord(entry);
            if (entries.Count == 1 << PageLog2 || i == blocks - 1)
            {
                var first = i + 1 - entries.Count;
                var page = new MerkleTreeBuilder();
                entries.ForEach(e => page.AppendRecord(e));
                pages.Add(([.. U64((ulong)first * Duration), .. U64((ulong)first * (ulong)blockLength), .. page.GetRoot()], (ulong)file.Position));
                WriteChunk(file, "INDX", [.. U16(0), .. U16(0), .. U32(first), .. U64((ulong)first * (ulong)blockLength), .. entries.SelectMany(e => e), .. offsets.SelectMany(U64)]);
                entries.Clear();
                offsets.Clear();
            }
        }

        WriteChunk(file, "SEEK", [.. U32(blocks), .. Enumerable.Range(0, blocks).SelectMany(i => (byte[])[.. U64((ulong)i * Duration), .. U64((ulong)i * (ulong)blockLength)])]);
        var payloadLength = (ulong)blocks * (ulong)blockLength;
        byte[] track = [.. U16(0), .. U16(0), .. U32(blocks), .. U32(blocks), .. U32(blocks - 1), .. U64(payloadLength), .. U64(0), .. U64((ulong)blocks * Duration), .. tree.GetRoot()];
        var auxRecords = aux.OrderBy(a => a.Tag.Value).Select(a => (Record: (byte[])[.. U32(a.Tag.Value), .. U32(a.Payload.Length), .. SHA256.HashData(a.Payload)], a.Offset)).ToList();
        var pageRecords = pages.SelectMany(p => p.Record).ToArray();
        byte[] header =
        [
            .. "H4R1"u8, .. U16(1), 1, PageLog2, .. U16(1), .. U16(auxRecords.Count), .. U32(0), .. U64((ulong)blocks), .. U64(payloadLength),
            .. RootOf([track]), .. RootOf(auxRecords.Select(a => a.Record)), .. SHA256.HashData(pageRecords),
        ];
        byte[] root = [.. header, .. track, .. auxRecords.SelectMany(a => a.Record), .. pageRecords, .. auxRecords.SelectMany(a => U64(a.Offset)), .. pages.SelectMany(p => U64(p.Offset))];
        var rootOffset = (ulong)file.Position;
        WriteChunk(file, "ROOT", root);
        WriteChunk(file, "TAIL", [.. U64(rootOffset), .. U32(root.Length + 12), .. U16(1), .. U16(0), .. SHA256.HashData(root), .. "KM4H"u8]);
    }

    private static byte[] RootOf(IEnumerable<byte[]> records)
    {
        var tree = new MerkleTreeBuilder();
        foreach (var record in records)
        {
            tree.AppendRecord(record);
        }

        return tree.GetRoot();
    }

    private static void WriteChunk(FileStream file, string tag, byte[] payload)
    {
        byte[] chunk = [.. U32(new ChunkTag(tag).Value), .. U32(payload.Length), .. U32(Crc32.Compute(payload)), .. payload];
        file.Write(chunk);
    }

    private static byte[] U16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }

    private static byte[] U32(long value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)value);
        return bytes;
    }

    private static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
