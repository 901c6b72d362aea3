using Harmony4.TestKit;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>From how many bytes on the first unit is found, at the front and behind other bytes, and where it is not.</summary>
public sealed class StartSearchTests
{
    private const int FrameLength = 20;

    private delegate bool? Search(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed);

    private static byte[] Adts(int rate = 8) => [0xFF, 0xF1, (byte)(0x40 | (rate << 2)), 0x80, FrameLength >> 3, (FrameLength << 5) & 0xFF, 0, .. new byte[FrameLength - 7]];

    private static byte[] Frames(int count) => [.. Enumerable.Repeat(Adts(), count).SelectMany(f => f)];

    private static bool? FindFrames(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed) => FrameSearch.Find(bytes, limit, isFront, isAll, out passed, AdtsSegmenter.TryRead);

    private static bool? FindFlac(ReadOnlySpan<byte> bytes, int limit, bool isFront, bool isAll, out int passed) => FlacSearch.Find(bytes, limit, isAll, out passed);

    /// <summary>Asserts from how many bytes of the media on it is found in a stream, and where the stream ends there.</summary>
    private static void AssertFound(Search search, byte[] media, int junk, int inStream, int atEnd, byte filler = 0, bool isFront = true)
    {
        byte[] bytes = [.. Enumerable.Repeat(filler, junk), .. media];
        for (var length = 0; length <= bytes.Length; length++)
        {
            var found = search(bytes.AsSpan(0, length), junk, isFront, isAll: false, out var passed);
            Assert.Equal(length >= junk + inStream ? true : null, found);
            Assert.InRange(passed, 0, Math.Min(junk, length));
            Assert.Equal(found == true, passed == junk && found == true);
            Assert.Equal(length >= junk + atEnd, search(bytes.AsSpan(0, length), junk, isFront, isAll: true, out passed));
            if (length >= junk + atEnd)
            {
                Assert.Equal(junk, passed);
            }
        }

        // Of what was passed nothing has to be offered again; one byte less than the limit is too few.
        if (junk > 0)
        {
            Assert.True(search(bytes.AsSpan(junk), 0, isFront: false, isAll: false, out var none));
            Assert.Equal(0, none);
            Assert.False(search(bytes, junk - 1, isFront: true, isAll: true, out _));
            Assert.False(search(bytes, junk - 1, isFront: true, isAll: false, out var all));
            Assert.InRange(all, junk - 1, junk + 1);
        }
    }

    [Fact]
    public void FrameSearch_ThreeFramesInFrontOrEightBehind_AreFound()
    {
        // The last of them is there with its header. At the end two whole frames, or four, will do.
        AssertFound(FindFrames, Frames(4), 0, (2 * FrameLength) + 7, FrameLength + 7);
        AssertFound(FindFrames, Frames(9), 1, (7 * FrameLength) + 7, (3 * FrameLength) + 7);
        AssertFound(FindFrames, Frames(9), 30, (7 * FrameLength) + 7, (3 * FrameLength) + 7, filler: 0xFF);
    }

    [Fact]
    public void FrameSearch_FrameOfAnotherKind_EndsTheRow()
    {
        for (var other = 1; other <= 8; other++)
        {
            byte[] row = [.. Frames(other), .. Adts(7), .. Enumerable.Repeat(Adts(6), 10).SelectMany(f => f)];
            Assert.Equal(other >= 3, FindFrames(row, 0, isFront: true, isAll: true, out _));
            Assert.Equal(other >= 8, FindFrames([0, .. row], 1, isFront: true, isAll: true, out _));
            Assert.Equal(other >= 8, FindFrames(row, 0, isFront: false, isAll: true, out _));
            byte[] broken = [.. Frames(other), .. new byte[200]];
            Assert.Equal(other >= 3, FindFrames(broken, 0, isFront: true, isAll: true, out _));
            Assert.Equal(other >= 8, FindFrames(broken, 0, isFront: false, isAll: true, out _));
        }

        // Behind a row that ends the next is looked for.
        byte[] second = [.. Frames(2), .. new byte[50], .. Frames(8)];
        Assert.True(FindFrames(second, 500, isFront: true, isAll: true, out var passed));
        Assert.Equal((2 * FrameLength) + 50, passed);
    }

