using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Tokenization;
using Harmony4.Transport.Crypto;

namespace Harmony4.Tests;

public sealed class MediaTransportTests
{
    private static readonly MediaTransport Transport = new();

    public static TheoryData<string> Media => ["media/clip.mp4", "media/clip.webm", "media/clip.ivf", "media/speech.wav"];

    [Theory, MemberData(nameof(Media))]
    public async Task ExportExtract_RealMedia_IsTheIdentityAndIntact(string path)
    {
        var media = Vectors.Read(path);
        var container = await ExportAsync(media);

        await using var opened = await H4mkContainer.OpenAsync(container);
        Assert.Equal(VerificationState.Unsigned, (await Transport.VerifyAsync(opened)).State);
        Assert.Equal(media, await ExtractAsync(opened));
    }

    [Theory, MemberData(nameof(Media))]
    public async Task Export_InputInAnyPieces_GivesTheSameBytes(string path)
    {
        var media = Vectors.Read(path);
        var expected = await ExportAsync(media);
        foreach (var piece in new[] { 1000, 4096, 65_537 })
        {
            var output = new MemoryStream();
            await Transport.ExportAsync(new PiecewiseStream(media, piece), output);
            Assert.Equal(expected, output.ToArray());
        }
    }

    [Property(Replay = "20261122,7", MaxTest = 60)]
    public bool ExportExtract_AnyBytes_IsTheIdentity(byte[] media, int blockSize, bool masked)
    {
        return RunAsync().GetAwaiter().GetResult();

        async Task<bool> RunAsync()
        {
            using var key = new MasterKey("0123456789abcdef"u8);
            using var mask = new TransportMask(key);
            var options = new ExportOptions
            {
                Segment = FixedSizeSegmenter.FormatName,
                SegmenterOptions = new SegmenterOptions { BlockSize = 1 + (Math.Abs((long)blockSize) % 100) },
                Version = masked ? H4mkVersion.V10 : H4mkVersion.V11,
                Mask = masked ? mask : null,
            };
            await using var opened = await H4mkContainer.OpenAsync(await ExportAsync(media, options));
            var extracted = await ExtractAsync(opened, new ExtractOptions { Mask = options.Mask });
            return media.AsSpan().SequenceEqual(extracted);
        }
    }

    [Fact]
    public async Task Export_FixedBlocks_WritesTheMetaOfTheFirstImplementation()
    {
        var @case = Vectors.Case("exports", "ntsc");
        var media = Vectors.SeededBytes(@case.GetProperty("input_seed").GetString()!, @case.GetProperty("input_size").GetInt32());
        var options = new ExportOptions
        {
            Version = H4mkVersion.V10,
            Segment = "fixed",
            SegmenterOptions = new SegmenterOptions { BlockSize = 100, FrameRate = new FrameRate(2997, 100), Gop = 30, PtsRounding = PtsRounding.Version10 },
        };
        Assert.Equal(Vectors.Read(@case.GetProperty("file").GetString()!), await ExportAsync(media, options));
    }

    [Fact]
    public async Task Export_OtherSegmentersInVersion10_NameThemselvesInMeta()
    {
        await using var opened = await H4mkContainer.OpenAsync(await ExportAsync(Vectors.Read("media/clip.webm"), new ExportOptions { Version = H4mkVersion.V10 }));
        Assert.Equal(
            """{"project":"HarmonyØ4","domain":"media-transport","segment":"webm","masked":false}""",
            Encoding.UTF8.GetString((await opened.ReadMetaAsync())!.Value.Span));
    }

    [Fact]
    public async Task Export_NamedFormatThatIsNotThere_SaysWhere()
    {
        var exception = await Assert.ThrowsAsync<MediaFormatException>(() => ExportAsync(new byte[100_000], new ExportOptions { Segment = "webm" }));
        Assert.Equal(("webm", 0), (exception.Segment, exception.Offset));
        await Assert.ThrowsAsync<ArgumentException>(() => ExportAsync([], new ExportOptions { Segment = "none" }));
    }

