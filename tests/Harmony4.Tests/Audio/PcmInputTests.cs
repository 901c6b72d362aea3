using Harmony4.TestKit;
using Harmony4.Tokenization;

namespace Harmony4.Tests.Audio;

public sealed class PcmInputTests
{
    private static readonly byte[] Samples = Vectors.SeededBytes("pcm", 10_000);
    private static readonly byte[] Tag = [.. "ID3"u8, 3, 0, 0, 0, 0, 1, 0, .. new byte[128]];

    public static TheoryData<string> Forms => ["RIFF", "RF64", "BW64", "W64"];

    private static async Task<byte[]> ReadAllAsync(PcmInput input)
    {
        using var all = new MemoryStream();
        var buffer = new byte[777];
        int count;
        while ((count = await input.ReadAsync(buffer)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    [Theory, MemberData(nameof(Forms))]
    public async Task Open_AnyForm_GivesItsSamplesAlone(string form)
    {
        var file = WavFiles.Make(form, Samples, rate: 44_100, channels: 2);
        foreach (var inFront in new byte[][] { [], Tag, [.. Tag, .. Tag] })
        {
            foreach (var seeks in new[] { true, false })
            {
                using var stream = seeks ? new MemoryStream([.. inFront, .. file, 1, 2, 3]) : new Pipe([.. inFront, .. file, 1, 2, 3]);
                var input = await PcmInput.OpenAsync(stream);
                Assert.Equal((true, 44_100, 2), (input.IsWav, input.SampleRate!.Value, input.Channels));
                Assert.Equal((inFront.Length + file.Length - Samples.Length, seeks ? Samples.Length : null, 0), (input.DataOffset, input.Length, input.MissingLength));
                Assert.Equal(Samples, await ReadAllAsync(input));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(5000)]
    public async Task Open_OtherBytes_AreRawSamples(int length)
    {
        var input = await PcmInput.OpenAsync(new MemoryStream(Samples[..length]));
        Assert.Equal((false, null, 1, 0, length), (input.IsWav, input.SampleRate, input.Channels, input.DataOffset, input.Length));
        Assert.Equal(Samples[..length], await ReadAllAsync(input));
        Assert.Equal(length, PcmInput.FromRaw(new MemoryStream(Samples[..length])).Length);
        Assert.Null((await PcmInput.OpenAsync(new Pipe(Samples[..length]))).Length);
    }

    [Fact]
    public async Task Open_CutFile_TellsWhatIsMissing()
    {
        var file = WavFiles.Make("RIFF", Samples);
        var input = await PcmInput.OpenAsync(new MemoryStream(file[..^101]));
        Assert.Equal((Samples.Length - 101, 101), (input.Length, input.MissingLength));
        var exception = await Assert.ThrowsAsync<MediaFormatException>(async () => await new MediaTransport().TokenizeAudioAsync(input, new AudioTokenizerOptions { SampleRate = 8000, FrameSize = 256, TopK = 1 }).CountAsync());
        Assert.Equal((file.Length - 102, "wav"), (exception.Offset, exception.Segment));
        Assert.EndsWith("found 1: the file is cut", exception.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokenize_CountThatEndsInsideASample_IsNotCalledACut()
    {
        var file = WavFiles.Make("RIFF", Samples[..^1]);
        var input = await PcmInput.OpenAsync(new MemoryStream([.. file, 0]));
        Assert.Equal((Samples.Length - 1, 0), (input.Length, input.MissingLength));
        var exception = await Assert.ThrowsAsync<MediaFormatException>(async () => await new MediaTransport().TokenizeAudioAsync(input, new AudioTokenizerOptions { SampleRate = 8000, FrameSize = 256, TopK = 1 }).CountAsync());
        Assert.Equal((file.Length - 1, "expected 2 bytes of a sample of each channel, found 1"), (exception.Offset, exception.Detail));
    }

    [Theory]
    [InlineData(24, 1)]
    [InlineData(32, 3)]
    public async Task Open_OtherSamples_AreRefusedWhereTheyBegin(int bits, int tag)
    {
        var file = WavFiles.Make("RIFF", Samples, bits: bits, tag: tag);
        var exception = await Assert.ThrowsAsync<MediaFormatException>(async () => await PcmInput.OpenAsync(new MemoryStream([.. Tag, .. file])));
        Assert.Equal(Tag.Length + file.Length - Samples.Length, exception.Offset);
        Assert.Contains($"format {tag} of {bits} bits", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_TagsAndNoWavBehind_IsRefused()
    {
        foreach (var bytes in new byte[][] { [.. Tag, .. Samples], Tag, Tag[..50] })
        {
            await Assert.ThrowsAsync<MediaFormatException>(async () => await PcmInput.OpenAsync(new MemoryStream(bytes)));
        }
    }

    [Fact]
    public async Task Open_BigEndianWav_IsRefused()
    {
        var exception = await Assert.ThrowsAsync<MediaFormatException>(async () => await PcmInput.OpenAsync(new MemoryStream(WavFiles.Make("RIFX", Samples))));
        Assert.Contains("RIFX", exception.Message, StringComparison.Ordinal);
    }

    private sealed class Pipe(byte[] bytes) : MemoryStream(bytes, writable: false)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }
}