    [Fact]
    public void FrameSearch_NoFirstByte_PassesAll()
    {
        Assert.Null(FindFrames(new byte[50], 100, isFront: true, isAll: false, out var passed));
        Assert.Equal(50, passed);
        Assert.Null(FindFrames(new byte[100], 100, isFront: true, isAll: false, out passed));
        Assert.Equal(100, passed);
        Assert.False(FindFrames(new byte[101], 100, isFront: true, isAll: false, out passed));
        Assert.Equal(100, passed);
        Assert.False(FindFrames(new byte[50], 100, isFront: true, isAll: true, out passed));
        Assert.Equal(50, passed);
        Assert.False(FindFrames([.. new byte[101], 0xFF], 100, isFront: true, isAll: false, out passed));
        Assert.Equal(100, passed);
    }

    [Theory]
    [InlineData(188, 0)]
    [InlineData(192, 4)]
    [InlineData(204, 0)]
    public void PacketSearch_ThreePacketsInFrontOrEightBehind_AreFound(int length, int prefix)
    {
        byte[] packet = [.. new byte[prefix], 0x47, 0, 0, 0x10, 0x55, .. new byte[length - prefix - 5]];
        byte[] Packets(int count) => [.. Enumerable.Repeat(packet, count).SelectMany(p => p)];
        foreach (var (form, start) in new[] { (length, prefix) })
        {
            // At the front the third sync byte tells.
            var media = Packets(3);
            for (var end = 0; end <= media.Length; end++)
            {
                Assert.Equal(end > prefix + (2 * length) ? true : null, PacketSearch.Find(media.AsSpan(0, end), 0, isFront: true, isAll: false, out _));
            }
        }

        // Behind it the first five bytes of each are looked at; at the end of the input, five packets will do.
        var row = Packets(9);
        for (var end = 0; end <= row.Length; end++)
        {
            Assert.Equal(end >= prefix + (7 * length) + 5 ? true : null, PacketSearch.Find(row.AsSpan(0, end), 0, isFront: false, isAll: false, out _));
            Assert.Equal(end > prefix + (4 * length), PacketSearch.Find(row.AsSpan(0, end), 0, isFront: false, isAll: true, out _));
        }

        for (var count = 0; count < 9; count++)
        {
            byte[] broken = [.. row];
            broken[prefix + (count * length)] = 0x46;
            Assert.Equal(count == 8, PacketSearch.Find(broken, 0, isFront: false, isAll: true, out _));
            broken[prefix + (count * length)] = 0x47;
            broken[prefix + (count * length) + 3] = 0;
            Assert.Equal(count == 8, PacketSearch.Find(broken, 0, isFront: false, isAll: true, out _));
        }

        Assert.True(PacketSearch.Find([1, 2, 3, .. row], 3, isFront: true, isAll: false, out var passed));
        Assert.Equal(3, passed);
        Assert.False(PacketSearch.Find([1, 2, 3, .. row], 2, isFront: true, isAll: false, out passed));
        Assert.Equal(2, passed);
        Assert.Null(PacketSearch.Find([1, 2, 3], 3, isFront: false, isAll: false, out passed));
        Assert.False(PacketSearch.Find([1, 2, 3], 3, isFront: false, isAll: true, out passed));
        Assert.Equal(3, passed);
    }

