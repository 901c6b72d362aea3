using System.Buffers.Binary;
using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Segmentation;

public sealed class MediaFormatSetTests
{
    [Theory]
    [InlineData("media/clip.mp4", MediaFormats.FragmentedMp4)]
    [InlineData("media/clip.webm", MediaFormats.Webm)]
    [InlineData("media/clip.ivf", MediaFormats.Ivf)]
    [InlineData("media/clip.opus", MediaFormats.Ogg)]
    [InlineData("media/clip.ogv", MediaFormats.Ogg)]
    [InlineData("media/clip.ts", MediaFormats.Ts)]
    [InlineData("media/clip-tables.mp4", MediaFormats.Mp4)]
    [InlineData("media/clip.flac", MediaFormats.Flac)]
    [InlineData("media/clip.flv", MediaFormats.Flv)]
    [InlineData("media/clip.aac", MediaFormats.Adts)]
    [InlineData("media/clip.mp3", MediaFormats.Mp3)]
    [InlineData("media/speech.wav", MediaFormats.Wav)]
    public void Detect_RealFile_NamesItsFormat(string file, string format)
    {
        Assert.Equal(new MediaFormat(format), MediaFormats.BuiltIn.Detect(Vectors.Read(file)));
    }

    [Fact]
    public void Detect_PlainMp4_TellsWhetherItsTablesStandBehind()
    {
        byte[] fileType = [.. Box("ftyp", "isom\0\0\0\0"u8)], movie = [.. Box("moov", Box("trak", new byte[40]))];
        foreach (var head in new byte[][] { [.. fileType, .. movie], [.. movie, .. Box("mdat", [])] })
        {
            Assert.Equal(new MediaFormat(MediaFormats.Mp4), MediaFormats.BuiltIn.Detect(head));
        }

        foreach (var head in new byte[][] { fileType, [.. fileType, .. Box("free", []), .. Box("mdat", new byte[100])], [.. Box("mdat", new byte[100])] })
        {
            var format = MediaFormats.BuiltIn.Detect(head);
            Assert.Equal((MediaFormats.Mp4, true), (format.Name, format.IsReadTwice));
            Assert.Contains("+faststart", format.Hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Detect_FragmentsAtAbsolutePositions_AreNotFragmentedMp4()
    {
        byte[] input = [.. Mp4Builder.Init((1, "vide", 1000)), .. Box("moof", Box("traf", Mp4Builder.Box("tfhd", Mp4Builder.U32(1), Mp4Builder.U32(1), new byte[8])))];
        var format = MediaFormats.BuiltIn.Detect(input);
        Assert.Equal((MediaFormats.Mp4, false), (format.Name, format.IsReadTwice));
        Assert.Contains("positions in the file", format.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Detect_SegmentWithoutItsInit_IsFragmentedMp4() =>
        Assert.Equal(MediaFormats.FragmentedMp4, MediaFormats.BuiltIn.Detect([.. Box("styp", "msdh\0\0\0\0"u8), .. Box("moof", [])]).Name);

    [Theory]
    [InlineData("")]
    [InlineData("H4MK\0\u0001\0\0")]
    [InlineData("some text that is no media")]
    public void Detect_AnythingElse_IsFixed(string text) =>
        Assert.Equal(new MediaFormat(MediaFormats.Fixed), MediaFormats.BuiltIn.Detect(System.Text.Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void Detect_TextThatLooksLikeAFrameOrPacket_IsFixed()
    {
        Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect([.. "G"u8, .. new byte[187]]).Name);
        Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect([.. "G"u8, .. new byte[300]]).Name);
        Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect([0xFF, 0xFE, .. "h\0e\0l\0l\0o\0"u8]).Name);
    }

    [Fact]
    public void Create_EveryName_GivesASegmenterOfThatName() =>
        Assert.All(MediaFormats.BuiltIn.Names, name => Assert.Equal(name, MediaFormats.BuiltIn.Create(name).Name));

    [Fact]
    public void Create_BadNamesAndOptions_Throw()
    {
        Assert.Throws<ArgumentException>(() => MediaFormats.BuiltIn.Create("mov"));
        foreach (var options in new SegmenterOptions[]
        {
            new() { PcmSampleRate = 0 }, new() { PcmChannels = 0 }, new() { PcmChannels = 4097 }, new() { PcmBitsPerSample = 12 },
            new() { MaxBlockLength = SegmenterOptions.SmallestMaxBlockLength - 1 },
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => MediaFormats.BuiltIn.Create(MediaFormats.Pcm, options));
        }
    }

    private static byte[] Box(string type, ReadOnlySpan<byte> body)
    {
        var box = new byte[8 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        System.Text.Encoding.ASCII.GetBytes(type, box.AsSpan(4));
        body.CopyTo(box.AsSpan(8));
        return box;
    }
}
