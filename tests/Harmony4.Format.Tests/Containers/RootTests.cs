using System.Buffers.Binary;
using System.Security.Cryptography;
using Harmony4.Format.Internal;
using Harmony4.Format.Tests.Forward;
using Harmony4.Format.Tests.Properties;
using Harmony4.Hashing;

namespace Harmony4.Format.Tests.Containers;

/// <summary>Every rule that ROOT is held to before anything of it is used: what just keeps it passes, what just breaks it is refused for it. All hashes are sound.</summary>
public sealed class RootTests
{
    private const int TrackCount = 3;
    private const int AuxCount = 5;
    private const int PageCount = 3;
    private const int TailLength = 64;

    private static readonly byte[] Bytes = MakeAsync().GetAwaiter().GetResult();
    private static readonly int RootOffset = H4mkForwardReaderTests.Chunks(Bytes).Single(c => c.Tag == "ROOT").Offset;
    private static readonly byte[] Root = Bytes[(RootOffset + 12)..^TailLength];

    // What is changed: a field, the index of its record, a value. "" where the file still opens.
    public static TheoryData<string, int, long, string> Fields => new()
    {
        { "magic", 0, RootHeader.Magic ^ 1, "expected a root header" },
        { "minor", 0, 2, "expected a root header" },
        { "hash", 0, 2, "expected a root header" },
        { "zero", 0, 1, "expected a root header" },
        { "page log2", 0, 0, "expected a page log2 of 1 to 14, found 0" },
        { "page log2", 0, 14, "bytes for 3 tracks, 5 aux records and 2 pages" },
        { "page log2", 0, 15, "expected a page log2 of 1 to 14, found 15" },
        { "track count", 0, 0, "expected 1 to 1024 tracks" },
        { "track count", 0, 1024, "expected 1024 track and 5 aux records" },
        { "track count", 0, 1025, "expected 1 to 1024 tracks" },
        { "aux count", 0, 2, "expected aux records of META, SAFE and TRAK, found 2" },
        { "aux count", 0, 3, "bytes for 3 tracks, 3 aux records and 3 pages" },
        { "aux count", 0, 256, "expected 3 track and 256 aux records" },
        { "aux count", 0, 257, "(a limit of the options), found 257" },
        { "block count", 0, 6, "expected 6 blocks in all tracks, found 5" },
        { "payload length", 0, 16, "expected 16 payload bytes in all tracks, found 15" },
        { "track zero", 1, 1, "expected 0 in the zero field of a track record" },
        { "track id", 1, 0, "expected track ids that rise, found 0 after 0" },
        { "track id", 1, 1, "" },
        { "track id", 2, 3, "expected track ids that rise, found 3 after 3" },
        { "track blocks", 2, 1, "5 aux records and 4 pages" },
        { "key count", 0, 3, "" },
        { "key count", 0, 4, "expected at most 3 keyframes" },
        { "key count", 0, 0, "exactly when it has keyframes" },
        { "last key", 0, TrackRecord.None, "exactly when it has keyframes" },
        { "last key", 1, 0, "exactly when it has keyframes" },
        { "last key", 0, 0, "expected key times of track 0 up to the page of its last keyframe" },
        { "last key", 0, 1, "expected key times of track 0 up to the page of its last keyframe" },
        { "last key", 0, 3, "expected a last keyframe below 3 in track 0, found 3" },
        { "first pts", 0, 40, "" },
        { "first pts", 0, 41, "expected a first time at or before the end of track 0" },
        { "end pts", 0, long.MaxValue, "" },
        { "end pts", 0, long.MinValue, "expected a first time at or before the end of track 0" },
        { "end pts", 2, 1, "expected nothing in track 6" },
        { "track bytes", 2, 1, "expected nothing in track 6" },
        { "aux tag", 0, 0x204D4554, "expected an aux record of META, SAFE, TRAK, SEAL or an unknown tag" },
        { "aux tag", 0, 0x434F5245, "expected an aux record of META, SAFE, TRAK, SEAL or an unknown tag" },
        { "aux tag", 0, 0x4D455440, "expected an aux record of META, SAFE, TRAK, SEAL or an unknown tag" },
        { "aux tag", 0, 0x7A7A7A7A, "expected aux records by tag" },
        { "aux tag", 1, 0x4D455441, "expected one aux record of META, found 2" },
        { "aux tag", 0, 0x41414141, "expected one aux record of META, found 0" },
        { "aux tag", 1, 0x50505050, "expected one aux record of SAFE, found 0" },
        { "aux tag", 2, 0x54545454, "expected one aux record of TRAK, found 0" },
        { "aux offset", 0, 7, "expected META before ROOT, found it at 7" },
        { "aux offset", 0, 8, "" },
        { "aux offset", 4, 0, "expected the aux records of note in file order" },
        { "page offset", 0, 7, "expected the pages of track 0 one after the other before ROOT, found page 0 at 7" },
        { "page offset", 0, 8, "" },
        { "page key", 0, long.MinValue, "first key times of track 0 that do not fall" },
        { "page key", 0, PageKey, "" },
        { "page key", 0, PageKey + 1, "first key times of track 0 that do not fall, found 30 us in page 1" },
        { "page key", 1, long.MaxValue, "" },
        { "page key", 1, long.MinValue, "first key times of track 0 that do not fall" },
        { "page key", 1, -1, "expected key times of track 0 up to the page of its last keyframe" },
        { "page key", 2, 5, "expected key times of track 3 up to the page of its last keyframe" },
        { "page stream", 0, 1, "expected stream offsets of track 0 from 0 that do not fall, found 1 in page 0" },
        { "page stream", 1, 0, "" },
        { "page stream", 1, 9, "" },
        { "page stream", 1, 10, "expected stream offsets of track 0 from 0 that do not fall, found 10 in page 1" },
        { "page root", 0, 1, "expected pages of track 0 that give its Merkle root" },
        { "page root", 2, 1, "expected pages of track 3 that give its Merkle root" },
    };

