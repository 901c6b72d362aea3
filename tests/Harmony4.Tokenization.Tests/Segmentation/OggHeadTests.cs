namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Identification headers of Ogg that are shorter, or longer, than their mapping has them.</summary>
public sealed class OggHeadTests
{
    private const int Longest = 96;

    public static TheoryData<string> Marks => ["OpusHead", "\u0001vorbis", "\u007FFLAC", "Speex   ", "\u0080theora", "OVP80\u0001", "fishead\0"];

    [Theory, MemberData(nameof(Marks))]
    public void TryRead_HeadOfAnyLength_KeepsEveryPromise(string mark)
    {
        for (var length = mark.Length; length <= Longest; length++)
        {
            var head = new byte[length];
            head.AsSpan().Fill(1);
            Array.ConvertAll(mark.ToCharArray(), c => (byte)c).CopyTo(head, 0);
            var input = PageOf(head);
            var run = SegmentationRun.Of(input, MediaFormats.Ogg);
            Assert.Null(run.Notice);
            Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Ogg, step: 1, segment: 1).ToString());
        }
    }

    [Fact]
    public void TryRead_FlacHeadWithoutTheEndOfItsRate_IsOfNoCodec()
    {
        // The rate ends in byte 31 of the header.
        byte[] head = [.. "\u007FFLAC\u0001\u0000\u0000\u0001fLaC"u8, .. Enumerable.Repeat((byte)1, 18)];
        Assert.Equal(MediaKind.Data, SegmentationRun.Of(PageOf(head[..30]), MediaFormats.Ogg).TimeTrack.Kind);
        Assert.Equal(MediaKind.Audio, SegmentationRun.Of(PageOf(head), MediaFormats.Ogg).TimeTrack.Kind);
    }

    private static byte[] PageOf(byte[] head) => [.. "OggS"u8, 0, 2, .. new byte[20], 1, (byte)head.Length, .. head];
}
