using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Frames;

/// <summary>What real files seldom have: laces and groups in WebM, sound that packets of TS cut, holes.</summary>
public sealed class FrameFormatTests
{
    private static readonly byte[] WebmHead =
    [
        .. Element(0x1A45DFA3), .. new byte[] { 0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF },
        .. Element(0x1654AE6B,
            Element(0xAE, Element(0xD7, [1]), Element(0x83, [1]), Element(0x23E383, [0x02, 0x62, 0x5A, 0x00])),
            Element(0xAE, Element(0xD7, [2]), Element(0x83, [2]), Element(0x86, "A_OPUS"u8.ToArray()), Element(0x56AA, [0x63, 0x2E, 0xA0]))),
    ];

    [Theory]
    [InlineData(0x02, new byte[] { 2, 3, 4 })]
    [InlineData(0x06, new byte[] { 2, 0x83, 0xC0 })]
    [InlineData(0x04, new byte[] { 2 })]
    public void TryRead_Lace_TellsEveryFrame(int lacing, byte[] lengths)
    {
        var sizes = lacing == 0x04 ? new[] { 4, 4, 4 } : [3, 4, 5];
        byte[] block = [0x81, 0, 10, (byte)(0x80 | lacing), .. lengths, .. new byte[12]];
        byte[] input = [.. WebmHead, .. Element(0x1F43B675, Element(0xE7, [100]), Element(0xA3, block))];
        var run = FrameRun.Of(input, MediaFormats.Webm);
        var data = input.Length - 12;

        // 40 ms of each by the track's own default.
        Assert.Equal(
            [(110, 40, true, data, sizes[0]), (150, 40, true, data + sizes[0], sizes[1]), (190, 40, true, data + 12 - sizes[2], sizes[2])],
            run.Frames.Select(f => ((int)f.Ticks!, (int)f.DurationTicks!, f.IsKey, (int)f.DataPosition!, (int)f.Size)));
        Assert.All(run.Frames, f => Assert.Equal(input.Length - block.Length, f.Position));
        Assert.Equal(new TimeBase(1_000_000, 1_000_000_000), run.Frames[0].TimeBase);
        Assert.Null(run.Notice);
    }