    private const long PageKey = 30;

    [Theory, MemberData(nameof(Fields))]
    public async Task Open_RootWithAnotherValue_IsRefusedForIt(string field, int index, long value, string expected)
    {
        await AssertAsync(Change(field, index, value), expected);
    }

    [Fact]
    public async Task Open_ListedAtTheEndOfItsRoom_IsTakenUpToRoot()
    {
        // META, the last page, and the second page behind the first.
        var meta = Root.ToArray();
        var length = BinaryPrimitives.ReadUInt32BigEndian(meta.AsSpan(Find("aux tag", 0).Offset + 4));
        await AssertEdgeAsync("aux offset", 0, RootOffset - 12 - length, 1, "expected META before ROOT");
        await AssertEdgeAsync("page offset", 2, RootOffset - 12 - PageHeader.PayloadLength(2), 1, "expected the pages of track 3 one after the other before ROOT");
        var first = BinaryPrimitives.ReadInt64BigEndian(meta.AsSpan(Find("page offset", 0).Offset));
        await AssertEdgeAsync("page offset", 1, first + 12 + PageHeader.PayloadLength(2), -1, "expected the pages of track 0 one after the other before ROOT, found page 1");
        await AssertEdgeAsync("page offset", 0, long.MaxValue - RootOffset, 0, "expected the pages of track 0");
        await AssertEdgeAsync("aux offset", 0, -1, 0, "expected META before ROOT");
    }

    [Fact]
    public async Task Open_ListedChunksThatFillTheFile_AreTakenAndNoByteMore()
    {
        // TOKN and SEEK are not listed: so much longer the first note may be said to be.
        var slack = (5 * 36) + (12 + 4 + (2 * 16));
        var root = Root.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(root.AsSpan(Find("aux tag", 3).Offset + 4), (uint)(5 + slack));
        await AssertAsync(Fit(root), "");
        BinaryPrimitives.WriteUInt32BigEndian(root.AsSpan(Find("aux tag", 3).Offset + 4), (uint)(5 + slack + 1));
        await AssertAsync(Fit(root), "bytes of listed chunks before ROOT");
    }

    [Fact]
    public async Task Open_NotesThatStandAtOnePlace_AreRefused()
    {
        var root = Root.ToArray();
        root.AsSpan(Find("aux offset", 3).Offset, 8).CopyTo(root.AsSpan(Find("aux offset", 4).Offset));
        await AssertAsync(Fit(root), "expected the aux records of note in file order");
    }

