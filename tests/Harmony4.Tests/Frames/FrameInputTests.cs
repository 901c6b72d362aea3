using Harmony4.TestKit;
using Harmony4.Tokenization;

namespace Harmony4.Tests.Frames;

public sealed class FrameInputTests
{
    public static TheoryData<string, string, int> Files => new()
    {
        { "clip-tables.mp4", MediaFormats.Mp4, 770 },
        { "clip.mp4", MediaFormats.FragmentedMp4, 770 },
        { "clip.webm", MediaFormats.Webm, 601 },
        { "clip.ts", MediaFormats.Ts, 206 },
        { "clip.flac", MediaFormats.Flac, 28 },
        { "clip.mp3", MediaFormats.Mp3, 116 },
        { "clip.aac", MediaFormats.Adts, 131 },
        { "clip.flv", MediaFormats.Flv, 306 },
        { "clip.ivf", MediaFormats.Ivf, 100 },
    };

    [Theory, MemberData(nameof(Files))]
    public async Task Read_FileAndPipe_GiveTheSameFrames(string file, string format, int count)
    {
        var bytes = Vectors.Read("media/" + file);
        var whole = await ReadAsync(new MemoryStream(bytes));
        Assert.Equal(format, whole.Input.Format);
        Assert.Equal(count, whole.Frames.Count);
        Assert.Null(whole.Input.Notice);
        Assert.Equal(whole.Frames, (await ReadAsync(new PipeStream(bytes))).Frames);
        Assert.Equal(whole.Frames, (await ReadAsync(new MemoryStream(bytes), format)).Frames);

        // From where the stream stands.
        using var behind = new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 };
        Assert.Equal(whole.Frames, (await ReadAsync(behind)).Frames);
        var streamed = new List<MediaFrame>();
        await foreach (var frame in new MediaTransport().TokenizeFramesAsync(new MemoryStream(bytes)))
        {
            streamed.Add(frame);
        }

        Assert.Equal(whole.Frames, streamed);
    }

    [Fact]
    public async Task Read_TablesOfALongFile_ReadsLittleOfIt()
    {
        using var stream = new CountingStream(Vectors.Read("media/clip-tables.mp4"));
        Assert.Equal(770, (await ReadAsync(stream)).Frames.Count);
        Assert.InRange(stream.BytesRead, 1, 150_000);
    }

    [Fact]
    public async Task Read_BehindTags_StartsWhereTheFramesDo()
    {
        byte[] tag = [.. "ID3"u8, 3, 0, 0, 0, 0, 8, 0, .. new byte[1024]];
        var mp3 = Vectors.Read("media/clip.mp3");
        var (plain, tagged) = (await ReadAsync(new MemoryStream(mp3)), await ReadAsync(new PipeStream([.. tag, .. mp3])));
        Assert.Equal(plain.Frames.Select(f => (f.Ticks, f.Size, f.Position + tag.Length)), tagged.Frames.Select(f => (f.Ticks, f.Size, f.Position)));
    }

    [Fact]
    public async Task Open_MediaWithoutFrames_SaysWhy()
    {
        Assert.Contains("without", (await FailAsync(new MemoryStream(Vectors.Read("media/speech.wav")))).Detail, StringComparison.Ordinal);
        Assert.Contains("fmp4, mp4, webm", (await FailAsync(new MemoryStream(new byte[100]))).Detail, StringComparison.Ordinal);
        Assert.Contains("fmp4, mp4, webm", (await FailAsync(new MemoryStream())).Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => FrameInput.OpenAsync(new MemoryStream(), "wav").AsTask());
    }

    [Fact]
    public async Task Open_TablesBehindAPipe_SaysWhatHelps()
    {
        var file = Vectors.Read("media/clip-tables.mp4");
        var moov = file.AsSpan().IndexOf("moov"u8) - 4;
        var mdat = file.AsSpan().IndexOf("mdat"u8) - 4;
        byte[] behind = [.. file[..moov], .. file[mdat..], .. file[moov..mdat]];
        Assert.Contains("faststart", (await FailAsync(new PipeStream(behind))).Detail, StringComparison.Ordinal);
        Assert.Equal(MediaFormats.Mp4, (await FrameInput.OpenAsync(new MemoryStream(behind))).Format);
    }

    [Fact]
    public async Task Read_CutFile_SaysWhere()
    {
        var (input, frames) = await ReadAsync(new MemoryStream(Vectors.Read("media/clip.webm")[..100_000]));
        Assert.NotEmpty(frames);
        Assert.All(frames, f => Assert.True(f.DataPosition + f.Size <= 100_000));
        Assert.InRange(input.Notice!.Offset, 1, 100_000);
    }

    [Fact]
    public async Task Read_Cancelled_Stops()
    {
        using var source = new CancellationTokenSource();
        var input = await FrameInput.OpenAsync(new MemoryStream(Vectors.Read("media/clip.ts")));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in input.ReadAsync(source.Token))
            {
                await source.CancelAsync();
            }
        });
    }

    private static async Task<(FrameInput Input, List<MediaFrame> Frames)> ReadAsync(Stream stream, string? format = null)
    {
        var input = await FrameInput.OpenAsync(stream, format);
        var frames = new List<MediaFrame>();
        await foreach (var frame in input.ReadAsync())
        {
            frames.Add(frame);
        }

        return (input, frames);
    }

    private static async Task<MediaFormatException> FailAsync(Stream stream) => await Assert.ThrowsAsync<MediaFormatException>(() => FrameInput.OpenAsync(stream).AsTask());

    private sealed class CountingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public long BytesRead { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            BytesRead += count;
            return count;
        }
    }
}