    [Fact]
    public async Task Export_Cancelled_Ends()
    {
        using var cancelled = new CancellationTokenSource();
        var progress = new Watch(_ => cancelled.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Transport.ExportAsync(
            new PiecewiseStream(new byte[10_000_000], 100_000), Stream.Null, null, progress, cancelled.Token));
    }

    [Fact]
    public async Task Export_Progress_EndsAtTheLength()
    {
        var last = default(TransportProgress);
        await Transport.ExportAsync(new MemoryStream(new byte[3_000_000]), Stream.Null, null, new Watch(p => last = p));
        Assert.Equal(new TransportProgress(3_000_000, 3_000_000), last);
    }

    [Fact]
    public async Task Inspect_DamagedMeta_IsInvalidAndNotThrown()
    {
        var bytes = Vectors.Read("containers/one-block.h4mk");
        var meta = bytes.AsSpan().IndexOf("META"u8);
        bytes[meta + 13] ^= 1;
        await using var opened = await H4mkContainer.OpenAsync(bytes);
        var report = await Transport.InspectAsync(opened);
        Assert.Equal((VerificationState.Invalid, null), (report.State, report.Meta));
        var json = await JsonAsync(report);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("meta").ValueKind);
        Assert.Equal("HarmonyØ4", (await JsonAsync(await Transport.InspectAsync(await H4mkContainer.OpenAsync(Vectors.Read("containers/one-block.h4mk"))))).GetProperty("meta").GetProperty("project").GetString());
    }

    [Fact]
    public async Task Inspect_ManyChunkKinds_GroupsThemInOrder()
    {
        var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Version = H4mkVersion.V10 }, leaveOpen: true))
        {
            for (var i = 0; i < 300; i++)
            {
                await writer.WriteChunkAsync(new ChunkTag($"x{i % 100:000}"), new byte[i]);
            }

            await writer.CompleteAsync();
        }

        await using var opened = await H4mkContainer.OpenAsync(output.ToArray());
        var chunks = (await JsonAsync(await Transport.InspectAsync(opened))).GetProperty("chunks");
        Assert.Equal(104, chunks.EnumerateObject().Count());
        Assert.Equal([7, 107, 207], chunks.GetProperty("x007").EnumerateArray().Select(c => c.GetProperty("size").GetInt32()));
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"masked":true}""", true)]
    [InlineData("""{"a":{"masked":true}}""", false)]
    [InlineData("""{"masked":"true"}""", false)]
    [InlineData("not json", false)]
    public void IsMasked_Meta_LooksAtItsOwnMember(string meta, bool masked) =>
        Assert.Equal(masked, TransportMetadata.IsMasked(Encoding.UTF8.GetBytes(meta)));

    private static async Task<JsonElement> JsonAsync(ContainerReport report)
    {
        var bytes = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(bytes))
        {
            await report.WriteToAsync(writer);
        }

        return JsonDocument.Parse(bytes.ToArray()).RootElement;
    }

    private static async Task<byte[]> ExportAsync(byte[] media, ExportOptions? options = null)
    {
        var output = new MemoryStream();
        await Transport.ExportAsync(new MemoryStream(media), output, options);
        return output.ToArray();
    }

    private static async Task<byte[]> ExtractAsync(H4mkContainer container, ExtractOptions? options = null)
    {
        var output = new MemoryStream();
        await Transport.ExtractAsync(container, output, options);
        return output.ToArray();
    }

    private sealed class Watch(Action<TransportProgress> report) : IProgress<TransportProgress>
    {
        public void Report(TransportProgress value) => report(value);
    }

    /// <summary>A pipe that gives a few bytes at a time.</summary>
    private sealed class PiecewiseStream(byte[] bytes, int piece) : MemoryStream(bytes, writable: false)
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