    [Fact]
    public async Task Open_PageSizeTimesTracks_IsAtMost2To20()
    {
        var root = Root.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(root.AsSpan(8), 1024);
        root[7] = 10;
        await AssertAsync(Fit(root), "expected 1024 track and 5 aux records");
        root[7] = 11;
        await AssertAsync(Fit(root), "at most 2^20 blocks in a page of each");
    }

    [Fact]
    public async Task Open_ShortestRoot_IsRefusedForItsRecords()
    {
        var root = Root[..(128 + 72)];
        BinaryPrimitives.WriteUInt16BigEndian(root.AsSpan(8), 1);
        await AssertAsync(Fit(root), "expected 1 track and 5 aux records, found 200 bytes");
        await AssertAsync(Fit(root[..^1]), "expected a ROOT between the file header and TAIL", H4mkErrorCode.Tail);
    }

    [Theory]
    [InlineData(1, 0, 0, "expected minor version 1")]
    [InlineData(0, 1, 0, "a zero field")]
    [InlineData(0, 0, 1, "'KM4H'")]
    public async Task Open_TailWithAnotherFixedField_IsRefusedForIt(int minor, int zero, int magic, string expected)
    {
        var tail = TailRecord.Read(Bytes.AsSpan(^TailRecord.Size..));
        await AssertAsync(WithTail(Bytes, tail with { Minor = (ushort)(tail.Minor + minor), Zero = (ushort)zero, End = TailRecord.Magic + (uint)magic }), expected, H4mkErrorCode.Tail);
    }

    [Fact]
    public async Task Open_TailThatNamesAnotherPlace_IsRefusedForIt()
    {
        var tail = TailRecord.Read(Bytes.AsSpan(^TailRecord.Size..));
        const string outside = "expected a ROOT between the file header and TAIL";
        await AssertAsync(WithTail(Bytes, tail with { RootOffset = 7 }), outside, H4mkErrorCode.Tail);
        await AssertAsync(WithTail(Bytes, tail with { RootOffset = 8, RootLength = tail.RootLength }), "as TAIL says, found TRAK");
        await AssertAsync(WithTail(Bytes, tail with { RootOffset = tail.RootOffset + 1 }), outside, H4mkErrorCode.Tail);
        await AssertAsync(WithTail(Bytes, tail with { RootOffset = ulong.MaxValue }), outside, H4mkErrorCode.Tail);
        await AssertAsync(WithTail(Bytes, tail with { RootLength = tail.RootLength + 1 }), outside, H4mkErrorCode.Tail);
        await AssertAsync(WithTail(Bytes, tail with { RootLength = tail.RootLength - 1 }), "bytes, as TAIL says, found ROOT of");
        await AssertAsync(WithTail(Bytes, tail with { RootLength = 12 + 199 }), outside, H4mkErrorCode.Tail);
        await AssertAsync(WithTail(Bytes, tail with { RootLength = 12 + 200 }), "expected ROOT of 200 bytes, as TAIL says");
    }

    /// <summary>The file of <see cref="MakeAsync"/> with one value of ROOT changed, and what hashes it made to fit.</summary>
    internal static byte[] Change(string field, int index, long value)
    {
        var (offset, size) = Find(field, index);
        var root = Root.ToArray();
        for (var i = 0; i < size; i++)
        {
            root[offset + i] = (byte)(value >> (8 * (size - 1 - i)));
        }

        return Fit(root);
    }

    private static async Task AssertEdgeAsync(string field, int index, long value, long beyond, string expected)
    {
        var root = Root.ToArray();
        if (beyond != 0)
        {
            BinaryPrimitives.WriteInt64BigEndian(root.AsSpan(Find(field, index).Offset), value);
            await AssertAsync(Fit(root), "");
        }

        BinaryPrimitives.WriteInt64BigEndian(root.AsSpan(Find(field, index).Offset), value + beyond);
        await AssertAsync(Fit(root), expected);
    }

    private static async Task AssertAsync(byte[] bytes, string expected, H4mkErrorCode code = H4mkErrorCode.Root)
    {
        try
        {
            await using var container = await H4mkContainer.OpenAsync(bytes);
            Assert.Equal("", expected);
        }
        catch (H4mkFormatException fault)
        {
            Assert.NotEqual("", expected);
            Assert.Contains(expected, fault.Detail, StringComparison.Ordinal);
            Assert.Equal(expected.Contains("limit", StringComparison.Ordinal) ? H4mkErrorCode.Limit : code, fault.Code);
            Assert.Equal(code == H4mkErrorCode.Tail ? bytes.Length - TailLength : (long)TailRecord.Read(bytes.AsSpan(^TailRecord.Size..)).RootOffset, fault.Offset);
        }
    }