    [Theory]
    [InlineData(188, 0)]
    [InlineData(192, 4)]
    [InlineData(204, 0)]
    public void TryGetForm_EveryLength_TellsTheFormOfPackets(int length, int prefix)
    {
        var bytes = new byte[length * 3];
        for (var i = 0; i < 3; i++)
        {
            bytes[prefix + (i * length)] = 0x47;
        }

        for (var end = 0; end <= bytes.Length; end++)
        {
            var found = TsSegmenter.TryGetForm(bytes.AsSpan(0, end), isFinal: false, out var packet, out var before);
            Assert.Equal(end > prefix + (2 * length) ? (true, length, prefix) : ((bool?)null, 0, 0), (found, packet, before));
            if (end > prefix + length)
            {
                Assert.Equal((true, length, prefix), (TsSegmenter.TryGetForm(bytes.AsSpan(0, end), isFinal: true, out packet, out before), packet, before));
            }
        }

        for (var i = 0; i < 3; i++)
        {
            byte[] other = [.. bytes];
            other[prefix + (i * length)] = 0x48;
            Assert.False(TsSegmenter.TryGetForm(other, isFinal: false, out _, out _));
            Assert.False(TsSegmenter.TryGetForm(other, isFinal: true, out _, out _));
        }
    }

    [Fact]
    public void TryGetForm_OnePacketAlone_IsOneAtTheEnd()
    {
        byte[] packet = [0x47, .. new byte[187]];
        Assert.True(TsSegmenter.TryGetForm(packet, isFinal: true, out _, out _));
        Assert.False(TsSegmenter.TryGetForm(packet.AsSpan(0, 187), isFinal: true, out _, out _));
        Assert.Null(TsSegmenter.TryGetForm(packet, isFinal: false, out _, out _));
    }

    [Fact]
    public void PageSearch_PageAndAnother_IsFound()
    {
        byte[] page = OggPages.Page(0, 0, 0, new byte[100]), media = [.. page, .. page];
        AssertFound(PageSearch.Find, media, 1, page.Length + 5, page.Length, isFront: false);
        AssertFound(PageSearch.Find, media, 40, page.Length + 5, page.Length, filler: (byte)'O', isFront: false);

        // At the front its mark will do, and at the end of the input the begin of one.
        for (var end = 0; end <= 5; end++)
        {
            Assert.Equal(end == 5 ? true : null, PageSearch.Find(media.AsSpan(0, end), 0, isFront: true, isAll: false, out _));
            Assert.True(PageSearch.Find(media.AsSpan(0, end), 0, isFront: true, isAll: true, out _));
        }

        byte[] other = [.. media];
        other[page.Length + 4] = 1;
        Assert.False(PageSearch.Find(other, 0, isFront: false, isAll: true, out var passed));
        other = [.. media];
        other[4] = 1;
        Assert.False(PageSearch.Find(other, 0, isFront: true, isAll: true, out passed));

        // One page and a part of it: its length does not tell of an end that is there.
        Assert.False(PageSearch.Find(media.AsSpan(0, page.Length - 1), 0, isFront: false, isAll: true, out passed));
        Assert.Equal(0, passed);
        Assert.Null(PageSearch.Find(new byte[10], 10, isFront: true, isAll: false, out passed));
        Assert.Equal(10, passed);
        Assert.False(PageSearch.Find(new byte[11], 10, isFront: true, isAll: false, out passed));
        Assert.Equal(10, passed);
        Assert.False(PageSearch.Find([.. new byte[11], (byte)'O'], 10, isFront: true, isAll: false, out passed));
        Assert.Equal(10, passed);
    }

    [Fact]
    public void FlacSearch_MarkWithStreamInformation_IsFound()
    {
        byte[] mark = [.. "fLaC"u8, 0, 0, 0, 34, 1, 2];
        AssertFound(FindFlac, mark, 0, 8, 8, filler: (byte)'f');
        AssertFound(FindFlac, mark, 3, 8, 8, filler: (byte)'f');
        AssertFound(FindFlac, [.. "fLaC"u8, 0x80, 0, 0, 34], 3, 8, 8);
        for (var bit = 0; bit < 64; bit++)
        {
            byte[] other = mark[..8];
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(bit == 39, FlacSearch.IsMark(other));
        }

        Assert.False(FlacSearch.IsMark(mark.AsSpan(0, 7)));
        Assert.False(FindFlac("xyz"u8, 10, true, isAll: true, out var passed));
        Assert.Equal(3, passed);
        Assert.Null(FindFlac("xyz"u8, 10, true, isAll: false, out passed));
        Assert.Equal(3, passed);
        Assert.False(FindFlac("xyzff"u8, 10, true, isAll: true, out _));
    }

