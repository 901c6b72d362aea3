using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Harmony4.Format.Internal;

namespace Harmony4.Format.Tests.Forward;

/// <summary>A 1.0 container with chunks of the caller's own before its blocks, and the index that makes it one of 1.1 behind it.</summary>
internal static class UpgradedFile
{
    public static byte[] Make(int blockCount, int pageLog2, string[] notes)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        var list = new TrackList(pageLog2, [new H4mkTrackInfo { Id = 0, Kind = TrackKind.Video }]);
        var index = new RecordedIndex(list, hasSeek: false);
        writer.WriteFileHeader();
        foreach (var note in notes)
        {
            WriteAux(ref writer, index, new ChunkTag("note"), Encoding.UTF8.GetBytes(note));
        }

        var blocks = new List<(IndexEntry Entry, long Offset)>();
        var seek = new List<SeekEntry>();
        for (var i = 0; i < blockCount; i++)
        {
            var payload = new byte[i + 1];
            seek.Add(new SeekEntry((ulong)i, (ulong)blocks.Sum(b => b.Entry.Length)));
            blocks.Add((new IndexEntry((ulong)i, 0, (uint)payload.Length, 0, (uint)BlockFlags.Key, new Sha256Digest(SHA256.HashData(payload))), writer.BytesWritten));
            writer.WriteChunk(ChunkTag.Core, payload);
        }

        writer.WriteSeek([.. seek]);
        WriteAux(ref writer, index, ChunkTag.Meta, "{}"u8.ToArray());
        WriteAux(ref writer, index, ChunkTag.Safe, "{}"u8.ToArray());
        writer.WriteChunk(ChunkTag.Veri, SHA256.HashData(output.WrittenSpan[8..]));
        WriteAux(ref writer, index, ChunkTag.Trak, list.Write());
        foreach (var (entry, offset) in blocks)
        {
            index.AddBlock(0, entry, offset);
            if (index.Tracks[0].IsPageFull)
            {
                WritePage(ref writer, index);
            }
        }

        if (index.Tracks[0].OpenCount > 0)
        {
            WritePage(ref writer, index);
        }

        var rootOffset = writer.BytesWritten;
        var root = index.BuildRoot();
        writer.WriteChunk(ChunkTag.Root, root);
        writer.WriteChunk(ChunkTag.Tail, RecordedIndex.BuildTail(rootOffset, root));
        return output.WrittenSpan.ToArray();
    }

    private static void WriteAux(ref H4mkChunkWriter writer, RecordedIndex index, ChunkTag tag, byte[] payload)
    {
        index.AddAux(tag, (uint)payload.Length, new Sha256Digest(SHA256.HashData(payload)), writer.BytesWritten);
        writer.WriteChunk(tag, payload);
    }

    private static void WritePage(ref H4mkChunkWriter writer, RecordedIndex index)
    {
        var page = new byte[PageHeader.PayloadLength(index.Tracks[0].OpenCount)];
        index.Tracks[0].WritePage(page);
        index.ClosePage(0, writer.BytesWritten);
        writer.WriteChunk(ChunkTag.Indx, page);
    }
}
