using System.Text;
using FsCheck.Xunit;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Tokenization;
using Harmony4.Transport.Crypto;

namespace Harmony4.Tests.Export;

/// <summary>A caller's own segmenter, wherever a name can stand: by the example that the documentation shows.</summary>
public sealed class OwnSegmenterTests : IDisposable
{
    private static readonly MediaFormatSet Formats = MediaFormats.BuiltIn.With(
        new SegmenterFormat(RecordLogSegmenter.FormatName, o => new RecordLogSegmenter(o)) { Detect = RecordLogSegmenter.CanBegin });

    private static readonly MediaTransport Plain = new();
    private static readonly MediaTransport Registered = new(new Harmony4Options { Formats = Formats });
    private static readonly byte[] Log = RecordLogs.Even(250);

    private readonly string _folder = Directory.CreateTempSubdirectory("harmony4-own-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Export_ByNameDetectionFunctionOrInstance_GivesTheSameContainer()
    {
        var instance = new RecordLogSegmenter(new SegmenterOptions());
        var containers = new List<byte[]>
        {
            await ExportAsync(Registered, new ExportOptions()),
            await ExportAsync(Registered, new ExportOptions { Segment = "reclog" }),
            await ExportAsync(Plain, new ExportOptions { Segmenter = o => new RecordLogSegmenter(o) }),
            await ExportAsync(Plain, new ExportOptions { Segmenter = _ => instance }),
            await ExportAsync(new MediaTransport(new Harmony4Options { Export = new ExportOptions { Segmenter = o => new RecordLogSegmenter(o) } }), options: null),
            await ExportAsync(new MediaTransport(new Harmony4Options { Formats = Formats, Export = new ExportOptions { Segment = "reclog" } }), options: null),
        };
        Assert.All(containers, c => Assert.Equal(containers[0], c));
        await using var container = await H4mkContainer.OpenAsync(containers[0]);
        Assert.Equal(4, container.BlockCount);
        Assert.Equal("""{"page_log2":10,"tracks":[{"id":0,"kind":"data","segment":"reclog","times":"media"}]}""", await TrakAsync(container));
        Assert.Equal(100_000UL, (await Plain.SeekAsync(container, 150_000))!.Value.Pts);
        Assert.Equal(Log, await TestContainers.ExtractAsync(containers[0]));
    }

    [Fact]
    public async Task Export_Result_NamesTheSegmenter()
    {
        var result = await Plain.ExportAsync(new MemoryStream(Log), Stream.Null, new ExportOptions { Segmenter = o => new RecordLogSegmenter(o) });
        Assert.Equal(("reclog", false), (result.Inputs[0].Segment, result.Inputs[0].AreTimesCounted));
        Assert.True((await Plain.ExportAsync(new MemoryStream(Log), Stream.Null)).Inputs[0].AreTimesCounted);
    }

    [Fact]
    public async Task Export_Version10_NamesItInMeta()
    {
        var bytes = await ExportAsync(Plain, new ExportOptions { Version = H4mkVersion.V10, Segmenter = o => new RecordLogSegmenter(o) });
        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal("""{"project":"HarmonyØ4","domain":"media-transport","segment":"reclog","masked":false}""", Encoding.UTF8.GetString((await container.ReadMetaAsync())!.Value.Span));
    }

    [Fact]
    public async Task Export_BundleOfOwnAndBuiltIn_TakesEachByItsOwn()
    {
        var clip = Vectors.Read("media/clip.webm");
        var bytes = await ExportAsync(Plain, [new ExportInput { Media = new MemoryStream(clip) }, new ExportInput { Media = new MemoryStream(Log), Segmenter = o => new RecordLogSegmenter(o, 50) }]);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal("""{"page_log2":10,"tracks":[{"id":0,"kind":"video","segment":"webm","time_track":1,"times":"media"},{"id":1,"kind":"data","segment":"reclog","times":"media"}]}""", await TrakAsync(container));
        Assert.Equal(6, container.Tracks[1].BlockCount);
        Assert.Equal(Log, await TestContainers.ExtractAsync(bytes, track: 1));

        // What an input says stands before what the options say, be it a name or a function.
        var options = new ExportOptions { Segmenter = o => new RecordLogSegmenter(o) };
        var otherwise = await ExportAsync(Plain, [new ExportInput { Media = new MemoryStream(clip), Segment = "webm" }, new ExportInput { Media = new MemoryStream(Log), Segmenter = o => new RecordLogSegmenter(o, 50) }], options);
        Assert.Equal(bytes, otherwise);
        var named = await ExportAsync(Plain, [new ExportInput { Media = new MemoryStream(Log), Segmenter = o => new RecordLogSegmenter(o) }], new ExportOptions { Segment = "webm" });
        Assert.Equal(await ExportAsync(Plain, options), named);
    }

    [Fact]
    public async Task Export_FunctionOfAnInput_GetsTheOptionsOfThatInput()
    {
        var seen = new List<SegmenterOptions>();
        var own = new SegmenterOptions { MaxBlockLength = 70_000 };
        var options = new ExportOptions
        {
            SegmenterOptions = new SegmenterOptions { MaxBlockLength = 80_000 },
            Segmenter = o =>
            {
                seen.Add(o);
                return new RecordLogSegmenter(o);
            },
        };
        await ExportAsync(Plain, [Input(Log) with { SegmenterOptions = own }, Input(Log)], options);
        Assert.Equal([own, options.SegmenterOptions], seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Append_InPlaceOrElsewhere_IsTheExportOfBothTogether(bool inPlace)
    {
        var (first, second) = (RecordLogs.Even(200), RecordLogs.Even(150, start: 200_000));
        var options = new ExportOptions { Segmenter = o => new RecordLogSegmenter(o) };
        var container = await ExportAsync(Plain, [Input(first)], options);
        byte[] longer;
        if (inPlace)
        {
            var path = Path.Combine(_folder, "c");
            await File.WriteAllBytesAsync(path, container);
            var result = await Registered.AppendAsync(path, [Input(second)]);
            Assert.Equal("reclog", result.Inputs[0].Segment);
            longer = await File.ReadAllBytesAsync(path);
        }
        else
        {
            await using var opened = await H4mkContainer.OpenAsync(container);
            var output = new MemoryStream();
            await Registered.AppendAsync(opened, [Input(second)], output, new ExportOptions { Segment = "reclog" });
            longer = output.ToArray();
        }

        await using var grown = await H4mkContainer.OpenAsync(longer);
        Assert.Equal(VerificationState.Unsigned, (await Plain.VerifyAsync(grown)).State);
        Assert.Equal((byte[])[.. first, .. second], await TestContainers.ExtractAsync(longer));
        Assert.Equal(300_000UL, (await Plain.SeekAsync(grown, 320_000))!.Value.Pts);
    }

    [Fact]
    public async Task Append_ToATrackOfABundle_TakesTheOwnSegmenterForIt()
    {
        var clip = Vectors.Read("media/clip.webm");
        var bundle = await ExportAsync(Plain, [Input(clip), Input(Log) with { Segmenter = o => new RecordLogSegmenter(o) }]);
        await using var container = await H4mkContainer.OpenAsync(bundle);
        var output = new MemoryStream();
        var result = await Plain.AppendAsync(container, [Input(clip), Input(Log) with { Segmenter = o => new RecordLogSegmenter(o) }], output);
        Assert.Equal(["webm", "reclog"], result.Inputs.Select(i => i.Segment));
        Assert.Equal((byte[])[.. Log, .. Log], await TestContainers.ExtractAsync(output.ToArray(), track: 1));
    }

    [Fact]
    public async Task TokenizeVideo_ByNameDetectionOrFunction_GivesATokenForEachBlock()
    {
        VideoBlockToken[] expected = [new(0, 0, false), new(0, 1, true), new(100_000, 2, true), new(200_000, 3, true)];
        Assert.Equal(expected, await ListAsync(Registered.TokenizeVideoAsync(new MemoryStream(Log))));
        Assert.Equal(expected, await ListAsync(Registered.TokenizeVideoAsync(new MemoryStream(Log), "reclog")));
        Assert.Equal(expected, await ListAsync(Plain.TokenizeVideoAsync(new MemoryStream(Log), o => new RecordLogSegmenter(o))));
        Assert.Equal(expected, await ListAsync(new MediaTransport(new Harmony4Options { Export = new() { Segmenter = o => new RecordLogSegmenter(o) } }).TokenizeVideoAsync(new MemoryStream(Log))));
        var options = new SegmenterOptions { MaxBlockLength = 400 };
        Assert.Equal(14, (await ListAsync(Plain.TokenizeVideoAsync(new MemoryStream(Log), o => new RecordLogSegmenter(o), options))).Count);
        Assert.Throws<ArgumentNullException>(() => { _ = Plain.TokenizeVideoAsync(new MemoryStream(Log), segmenter: null!); });
    }

    [Fact]
    public async Task Export_ReproducibleSeal_AsksForASegmenterTwice()
    {
        using var key = TestContainers.Key("own");
        var made = 0;
        var options = new ExportOptions
        {
            Seal = new SealOptions { Key = key, SaltMode = SealSaltMode.Reproducible },
            Segmenter = o =>
            {
                made++;
                return new RecordLogSegmenter(o);
            },
        };
        var container = await ExportAsync(Plain, options);
        Assert.Equal(2, made);
        Assert.Equal(container, await ExportAsync(Registered, options with { Segmenter = null }));
        Assert.Equal(Log, await TestContainers.ExtractAsync(container, key));

        var instance = new RecordLogSegmenter(new SegmenterOptions());
        await RefusedAsync(() => ExportAsync(Plain, options with { Segmenter = _ => instance }), "'reclog'", "makes a new one");
    }

    [Fact]
    public async Task Instance_OnASecondInputOrPass_IsRefused()
    {
        var first = new RecordLogSegmenter(new SegmenterOptions());
        var options = new ExportOptions { Segmenter = _ => first };
        await RefusedAsync(() => ExportAsync(Plain, [Input(Log), Input(Log)], options), "'reclog'", "makes a new one");
        await RefusedAsync(() => ExportAsync(Plain, options), "makes a new one");
        await RefusedAsync(() => ListAsync(Registered.TokenizeVideoAsync(new MemoryStream(Log), _ => first)), "makes a new one");

        // A registered format is no way around it, nor is a built-in segmenter.
        var second = new RecordLogSegmenter(new SegmenterOptions());
        var transport = new MediaTransport(new Harmony4Options { Formats = MediaFormats.BuiltIn.With(new SegmenterFormat("reclog", _ => second)) });
        await ExportAsync(transport, new ExportOptions { Segment = "reclog" });
        await RefusedAsync(() => ExportAsync(transport, new ExportOptions { Segment = "reclog" }), "makes a new one");
        var builtIn = new FixedSizeSegmenter();
        await ExportAsync(Plain, new ExportOptions { Segmenter = _ => builtIn });
        await RefusedAsync(() => ExportAsync(Plain, new ExportOptions { Segmenter = _ => builtIn }), "'fixed'");

        // One that was refused leaves a file as it was.
        var path = Path.Combine(_folder, "c");
        var container = await ExportAsync(Registered, new ExportOptions());
        await File.WriteAllBytesAsync(path, container);
        await RefusedAsync(() => Plain.AppendAsync(path, [Input(Log) with { Segmenter = _ => first }]), "makes a new one");
        Assert.Equal(container, await File.ReadAllBytesAsync(path));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("")]
    [InlineData("My Format")]
    [InlineData("mp4")]
    [InlineData("fixed")]
    public async Task Export_SegmenterOfANameThatItCannotHave_IsRefused(string name)
    {
        ScriptedSegmenter Make(SegmenterOptions _) => new((offered, _, _) => new MediaBlock(offered, 0, 0, true), name);
        await RefusedAsync(() => ExportAsync(Plain, new ExportOptions { Segmenter = Make }), $"'{name}'", nameof(ScriptedSegmenter));
        await RefusedAsync(() => ExportAsync(Plain, [Input(Log) with { Segmenter = Make }]), $"'{name}'");
        await RefusedAsync(() => ListAsync(Plain.TokenizeVideoAsync(new MemoryStream(Log), Make)), $"'{name}'");
    }

    [Fact]
    public async Task Export_FunctionThatMakesNone_OrANameBesideIt_IsRefused()
    {
        await RefusedAsync(() => ExportAsync(Plain, new ExportOptions { Segmenter = _ => null! }), "null");
        await RefusedAsync(() => ExportAsync(Plain, new ExportOptions { Segment = "webm", Segmenter = o => new RecordLogSegmenter(o) }), "'webm'", "expected one of them");
        await RefusedAsync(() => ExportAsync(Plain, [Input(Log) with { Segment = "webm", Segmenter = o => new RecordLogSegmenter(o) }]), "expected one of them");
        await RefusedAsync(() => ExportAsync(Plain, new ExportOptions { Segment = "reclog" }), "'reclog' is not a format");
    }

    [Fact]
    public async Task Export_BuiltInByFunction_IsThatFormat()
    {
        // Its own options count, not those of the export.
        var options = new ExportOptions { SegmenterOptions = new SegmenterOptions { BlockSize = 1 << 20 }, Segmenter = _ => new FixedSizeSegmenter(new SegmenterOptions { BlockSize = 1000, FrameRate = new FrameRate(25), Gop = 2 }) };
        var bytes = await ExportAsync(Plain, options);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal("""{"page_log2":12,"tracks":[{"block_size":1000,"fps":"25","gop":2,"id":0,"kind":"data","segment":"fixed","times":"counted"}]}""", await TrakAsync(container));
        await using var old = await H4mkContainer.OpenAsync(await ExportAsync(Plain, options with { Version = H4mkVersion.V10 }));
        Assert.Contains("\"block_size\":1000,\"fps_hint\":25", Encoding.UTF8.GetString((await old.ReadMetaAsync())!.Value.Span), StringComparison.Ordinal);

        // The tables of this file stand behind the media: a function's segmenter looks at the input twice too.
        var clip = Vectors.Read("media/clip-tables.mp4");
        Assert.Equal(await ExportAsync(Plain, [Input(clip) with { Segment = "mp4" }]), await ExportAsync(Plain, [Input(clip) with { Segmenter = o => MediaFormats.BuiltIn.Create("mp4", o) }]));
    }

    [Fact]
    public async Task Export_WhatASegmenterSaysOfItself_StandsInTrak()
    {
        ScriptedSegmenter Make(SegmenterOptions _) => new((offered, _, _) => offered == 0 ? null : new MediaBlock(offered, 5, 5, true))
        {
            Counted = true,
            Track = _ => new TimeTrack { Kind = MediaKind.Audio, Id = 3, IsOneOfSeveral = true },
        };
        await using var container = await H4mkContainer.OpenAsync(await ExportAsync(Plain, new ExportOptions { Segmenter = Make }));
        Assert.Equal("""{"page_log2":10,"tracks":[{"id":0,"kind":"audio","segment":"scripted","time_track":3,"times":"counted"}]}""", await TrakAsync(container));
        await RefusedAsync(() => ExportAsync(Plain, new ExportOptions { Segmenter = Make, SegmenterOptions = new SegmenterOptions { TimeTrack = 4 } }), "4");
    }

    [Fact]
    public async Task Export_FormatThatWasAskedFor_HasToBeThere()
    {
        var exception = await Assert.ThrowsAsync<MediaFormatException>(() => Plain.ExportAsync([Input([1]), Input([1, 2, 3]) with { Segmenter = o => new RecordLogSegmenter(o) }], Stream.Null));
        Assert.Equal(("reclog", 0L, 1), (exception.Segment, exception.Offset, exception.Input));

        // However little of it comes at a time, also of a built-in one.
        foreach (var asked in new ExportInput[] { new() { Media = Stream.Null, Segment = "webm" }, new() { Media = Stream.Null, Segmenter = o => new RecordLogSegmenter(o) } })
        {
            await Assert.ThrowsAsync<MediaFormatException>(() => Plain.ExportAsync([asked with { Media = new PipedStream(new byte[1000], 1) }], Stream.Null));
        }

        // One that breaks off later is carried on.
        byte[] broken = [.. Log, 1, 2, 3];
        var result = await Plain.ExportAsync([Input(broken) with { Segmenter = o => new RecordLogSegmenter(o) }], Stream.Null);
        Assert.Equal((Log.Length, broken.Length), (result.Inputs[0].Notice!.Offset, result.Inputs[0].Length));
    }

    [Fact]
    public async Task Export_FormatThatIsReadTwice_ComesFromAPipeAsFixedBlocks()
    {
        var prepared = 0;
        ScriptedSegmenter Make(SegmenterOptions _) => new((offered, _, _) => offered == 0 ? null : new MediaBlock(offered, 0, 0, true), "twice")
        {
            Prepare = input =>
            {
                prepared++;
                return input.ReadByte() == Log[0];
            },
            Fault = prepared < 0 ? null : new SegmentationNotice(7, "nothing"),
        };
        var transport = new MediaTransport(new Harmony4Options { Formats = MediaFormats.BuiltIn.With(new SegmenterFormat("twice", Make) { Detect = head => head.Length == Log.Length, IsReadTwice = true }) });
        var fromFile = await transport.ExportAsync(new MemoryStream(Log), Stream.Null);
        Assert.Equal(("twice", 1, null), (fromFile.Inputs[0].Segment, prepared, fromFile.Inputs[0].Hint));

        var fromPipe = await transport.ExportAsync(new PipedStream(Log), Stream.Null);
        Assert.Equal(("fixed", 1), (fromPipe.Inputs[0].Segment, prepared));
        Assert.Contains("twice", fromPipe.Inputs[0].Hint, StringComparison.Ordinal);

        // What it looks for is missing: fixed blocks, and why.
        var other = Log.ToArray();
        other[0]++;
        var missing = await transport.ExportAsync(new MemoryStream(other), Stream.Null);
        Assert.Equal(("fixed", 2), (missing.Inputs[0].Segment, prepared));
        Assert.Contains("nothing at byte 7", missing.Inputs[0].Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_OwnFormatBehindLongTags_IsStillAsked()
    {
        byte[] media = [.. "ID3\u0004\0\0\u0005\0\0\0"u8, .. new byte[200_000]];
        var transport = new MediaTransport(new Harmony4Options { Formats = MediaFormats.BuiltIn.With(new SegmenterFormat("scripted", _ => ScriptedSegmenter.Tens()) { Detect = head => head.StartsWith("ID3"u8) }) });
        Assert.Equal("scripted", (await transport.ExportAsync(new MemoryStream(media), Stream.Null)).Inputs[0].Segment);
        Assert.Contains("tags", (await Plain.ExportAsync(new MemoryStream(media), Stream.Null)).Inputs[0].Hint, StringComparison.Ordinal);
    }

    [Property(Replay = "20270303,11", MaxTest = 100)]
    public bool Export_AnyLog_ComesBackAndReadsTheSameFromAPipe(int seed, byte count, byte lost, int step)
    {
        return RunAsync().GetAwaiter().GetResult();

        async Task<bool> RunAsync()
        {
            var random = new Random(seed);
            var log = RecordLogs.Of([.. Enumerable.Range(0, count).Select(_ => ((ulong)random.Next(1_000), random.Next(30)))]);
            log = log[..(log.Length - (lost % Math.Min(log.Length - 8 + 1, 50)))];
            var options = new ExportOptions { Segmenter = o => new RecordLogSegmenter(o, 7) };
            var fromFile = await ExportAsync(Plain, [Input(log)], options);
            var fromPipe = await ExportAsync(Plain, [new ExportInput { Media = new PipedStream(log, 1 + (int)(Math.Abs((long)step) % 100)) }], options);
            var extracted = await TestContainers.ExtractAsync(fromFile);
            return fromFile.AsSpan().SequenceEqual(fromPipe) && log.AsSpan().SequenceEqual(extracted);
        }
    }

    private static ExportInput Input(byte[] media) => new() { Media = new MemoryStream(media) };

    private static Task<byte[]> ExportAsync(MediaTransport transport, ExportOptions? options) => ExportAsync(transport, [Input(Log)], options);

    private static async Task<byte[]> ExportAsync(MediaTransport transport, IReadOnlyList<ExportInput> inputs, ExportOptions? options = null)
    {
        var output = new MemoryStream();
        await transport.ExportAsync(inputs, output, options);
        return output.ToArray();
    }

    private static async Task<string> TrakAsync(H4mkContainer container)
    {
        var payload = new System.Buffers.ArrayBufferWriter<byte>();
        await container.ReadChunkAsync(container.FindChunk(ChunkTag.Trak)!.Value, payload);
        return Encoding.UTF8.GetString(payload.WrittenSpan);
    }

    private static async Task<List<VideoBlockToken>> ListAsync(IAsyncEnumerable<VideoBlockToken> tokens)
    {
        var list = new List<VideoBlockToken>();
        await foreach (var token in tokens)
        {
            list.Add(token);
        }

        return list;
    }

    private static async Task RefusedAsync(Func<Task> work, params string[] reasons)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(work);
        Assert.All(reasons, reason => Assert.Contains(reason, exception.Message, StringComparison.Ordinal));
    }

    /// <summary>Bytes that come some at a time, and once.</summary>
    private sealed class PipedStream(byte[] bytes, int step = int.MaxValue) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, step)], cancellationToken);
    }
}
