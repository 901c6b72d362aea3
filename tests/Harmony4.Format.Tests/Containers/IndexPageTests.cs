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