    [Fact]
    public void RiffSearch_MarkInFrontOrWithAFormat_IsFound()
    {
        // In front the mark will do; behind it the head of the samples has to come: 12 bytes, a chunk of 8 + 3 and 1 more, and 8 + 16 of the format.
        var file = WavFiles.Make("RIFF", new byte[30]);
        for (var end = 0; end < 40; end++)
        {
            Assert.Equal(end >= 12 ? true : null, RiffSearch.Find(file.AsSpan(0, end), 0, isFront: true, isAll: false, out _));
            Assert.Equal(end >= 12, RiffSearch.Find(file.AsSpan(0, end), 0, isFront: true, isAll: true, out _));
        }

        byte[] bytes = [5, 5, .. file];
        for (var end = 0; end <= bytes.Length; end++)
        {
            Assert.Equal(end >= 2 + 12 + 12 + 24 ? true : null, RiffSearch.Find(bytes.AsSpan(0, end), 2, isFront: true, isAll: false, out var passed));
            Assert.Equal(end >= 2 + 12 + 12 + 24, RiffSearch.Find(bytes.AsSpan(0, end), 2, isFront: true, isAll: true, out passed));
            Assert.Equal(end >= 50 ? 2 : Math.Min(Math.Max(0, end - 11), 3), passed);
        }

        Assert.False(RiffSearch.Find(bytes, 1, isFront: true, isAll: false, out var all));
        Assert.Equal(2, all);
    }

    [Theory]
    [InlineData(15, 16, true)]
    [InlineData(16, 16, true)]
    [InlineData(17, 16, false)]
    [InlineData(0, 4088, true)]
    [InlineData(0, 4089, false)]
    public void RiffSearch_FormatBehindManyChunksOrTooLong_IsPartOfAProgram(int chunks, int length, bool isFound)
    {
        byte[] format = [1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x80, 0x3E, 0, 0, 2, 0, 16, 0, .. new byte[length - 16]];
        byte[] file = [9, .. "RIFF0000WAVE"u8, .. Enumerable.Repeat<byte[]>([.. "LIST"u8, 0, 0, 0, 0], Math.Max(0, chunks - 1)).SelectMany(c => c), .. "fmt "u8, (byte)length, (byte)(length >> 8), 0, 0, .. format, .. new byte[10]];
        Assert.Equal(isFound, RiffSearch.Find(file, 100, isFront: true, isAll: true, out var passed));
        Assert.Equal(isFound ? 1 : 101, passed);
        Assert.Equal(isFound, RiffSearch.Find(file, 1, isFront: true, isAll: false, out _));
    }

    [Fact]
    public void TryRead_FramingAtTheEndOfTheWindow_IsFound()
    {
        // A chunk in front of the format lets the file be told only by what stands 64 KiB behind its mark.
        foreach (var (junk, chunk, isFound) in new[] { (65_536, 1000, true), (65_537, 1000, false), (65_536, 65_536 - 12 - 8 - 24, true), (65_536, 65_536 - 12 - 8 - 22, false) })
        {
            byte[] input =
            [
                .. new byte[junk], .. "RIFF0000WAVEJUNK"u8, (byte)chunk, (byte)(chunk >> 8), 0, 0, .. new byte[chunk],
                .. "fmt "u8, 16, 0, 0, 0, 1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x80, 0x3E, 0, 0, 2, 0, 16, 0, .. "data"u8, 8, 0, 0, 0, .. new byte[8],
            ];
            var run = SegmentationRun.Of(input, MediaFormats.Wav);
            Assert.Equal(isFound, run.Notice is null);
            Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Wav, step: 1009).ToString());
        }
    }
}
