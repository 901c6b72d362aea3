using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Harmony4.Format.Internal;
using Harmony4.Format.Tests.Forward;
using Harmony4.Format.Tests.Properties;
using Harmony4.Hashing;

namespace Harmony4.Format.Tests.Containers;

/// <summary>Pages of the index whose hashes are all sound, and that say what cannot be.</summary>
public sealed class IndexPageTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public async Task GetBlock_ListedNearTheEnds_LiesBetweenFileHeaderAndRoot(int distance, bool isInside)
    {
        var bytes = await new Recorded(1, 2, [new TrackBlock(0, new BlockInfo { IsKey = true }, new byte[5])]).WriteAsync();
        var chunks = H4mkForwardReaderTests.Chunks(bytes);
        var page = chunks.Single(c => c.Tag == "INDX");
        var root = chunks.Single(c => c.Tag == "ROOT").Offset;
        foreach (var offset in (int[])[8 + distance, root - 12 - 5 - distance])
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(page.Offset + 12 + page.Length - 8), (ulong)offset);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(page.Offset + 8), Crc32.Compute(bytes.AsSpan(page.Offset + 12, page.Length)));
            await using var container = await H4mkContainer.OpenAsync(bytes);
            if (isInside)
            {
                Assert.Equal(offset + 12, (await container.GetBlockAsync(0, 0)).FileOffset);

                // That no such block stands there shows once it is read.
                Assert.Equal(H4mkErrorCode.Block, (await Assert.ThrowsAsync<H4mkFormatException>(async () => await container.ReadBlockAsync(0, 0, new ArrayBufferWriter<byte>()))).Code);
            }
            else
            {
                var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await container.GetBlockAsync(0, 0));
                Assert.Equal((H4mkErrorCode.Block, (long)offset), (fault.Code, fault.Offset));
            }
        }
    }

    [Theory]
    [InlineData(new int[] { 10, 20, 30, 40 }, true)]
    [InlineData(new int[] { 10, 20, 21, 40 }, true)]
    [InlineData(new int[] { 10, 20, 20, 40 }, false)]
    [InlineData(new int[] { 10, 31, 30, 40 }, false)]
    public async Task FindKeyframe_TimesOfAPageReachTheNextPages_IsRefused(int[] times, bool isSound)
    {
        var bytes = Forge([.. times.Select(t => new IndexEntry((ulong)t, 0, 1, 0, (uint)BlockFlags.Key, default))]);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        if (isSound)
        {
            Assert.Equal(0, (await container.FindKeyframeAsync(0, 15))!.Value.Block);
            return;
        }

        var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await container.FindKeyframeAsync(0, 15));
        Assert.Equal((H4mkErrorCode.Page, ChunkTag.Indx), (fault.Code, fault.Tag));
        Assert.Contains("expected keyframes before", fault.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(15, 0, 1, true)]
    [InlineData(16, 0, 1, false)]
    [InlineData((int)BlockFlags.Lost, 0, 0, true)]
    [InlineData((int)BlockFlags.Lost, 0, 1, false)]
    [InlineData((int)BlockFlags.Lost, 1, 0, false)]
    [InlineData((int)(BlockFlags.Lost | BlockFlags.Discontinuity), 0, 0, false)]
    public async Task GetBlock_EntryThatCannotBe_IsRefused(int flags, uint duration, uint length, bool isSound)
    {
        flags = flags == 15 ? (int)(BlockFlags.Key | BlockFlags.Sealed | BlockFlags.Discontinuity) : flags;
        var bytes = Forge([new IndexEntry(1, duration, length, 0, (uint)flags, default)]);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        if (isSound)
        {
            Assert.Equal((BlockFlags)flags, (await container.GetBlockAsync(0, 0)).Flags);
            return;
        }

        Assert.Equal(H4mkErrorCode.Page, (await Assert.ThrowsAsync<H4mkFormatException>(async () => await container.GetBlockAsync(0, 0))).Code);
    }

    // A page, the index of an entry on it (−1: the page's header), a field, a value, and what is found wrong; "" where nothing is.
    public static TheoryData<int, int, string, ulong, string> Fields => new()
    {
        { 1, -1, "track", 1, "expected the page of track 0 from block 2 at stream offset 3, found track 1, block 2, offset 3" },
        { 1, -1, "zero", 1, "expected the page of track 0 from block 2" },
        { 1, -1, "first", 3, "found track 0, block 3, offset 3" },
        { 1, -1, "stream", 4, "found track 0, block 2, offset 4" },
        { 0, 1, "pts", long.MaxValue - 7, "" },
        { 0, 1, "pts", long.MaxValue - 6, "block 1: expected an end below 2^63 us" },
        { 0, 1, "flags", 8, "" },
        { 0, 1, "flags", 16, "block 1: expected flags below 16, found 16" },
        { 0, 0, "link", 1, "block 0: expected a link to the keyframe before it, found 1" },
        { 0, 1, "link", 0, "block 1: expected a link to the keyframe before it, found 0" },
        { 0, 1, "link", 2, "block 1: expected a link to the keyframe before it, found 2" },
        { 1, 0, "link", 1, "" },
        { 1, 0, "link", 0, "" },
        { 1, 0, "link", 3, "block 2: expected a link to the keyframe before it, found 3" },
        { 1, 1, "link", 2, "block 3: expected a link to the keyframe before it, found 2" },
        { 1, 1, "pts", 30, "block 3: expected a keyframe after 30 us, found 30" },
        { 1, 1, "pts", 31, "" },
        { 1, 0, "pts", 31, "expected a first key time of 30 us, as ROOT says, found 31" },
        { 1, 0, "flags", 0, "block 3: expected a link to the keyframe before it" },
        { 0, 1, "length", 3, "expected blocks that end at stream offset 3, found 4" },
        { 2, 0, "length", 6, "expected blocks that end at stream offset 12, found 13" },
        { 2, 0, "link", 1, "" },
        { 2, 0, "link", 2, "expected the track's last keyframe to be block 3, found 2" },
        { 2, 0, "link", 0, "expected the track's last keyframe to be block 3, found -1" },
        { 2, 0, "flags", 1, "expected a first key time of 18446744073709551615 us, as ROOT says, found 50" },
    };

    [Theory, MemberData(nameof(Fields))]
    public async Task GetBlock_OnAPageWithAnotherValue_IsRefusedForIt(int page, int entry, string field, ulong value, string expected)
    {
        var bytes = Forge([Entry(10, 1, isKey: true), Entry(20, 2), Entry(30, 2, isKey: true), Entry(40, 2, isKey: true), Entry(50, 5)]);
        var chunks = H4mkForwardReaderTests.Chunks(bytes);
        var chunk = chunks.Where(c => c.Tag == "INDX").ElementAt(page);
        var (offset, size) = (entry, field) switch
        {
            (-1, "track") => (0, 2),
            (-1, "zero") => (2, 2),
            (-1, "first") => (4, 4),
            (-1, _) => (8, 8),
            (_, "pts") => (16 + (56 * entry), 8),
            (_, "length") => (16 + (56 * entry) + 12, 4),
            (_, "link") => (16 + (56 * entry) + 16, 4),
            _ => (16 + (56 * entry) + 20, 4),
        };
        for (var i = 0; i < size; i++)
        {
            bytes[chunk.Offset + 12 + offset + i] = (byte)(value >> (8 * (size - 1 - i)));
        }

        await using var container = await H4mkContainer.OpenAsync(Fit(bytes, chunks));
        if (expected.Length == 0)
        {
            Assert.Equal(2 * page, (await container.GetBlockAsync(0, 2 * page)).Ordinal);
            return;
        }

        var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await container.GetBlockAsync(0, 2 * page));
        Assert.Equal((H4mkErrorCode.Page, ChunkTag.Indx, (long)chunk.Offset), (fault.Code, fault.Tag, fault.Offset));
        Assert.Contains(expected, fault.Detail, StringComparison.Ordinal);

        static IndexEntry Entry(ulong pts, uint length, bool isKey = false) => new(pts, 7, length, 0, isKey ? (uint)BlockFlags.Key : 0, default);
    }

    /// <summary>Makes CRCs and hashes fit the pages, from their own roots to TAIL.</summary>
    private static byte[] Fit(byte[] bytes, List<(string Tag, int Offset, int Length)> chunks)
    {
        const int pageRecords = 128 + 72 + (3 * 40);
        var pages = chunks.Where(c => c.Tag == "INDX").ToArray();
        var root = chunks.Single(c => c.Tag == "ROOT");
        var payload = bytes.AsSpan(root.Offset + 12, root.Length);
        var tree = new MerkleTreeBuilder();
        for (var i = 0; i < pages.Length; i++)
        {
            H4mkForwardReaderTests.Recheck(bytes, pages[i].Offset, pages[i].Length);
            var pageRoot = payload.Slice(pageRecords + (48 * i) + 16, 32);
            IndexPage.WriteRoot(bytes.AsSpan(pages[i].Offset + 12 + 16, (pages[i].Length - 16) / 64 * 56), pageRoot);
            tree.AppendLeafHashes(pageRoot);
        }

        tree.WriteRoot(payload.Slice(128 + 40, 32));
        var tracks = new MerkleTreeBuilder();
        tracks.AppendRecords(payload.Slice(128, 72), 72);
        tracks.WriteRoot(payload.Slice(32, 32));
        SHA256.HashData(payload.Slice(pageRecords, 48 * pages.Length), payload.Slice(96, 32));
        H4mkForwardReaderTests.Recheck(bytes, root.Offset, root.Length);
        RecordedIndex.BuildTail(root.Offset, payload).CopyTo(bytes, bytes.Length - 52);
        H4mkForwardReaderTests.Recheck(bytes, bytes.Length - 64, 52);
        return bytes;
    }

    /// <summary>A container of pages of two blocks with any entries.</summary>
    private static byte[] Forge(IndexEntry[] entries)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        var list = new TrackList(1, [new H4mkTrackInfo { Id = 0, Kind = TrackKind.Video }]);
        var index = new RecordedIndex(list, hasSeek: false);
        writer.WriteFileHeader();
        foreach (var (tag, payload) in ((ChunkTag, byte[])[])[(ChunkTag.Trak, list.Write()), (ChunkTag.Meta, "{}"u8.ToArray()), (ChunkTag.Safe, "{}"u8.ToArray())])
        {
            index.AddAux(tag, (uint)payload.Length, new Sha256Digest(SHA256.HashData(payload)), writer.BytesWritten);
            writer.WriteChunk(tag, payload);
        }

        for (var i = 0; i < entries.Length; i++)
        {
            index.AddBlock(0, entries[i], writer.BytesWritten);
            writer.WriteChunk(ChunkTag.Core, new byte[entries[i].Length]);
            if (index.Tracks[0].IsPageFull || i + 1 == entries.Length)
            {
                var page = new byte[PageHeader.PayloadLength(index.Tracks[0].OpenCount)];
                index.Tracks[0].WritePage(page);
                index.ClosePage(0, writer.BytesWritten);
                writer.WriteChunk(ChunkTag.Indx, page);
            }
        }

        var rootOffset = writer.BytesWritten;
        var root = index.BuildRoot();
        writer.WriteChunk(ChunkTag.Root, root);
        writer.WriteChunk(ChunkTag.Tail, RecordedIndex.BuildTail(rootOffset, root));
        return output.WrittenSpan.ToArray();
    }
}