    private static (int Offset, int Size) Find(string field, int index)
    {
        const int auxes = 128 + (72 * TrackCount);
        const int pages = auxes + (40 * AuxCount);
        const int auxOffsets = pages + (48 * PageCount);
        var (track, aux, page) = (128 + (72 * index), auxes + (40 * index), pages + (48 * index));
        return field switch
        {
            "magic" => (0, 4),
            "minor" => (4, 2),
            "hash" => (6, 1),
            "page log2" => (7, 1),
            "track count" => (8, 2),
            "aux count" => (10, 2),
            "zero" => (12, 4),
            "block count" => (16, 8),
            "payload length" => (24, 8),
            "track id" => (track, 2),
            "track zero" => (track + 2, 2),
            "track blocks" => (track + 4, 4),
            "key count" => (track + 8, 4),
            "last key" => (track + 12, 4),
            "track bytes" => (track + 16, 8),
            "first pts" => (track + 24, 8),
            "end pts" => (track + 32, 8),
            "aux tag" => (aux, 4),
            "page key" => (page, 8),
            "page stream" => (page + 8, 8),
            "page root" => (page + 16, 8),
            "aux offset" => (auxOffsets + (8 * index), 8),
            _ => (auxOffsets + (8 * AuxCount) + (8 * index), 8),
        };
    }

    /// <summary>The file with another ROOT: the hashes in its header and in TAIL are those of its records.</summary>
    private static byte[] Fit(byte[] root)
    {
        var fitted = root.ToArray();
        var auxes = 128 + (72 * TrackCount);
        var pages = auxes + (40 * AuxCount);
        if (fitted.Length == Root.Length)
        {
            Merkle(fitted.AsSpan(128..auxes), 72).CopyTo(fitted, 32);
            Merkle(fitted.AsSpan(auxes..pages), 40).CopyTo(fitted, 64);
            SHA256.HashData(fitted.AsSpan(pages, 48 * PageCount)).CopyTo(fitted, 96);
        }

        byte[] bytes = [.. Bytes[..RootOffset], .. "ROOT"u8, 0, 0, (byte)(fitted.Length >> 8), (byte)fitted.Length, .. new byte[4], .. fitted, .. Bytes[^TailLength..]];
        H4mkForwardReaderTests.Recheck(bytes, RootOffset, fitted.Length);
        return WithTail(bytes, TailRecord.Read(RecordedIndex.BuildTail(RootOffset, fitted)));
    }

    private static byte[] WithTail(byte[] file, TailRecord tail)
    {
        var bytes = file.ToArray();
        tail.Write(bytes.AsSpan(^TailRecord.Size..));
        H4mkForwardReaderTests.Recheck(bytes, bytes.Length - TailLength, TailRecord.Size);
        return bytes;
    }

    private static byte[] Merkle(ReadOnlySpan<byte> records, int size)
    {
        var tree = new MerkleTreeBuilder();
        tree.AppendRecords(records, size);
        var root = new byte[32];
        tree.WriteRoot(root);
        return root;
    }

    /// <summary>Tracks 0, 3 and 6 of three blocks, two and none; keyframes in the first alone; two notes.</summary>
    private static async Task<byte[]> MakeAsync()
    {
        using var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, new Recorded(TrackCount, 1, []).Options, leaveOpen: true))
        {
            await writer.WriteChunkAsync(new ChunkTag("note"), new byte[5]);
            await writer.WriteChunkAsync(new ChunkTag("note"), new byte[5]);
            foreach (var (track, pts, isKey, length) in ((int, ulong, bool, int)[])[(0, 10, true, 3), (3, 10, false, 4), (0, 20, false, 2), (3, 20, false, 2), (0, PageKey, true, 4)])
            {
                await writer.WriteBlockAsync(track, new BlockInfo { Pts = pts, Duration = 10, IsKey = isKey }, new byte[length]);
            }

            await writer.CompleteAsync();
        }

        return output.ToArray();
    }
}