    [Fact]
    public void TryRead_LaceThatDoesNotFit_IsSaid()
    {
        byte[] input = [.. WebmHead, .. Element(0x1F43B675, Element(0xE7, [100]), Element(0xA3, [0x81, 0, 0, 0x82, 1, 200, 1, 2]), Element(0xA3, [0x81, 0, 40, 0x80, 9]))];
        var run = FrameRun.Of(input, MediaFormats.Webm);
        Assert.Equal(140, Assert.Single(run.Frames).Ticks);
        Assert.Contains("lace", run.Notice!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_BlockGroup_HasTheDurationAndKeyThatTheGroupSays()
    {
        byte[] input =
        [
            .. WebmHead,
            .. Element(0x1F43B675,
                Element(0xE7, [100]),
                Element(0xA0, Element(0xA1, [0x81, 0, 0, 0, 1, 2]), Element(0x9B, [55])),
                Element(0xA0, Element(0xA1, [0x81, 0, 55, 0, 1, 2]), Element(0xFB, [0x80])),

                // 20 ms by the first byte of the packet, 6.5 ms of delay taken off.
                Element(0xA3, [0x82, 0, 0, 0x80, 0x08, 1, 2, 3])),
        ];
        Assert.Equal(
            [(1, MediaKind.Video, 100, 55, true, 2), (1, MediaKind.Video, 155, 40, false, 2), (2, MediaKind.Audio, 93, 20, true, 4)],
            FrameRun.Of(input, MediaFormats.Webm).Frames.Select(f => ((int)f.Track, f.Kind, (int)f.Ticks!, (int)f.DurationTicks!, f.IsKey, (int)f.Size)));
    }

    [Fact]
    public void TryRead_FrameThatPacketsCut_IsOneFrameWithTheTimeThatFollows()
    {
        // Three AAC frames of 100 bytes at 48 kHz, in packets that cut the second frame in its header.
        var frame = new byte[100];
        new byte[] { 0xFF, 0xF1, 0x4C, 0x80, 0x0C, 0x9F, 0xFC }.CopyTo(frame, 0);
        byte[] stream = [.. frame, .. frame, .. frame];
        byte[] pes = [0, 0, 1, 0xC0, 0, 0, 0x80, 0x80, 5, .. Time(90_000), .. stream];
        byte[] input = [.. Table(0, 0, [0, 1, 0xE1, 0x00]), .. Table(0x100, 2, [0xE1, 0x01, 0xF0, 0, 0x0F, 0xE1, 0x01, 0xF0, 0]), .. Packet(0x101, true, pes[..117]), .. Packet(0x101, false, pes[117..250]), .. Packet(0x101, false, pes[250..])];
        var run = FrameRun.Of(input, MediaFormats.Ts);
        Assert.Equal(
            [(90_000, 1920, 2 * 188, 100), (91_920, 1920, 2 * 188, 100), (93_840, 1920, 3 * 188, 100)],
            run.Frames.Select(f => ((int)f.Ticks!, (int)f.DurationTicks!, (int)f.Position, (int)f.Size)));
        Assert.All(run.Frames, f => Assert.Equal((0x101UL, MediaKind.Audio, true, null), (f.Track, f.Kind, f.IsKey, f.DataPosition)));
    }

    [Theory]
    [InlineData(MediaFormats.Mp3, "clip.mp3")]
    [InlineData(MediaFormats.Adts, "clip.aac")]
    [InlineData(MediaFormats.Flac, "clip.flac")]
    public void TryRead_BehindATagLongerThanABlock_FindsTheFrames(string format, string file)
    {
        // 12 MiB of a picture, then bytes that are none of the framing.
        var media = Vectors.Read("media/" + file);
        byte[] tag = [.. "ID3"u8, 4, 0, 0, 6, 0, 0, 0, .. new byte[12 << 20], .. new byte[500]];
        var plain = FrameRun.Of(media, format);
        var tagged = FrameRun.Of([.. tag, .. media], format, step: 1 << 20);
        Assert.Equal(plain.Frames.Select(f => (f.Ticks, f.Size, f.Position + tag.Length)), tagged.Frames.Select(f => (f.Ticks, f.Size, f.Position)));
    }

    private static byte[] Element(uint id, params byte[][] parts)
    {
        var body = parts.SelectMany(p => p).ToArray();
        byte[] bytes = [(byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id];
        return [.. bytes.SkipWhile(b => b == 0), (byte)(0x40 | (body.Length >> 8)), (byte)body.Length, .. body];
    }

    private static byte[] Time(long ticks) =>
        [(byte)(0x21 | ((ticks >> 29) & 0x0E)), (byte)(ticks >> 22), (byte)(0x01 | ((ticks >> 14) & 0xFE)), (byte)(ticks >> 7), (byte)(0x01 | ((ticks << 1) & 0xFE))];

    private static byte[] Table(int pid, byte id, byte[] body) =>
        Packet(pid, true, [0, id, 0xB0, (byte)(body.Length + 9), 0, 1, 0xC1, 0, 0, .. body, 0, 0, 0, 0]);

    /// <summary>A packet that stuffs its adaptation field so that the payload ends it.</summary>
    private static byte[] Packet(int pid, bool isStart, byte[] payload)
    {
        var packet = new byte[188];
        packet.AsSpan().Fill(0xFF);
        packet[0] = 0x47;
        packet[1] = (byte)((isStart ? 0x40 : 0) | (pid >> 8));
        packet[2] = (byte)pid;
        packet[3] = 0x30;
        packet[4] = (byte)(183 - payload.Length);
        if (packet[4] > 0)
        {
            packet[5] = 0;
        }

        payload.CopyTo(packet.AsSpan(188 - payload.Length));
        return packet;
    }
}
