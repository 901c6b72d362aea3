using System.Buffers.Binary;
using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Single rules of single formats.</summary>
public sealed class FramingTests
{
    [Fact]
    public void Wav_UnknownDataLength_GoesOnToTheEnd()
    {
        var input = Vectors.Read("media/speech.wav");
        var whole = SegmentationRun.Of(input, MediaFormats.Wav);
        BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(40), uint.MaxValue);
        Assert.Equal(whole.ToString(), SegmentationRun.Of(input, MediaFormats.Wav).ToString());
    }

    [Fact]
    public void Wav_ChunksBehindTheSamples_AreTheTrailer()
    {
        var input = Vectors.Read("media/speech.wav");
        var run = SegmentationRun.Of([.. input, .. "LIST"u8, 4, 0, 0, 0, 1, 2, 3, 4], MediaFormats.Wav);
        Assert.Equal(new MediaBlock(12, run.Blocks[^2].Pts, 0, false), run.Blocks[^1]);
        Assert.Null(run.Notice);
    }

    [Fact]
    public void Wav_LongHeaderBeforeLongBlocks_StaysWithinTheBuffer()
    {
        var input = new byte[12_000_000];
        "RIFF\0\0\0\0WAVEfmt \u0010\0\0\0\u0001\0\u0004\0"u8.CopyTo(input);
        BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(24), 192_000);
        input[32] = 16;
        const int junk = (8 * 1024 * 1024) - 100;
        "JUNK"u8.CopyTo(input.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(input.AsSpan(40), junk);
        "data"u8.CopyTo(input.AsSpan(44 + junk));

        var run = SegmentationRun.Of(input, MediaFormats.Wav, step: 10_000);
        Assert.Equal(junk + 52, run.Blocks[0].Length);
        Assert.Equal(new MediaBlock(192_000 / 2 * 16, 0, 500_000, true), run.Blocks[1]);
    }

    [Fact]
    public void Wav_SamplesMissing_AreSaid()
    {
        var input = Vectors.Read("media/speech.wav")[..^1000];
        Assert.Equal(input.Length, SegmentationRun.Of(input, MediaFormats.Wav).Notice!.Offset);
    }

    [Fact]
    public void Pcm_FormInOptions_SetsTheTimes()
    {
        var options = new SegmenterOptions { PcmSampleRate = 8000, PcmChannels = 2, PcmBitsPerSample = 24 };
        var run = SegmentationRun.Of(new byte[(8000 * 6) + 5], MediaFormats.Pcm, options);
        Assert.Equal(
            [new(24_000, 0, 500_000, true), new(24_000, 500_000, 500_000, true), new(5, 1_000_000, 0, false)],
            run.Blocks);
    }

    [Fact]
    public void Ivf_GroupLengthGiven_IsKeyThatOften()
    {
        var input = Vectors.Read("media/clip.ivf");
        var plain = SegmentationRun.Of(input, MediaFormats.Ivf);
        var grouped = SegmentationRun.Of(input, MediaFormats.Ivf, new SegmenterOptions { Gop = 25 });
        Assert.Single(plain.Blocks, b => b.IsKey);
        Assert.Equal([0, 1_000_000, 2_000_000, 3_000_000], grouped.Blocks.Where(b => b.IsKey).Select(b => (long)b.Pts));
        Assert.Throws<ArgumentOutOfRangeException>(() => MediaFormats.BuiltIn.Create(MediaFormats.Ivf, new SegmenterOptions { Gop = 0 }));
    }

    [Fact]
    public void Webm_ClusterOfAnotherTrackOnly_DoesNotHoldTheOneBefore()
    {
        // A cluster whose first frame of the time track lies beyond the lookahead: the block before it is timed by itself.
        byte[] head =
        [
            0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x18, 0x53, 0x80, 0x67, 0xFF,
            0x16, 0x54, 0xAE, 0x6B, 0x88, 0xAE, 0x86, 0xD7, 0x81, 1, 0x83, 0x81, 1,
        ];
        byte[] Cluster(byte time, params byte[] blocks) => [0x1F, 0x43, 0xB6, 0x75, 0xFF, 0xE7, 0x81, time, .. blocks];
        byte[] Frame(byte track, int size) => [0xA3, 0x10, (byte)((size + 4) >> 16), (byte)((size + 4) >> 8), (byte)(size + 4), (byte)(0x80 | track), 0, 0, 0x80, .. new byte[size]];
        var input = (byte[])[.. head, .. Cluster(10, Frame(1, 9)), .. Cluster(20, [.. Frame(2, 70_000), .. Frame(1, 9)]), .. Cluster(30, Frame(1, 9))];

        var run = SegmentationRun.Of(input, MediaFormats.Webm);
        Assert.Equal([10_000, 10_000, 20_000, 30_000], run.Blocks.Select(b => (long)b.Pts));
        Assert.Equal([0, 0, 10_000, 10_000], run.Blocks.Select(b => (long)b.Duration));
        Assert.Equal([false, true, true, true], run.Blocks.Select(b => b.IsKey));
        Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Webm, step: 100).ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Webm_LastClusterOfOneBlockGroup_HasItsTime(bool isUnknownSize)
    {
        byte[] head =
        [
            0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x18, 0x53, 0x80, 0x67, 0xFF,
            0x16, 0x54, 0xAE, 0x6B, 0x88, 0xAE, 0x86, 0xD7, 0x81, 1, 0x83, 0x81, 1,
        ];
        byte[] group = [0xA0, 0x8A, 0xA1, 0x85, 0x81, 0, 0, 0, 9, 0x9B, 0x81, 40];
        byte[] Cluster(byte time) => [0x1F, 0x43, 0xB6, 0x75, isUnknownSize ? (byte)0xFF : (byte)(0x80 + 3 + group.Length), 0xE7, 0x81, time, .. group];
        var input = (byte[])[.. head, .. Cluster(10), .. Cluster(90)];

        var run = SegmentationRun.Of(input, MediaFormats.Webm);
        Assert.Equal(new MediaBlock(8 + group.Length, 10_000, 80_000, true), run.Blocks[^2]);
        Assert.Equal(new MediaBlock(8 + group.Length, 90_000, 40_000, true), run.Blocks[^1]);
        Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Webm, step: 1).ToString());
    }

    [Fact]
    public void Webm_FillerInsteadOfAHeader_IsSaidAtOnce()
    {
        var segmenter = MediaFormats.BuiltIn.Create(MediaFormats.Webm);
        segmenter.TryRead(new([0xEC, 0x40, 0x10, .. new byte[200]]), isFinalBlock: false, out _);
        Assert.Equal(0, segmenter.Notice!.Offset);
    }

    [Fact]
    public void Mp3_TagsAndInfoFrame_AreTheFirstBlock()
    {
        var input = Vectors.Read("media/clip.mp3");
        var run = SegmentationRun.Of([.. input, .. "TAG"u8, .. new byte[125]], MediaFormats.Mp3);
        Assert.Equal((0UL, 0UL, false), (run.Blocks[0].Pts, run.Blocks[0].Duration, run.Blocks[0].IsKey));
        Assert.Equal((0UL, true), (run.Blocks[1].Pts, run.Blocks[1].IsKey));
        Assert.Equal((128L, 0UL, false), (run.Blocks[^1].Length, run.Blocks[^1].Duration, run.Blocks[^1].IsKey));
        Assert.All(run.Blocks, b => Assert.InRange(b.Duration, 0UL, 500_000UL));
    }

    [Fact]
    public void Ts_LeadingTables_AreTheFirstBlock()
    {
        var run = SegmentationRun.Of(Vectors.Read("media/clip.ts"), MediaFormats.Ts);
        Assert.Equal(3 * 188, run.Blocks[0].Length);
        Assert.All(run.Blocks, b => Assert.Equal(0, b.Length % 188));
        Assert.Equal(3, run.Blocks.Count(b => b.IsKey));
    }

    [Fact]
    public void Ts_OtherStreamsBeforeTheVideo_AreABlockWithTheirTime()
    {
        const int packet = 188, videoPid = 0x100;
        var input = Vectors.Read("media/clip.ts");
        var whole = SegmentationRun.Of(input, MediaFormats.Ts);
        var secondKey = SegmentationRun.OffsetOf(whole.Blocks, 2) / packet;
        var late = input.Chunk(packet)
            .Where((p, i) => i >= secondKey || (((p[1] & 0x1F) << 8) | p[2]) != videoPid)
            .SelectMany(p => p).ToArray();

        var run = SegmentationRun.Of(late, MediaFormats.Ts);
        Assert.Equal((false, 0UL), (run.Blocks[1].IsKey, run.Blocks[1].Duration));
        Assert.InRange(run.Blocks[1].Pts, 1_300_000UL, 1_500_000UL);
        Assert.Equal(run.Blocks[1].Pts, run.Blocks[0].Pts);
        Assert.Equal(whole.Blocks.Skip(2), run.Blocks.Skip(2));
    }

    [Fact]
    public void EveryFormat_NothingButNoise_IsSaidAndKept()
    {
        var noise = Vectors.SeededBytes("noise", 200_000);
        foreach (var format in MediaFormats.BuiltIn.Names.Except([MediaFormats.Fixed, MediaFormats.Pcm]))
        {
            var run = SegmentationRun.Of(noise, format);
            Assert.NotNull(run.Notice);
            Assert.DoesNotContain('\n', run.Notice.Message);
        }
    }
}
