using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>What stands in front of the framing goes with the first block; format, times and keys are those of the media behind it.</summary>
public sealed class LateStartTests
{
    private static readonly (string Format, string File)[] Samples =
    [
        (MediaFormats.Ogg, "media/clip.opus"), (MediaFormats.Ogg, "media/clip.ogv"), (MediaFormats.Ts, "media/clip.ts"),
        (MediaFormats.Adts, "media/clip.aac"), (MediaFormats.Mp3, "media/clip.mp3"), (MediaFormats.Wav, "media/speech.wav"),
    ];

    private static readonly (string Name, byte[] Bytes)[] Fronts =
    [
        ("one byte", [0x47]),
        ("noise", [.. Vectors.SeededBytes("front", 3_000), .. Enumerable.Repeat((byte)0xFF, 40)]),
        ("zeros", new byte[60_000]),
        ("tag", Tag(138)),
        ("long tag", Tag(100_021)),
        ("tags", [.. Tag(300), .. Tag(70_000), .. "TAG"u8, .. new byte[125]]),
        ("tag whose size leaves out its padding", [.. Tag(120), .. new byte[3_000]]),
    ];

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var (format, file) in Samples)
            {
                foreach (var (name, _) in Fronts)
                {
                    cases.Add(format, file, name);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TryRead_BytesInFront_GoWithTheFirstBlock(string format, string file, string front)
    {
        var media = Vectors.Read(file);
        var bytes = Fronts.Single(f => f.Name == front).Bytes;
        byte[] input = [.. bytes, .. media];
        Assert.Equal(new MediaFormat(format), MediaFormats.BuiltIn.Detect(input));

        var clean = SegmentationRun.Of(media, format);
        foreach (var step in (int[])[int.MaxValue, 1_000, 65_537])
        {
            var run = SegmentationRun.Of(input, format, step: step, segment: step == 1_000 ? 77 : 0);
            Assert.Null(run.Notice);
            Assert.False(run.Blocks[0].IsKey);

            // Where the media has no header of its own, the front is a block more.
            var keys = clean.Blocks.Where(b => b.IsKey).Select(b => (b.Length, b.Pts, b.Duration));
            Assert.Equal(keys, run.Blocks.Where(b => b.IsKey).Select(b => (b.Length, b.Pts, b.Duration)));
            Assert.InRange(run.Blocks.Count - clean.Blocks.Count, 0, 1);
            Assert.Equal(bytes.Length + (run.Blocks.Count == clean.Blocks.Count ? clean.Blocks[0].Length : 0), run.Blocks[0].Length);
            Assert.Equal(0UL, run.Blocks[0].Duration);
        }
    }

    [Theory]
    [InlineData(MediaFormats.Mp3, "media/clip.mp3", 50)]
    [InlineData(MediaFormats.Adts, "media/clip.aac", 50)]
    [InlineData(MediaFormats.Ts, "media/clip.ts", 50)]
    public void TryRead_UnitCutInFront_IsTheFirstBlock(string format, string file, int cut)
    {
        var input = Vectors.Read(file)[cut..];
        Assert.Equal(new MediaFormat(format), MediaFormats.BuiltIn.Detect(input));
        var run = SegmentationRun.Of(input, format);
        Assert.Null(run.Notice);
        Assert.False(run.Blocks[0].IsKey);
        Assert.True(run.Blocks[1].IsKey);
    }

    [Fact]
    public void Detect_TagAlone_IsNoFormat()
    {
        Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect(Tag(500)).Name);
        Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect(Tag(100_000).AsSpan(0, 65_536)).Name);
        Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect([.. Tag(500), .. Vectors.Read("media/clip.mp4")]).Name);
    }

    [Fact]
    public void GetTagLength_TagsBehindEachOther_CountsThemByTheirOwnLengths()
    {
        byte[] two = [.. Tag(300), .. Tag(1_000)];
        Assert.Equal(0, MediaFormats.GetTagLength([]));
        Assert.Equal(0, MediaFormats.GetTagLength("RIFF"u8));
        Assert.Equal(1_300, MediaFormats.GetTagLength([.. two, .. new byte[40]]));
        Assert.Equal(1_300, MediaFormats.GetTagLength(two));
        Assert.Equal(1_300, MediaFormats.GetTagLength(two.AsSpan(0, 340)));
        Assert.Equal(300, MediaFormats.GetTagLength(two.AsSpan(0, 305)));
    }

    [Fact]
    public void Detect_FewUnitsInNoise_AreNoFormat()
    {
        // Three frames in a row are found by chance, and inside other files.
        var mp3 = Vectors.Read("media/clip.mp3");
        var frames = mp3.AsSpan(mp3.Length / 2);
        var start = frames.IndexOf((byte)0xFF);
        foreach (var length in (int[])[300, 1_000])
        {
            byte[] input = [.. Vectors.SeededBytes("noise", 5_000), .. frames.Slice(start, length), .. Vectors.SeededBytes("more noise", 50_000)];
            Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect(input).Name);
        }
    }

    [Theory]
    [InlineData("media/clip.mp3")]
    [InlineData("media/clip.aac")]
    [InlineData("media/clip.opus")]
    [InlineData("media/clip.ts")]
    [InlineData("media/speech.wav")]
    public void Detect_MediaInsideAnotherFile_IsNotWhatTheFileIs(string file)
    {
        var media = Vectors.Read(file);
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("a", CompressionLevel.NoCompression).Open();
            entry.Write(media);
        }

        var tar = new MemoryStream();
        using (var archive = new TarWriter(tar, leaveOpen: true))
        {
            archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream(media) });
        }

        Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect(zip.ToArray()).Name);
        Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect(tar.ToArray()).Name);
        foreach (var mark in (string[])["H4MK\0\u0001\0\0TRAK", "%PDF-1.7", "RIFF\0\0\0\0AVI LIST", "FORM\0\0\0\0AIFF", "FLV\u0001", "fLaC", "caff"])
        {
            Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect([.. Encoding.Latin1.GetBytes(mark), .. new byte[100], .. media]).Name);
        }
    }

    public static TheoryData<string> NoTransportStreams => new("bases", "lines of bases", "one byte", "records of 16", "text of 195", "text of 204");

    [Theory]
    [MemberData(nameof(NoTransportStreams))]
    public void Detect_SyncBytesOfNoPackets_AreNoFormat(string name)
    {
        var bases = Vectors.SeededBytes("bases", 150_000).Select(b => (byte)"ACGT"[b & 3]);
        byte[] input = name switch
        {
            "bases" => [.. bases],
            "lines of bases" => [.. bases.Chunk(60).SelectMany(line => line.Append((byte)'\n'))],
            "one byte" => [.. new byte[54], .. Enumerable.Repeat((byte)0x47, 5_000)],
            "records of 16" => [.. Vectors.SeededBytes("records", 100_000).Select((b, i) => i % 16 == 5 ? (byte)0x47 : b)],
            "text of 195" => Encoding.ASCII.GetBytes("The Gate" + new string('x', 187)),
            _ => Encoding.ASCII.GetBytes("Gate" + new string('x', 200)),
        };
        Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect(input).Name);
    }

    [Fact]
    public void Detect_RiffMarkWithoutAFormat_IsPartOfAProgram()
    {
        byte[] program = [.. Vectors.SeededBytes("code", 3_000), .. "RIFF\0\0\0\0WAVEfmt "u8, .. Vectors.SeededBytes("more code", 3_000)];
        Assert.Equal(MediaFormats.Fixed, MediaFormats.BuiltIn.Detect(program).Name);
    }

    [Fact]
    public void TryRead_LongTagAndFramesThatAreLongInFront_HoldsNoMoreThanItSays()
    {
        var frame = new byte[8191];
        ((ReadOnlySpan<byte>)[0xFF, 0xF1, 0x50, 0x83, 0xFF, 0xE0, 0]).CopyTo(frame);
        byte[] input = [.. Tag(65_000), .. new byte[65_000], .. Enumerable.Repeat(frame, 20).SelectMany(f => f)];
        var options = new SegmenterOptions { MaxBlockLength = SegmenterOptions.SmallestMaxBlockLength };
        var whole = SegmentationRun.Of(input, MediaFormats.Adts, options);
        Assert.Equal(whole.ToString(), SegmentationRun.Of(input, MediaFormats.Adts, options, step: 999).ToString());
        Assert.Contains(whole.Blocks, b => b.IsKey);
    }

    [Fact]
    public void TryRead_NoFramingInTheWindow_IsOpaqueAndSaysSo()
    {
        var noise = new byte[200_000];
        foreach (var (format, _) in Samples)
        {
            var run = SegmentationRun.Of(noise, format);
            Assert.Equal(0, run.Notice!.Offset);
            Assert.DoesNotContain(run.Blocks, b => b.IsKey);
        }
    }

    /// <summary>An ID3v2.4 tag of so many bytes.</summary>
    private static byte[] Tag(int length)
    {
        var tag = new byte[length];
        "ID3\u0004\0\0"u8.CopyTo(tag);
        var size = length - 10;
        (tag[6], tag[7], tag[8], tag[9]) = ((byte)((size >> 21) & 0x7F), (byte)((size >> 14) & 0x7F), (byte)((size >> 7) & 0x7F), (byte)(size & 0x7F));
        tag.AsSpan(10).Fill((byte)'G');
        return tag;
    }
}
