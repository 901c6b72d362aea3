using System.Text;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Tokenization;

namespace Harmony4.Tests;

/// <summary>Version 1.1 as export writes it: tracks, their order on one clock, and what TRAK says of them.</summary>
public sealed class BundleTests
{
    private static readonly MediaTransport Transport = new();

    public static TheoryData<string, string> DescribedMedia => new()
    {
        { "media/clip.mp4", """{"page_log2":10,"tracks":[{"id":0,"kind":"video","segment":"fmp4","time_track":1,"times":"media"}]}""" },
        { "media/clip.webm", """{"page_log2":10,"tracks":[{"id":0,"kind":"video","segment":"webm","time_track":1,"times":"media"}]}""" },
        { "media/clip.ivf", """{"page_log2":10,"tracks":[{"id":0,"kind":"video","segment":"ivf","times":"media"}]}""" },
        { "media/speech.wav", """{"page_log2":10,"tracks":[{"id":0,"kind":"audio","segment":"wav","times":"media"}]}""" },
        { "manifest.json", """{"page_log2":10,"tracks":[{"block_size":524288,"fps":"30","gop":30,"id":0,"kind":"data","segment":"fixed","times":"counted"}]}""" },
    };

    [Theory, MemberData(nameof(DescribedMedia))]
    public async Task Export_Media_IsDescribedByTheseBytes(string path, string trak)
    {
        await using var container = await ExportAsync([new ExportInput { Media = new MemoryStream(Vectors.Read(path)) }]);
        Assert.Equal(trak, await ReadAsync(container, ChunkTag.Trak));
        Assert.Equal("""{"domain":"media-transport","project":"HarmonyØ4"}""", await ReadAsync(container, ChunkTag.Meta));
        Assert.Equal("""{"no_pixel_semantics":true,"no_video_synthesis":true,"no_visual_ml":true,"scope":"container+transport-only"}""", await ReadAsync(container, ChunkTag.Safe));
    }

    [Fact]
    public async Task Export_WhatTheCallerSays_StandsInTrak()
    {
        var input = new ExportInput
        {
            Media = new MemoryStream(new byte[10]),
            Segment = "fixed",
            SegmenterOptions = new SegmenterOptions { BlockSize = 3, FrameRate = new FrameRate(60000, 2002), Gop = 7 },
            Kind = TrackKind.Audio,
            Label = "Ton \"links\"",
            Language = "pt-BR",
        };
        await using var container = await ExportAsync([input]);
        Assert.Equal(
            """{"page_log2":12,"tracks":[{"block_size":3,"fps":"30000/1001","gop":7,"id":0,"kind":"audio","label":"Ton \"links\"","language":"pt-BR","segment":"fixed","times":"counted"}]}""",
            await ReadAsync(container, ChunkTag.Trak));
    }

    [Fact]
    public async Task Export_SeveralInputs_InterleavesThemByTimeThenId()
    {
        // Blocks of one byte: track 0 at 0, 1, 2 s, track 1 at 0, 0.5, 1, 1.5 s.
        await using var container = await ExportAsync([Fixed([10, 11, 12], 1, 1), Fixed([20, 21, 22, 23], 1, 2)]);
        var order = new List<(int, ulong)>();
        var locations = new List<(long Offset, int Track, ulong Pts)>();
        foreach (var track in container.Tracks)
        {
            for (long i = 0; i < track.BlockCount; i++)
            {
                var block = await container.GetBlockAsync(track.Id, i);
                locations.Add((block.FileOffset, track.Id, block.Pts!.Value));
            }
        }

        order.AddRange(locations.OrderBy(l => l.Offset).Select(l => (l.Track, l.Pts)));
        Assert.Equal([(0, 0UL), (1, 0UL), (1, 500_000UL), (0, 1_000_000UL), (1, 1_000_000UL), (1, 1_500_000UL), (0, 2_000_000UL)], order);
        Assert.Equal(VerificationState.Unsigned, (await Transport.VerifyAsync(container)).State);
    }

    [Fact]
    public async Task Export_TrackAloneAndBundled_HasTheSameRootAndBytes()
    {
        string[] paths = ["media/clip.webm", "media/speech.wav", "media/clip.mp4"];
        await using var bundle = await ExportAsync([.. paths.Select(p => new ExportInput { Media = new MemoryStream(Vectors.Read(p)) })]);
        await using var otherwise = await ExportAsync([.. paths.Reverse().Select(p => new ExportInput { Media = new MemoryStream(Vectors.Read(p)) })], new ExportOptions { PageLog2 = 1 });
        for (var i = 0; i < paths.Length; i++)
        {
            await using var alone = await ExportAsync([new ExportInput { Media = new MemoryStream(Vectors.Read(paths[i])) }]);
            Assert.Equal(alone.Tracks[0].Root, bundle.Tracks[i].Root);
            Assert.Equal(alone.Tracks[0].Root, otherwise.Tracks[paths.Length - 1 - i].Root);
            Assert.NotEqual(bundle.Identity, otherwise.Identity);

            var media = new MemoryStream();
            await Transport.ExtractAsync(bundle, media, new ExtractOptions { Track = i });
            Assert.Equal(Vectors.Read(paths[i]), media.ToArray());
        }
    }

    [Fact]
    public async Task ExtractContainer_TrackOfABundle_IsTheContainerOfTheInputAlone()
    {
        var media = Vectors.Read("media/clip.webm");
        await using var bundle = await ExportAsync([new ExportInput { Media = new MemoryStream(Vectors.Read("media/speech.wav")) }, new ExportInput { Media = new MemoryStream(media), Label = "picture" }]);
        var extracted = new MemoryStream();
        var summary = await Transport.ExtractContainerAsync(bundle, extracted, track: 1);
        var alone = new MemoryStream();
        await Transport.ExportAsync([new ExportInput { Media = new MemoryStream(media), Label = "picture" }], alone);
        Assert.Equal(alone.ToArray(), extracted.ToArray());
        Assert.Equal(bundle.Tracks[1].Root, summary.Tracks[0].Root);
    }

    [Fact]
    public async Task ExtractContainer_FlagsAndTimes_AreKept()
    {
        await using var source = await H4mkContainer.OpenAsync(Vectors.Read("h4mk-1.1/bundle.h4mk"));
        foreach (var track in source.Tracks)
        {
            var output = new MemoryStream();
            await Transport.ExtractContainerAsync(source, output, track.Id);
            await using var extracted = await H4mkContainer.OpenAsync(output.ToArray());
            Assert.Equal((track.Root, 0), (extracted.Tracks[0].Root, extracted.Tracks[0].Id));
            Assert.Equal(VerificationState.Unsigned, (await Transport.VerifyAsync(extracted)).State);
        }
    }

    [Theory]
    [InlineData("h4mk-1.1/v10.h4mk", "1.1")]
    [InlineData("h4mk-1.1/sealed.h4mk", "SEAL")]
    public async Task ExtractContainer_WhatCannotMove_IsRefused(string path, string reason)
    {
        await using var source = await H4mkContainer.OpenAsync(Vectors.Read(path));
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => Transport.ExtractContainerAsync(source, Stream.Null));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(131_071, 12)]
    [InlineData(131_072, 10)]
    public async Task Export_FixedBlocks_ChooseThePageLength(long blockSize, int expected)
    {
        var options = new ExportOptions { Segment = "fixed", SegmenterOptions = new SegmenterOptions { BlockSize = blockSize } };
        await using var container = await ExportAsync([new ExportInput { Media = new MemoryStream([1]) }], options);
        Assert.Equal(expected, container.PageLog2);
        await using var asked = await ExportAsync([new ExportInput { Media = new MemoryStream([1]) }], options with { PageLog2 = 3 });
        Assert.Equal(3, asked.PageLog2);
    }

    [Theory]
    [InlineData(256, 12)]
    [InlineData(257, 10)]
    public async Task Export_ManyInputs_StayWithinWhatPagesMayHold(int count, int expected)
    {
        await using var container = await ExportAsync([.. Enumerable.Range(0, count).Select(i => Fixed([(byte)i], 1, 30))]);
        Assert.Equal((count, expected), (container.Tracks.Count, container.PageLog2));
    }

    [Fact]
    public async Task Export_BlockAbove64MiB_IsSplit()
    {
        const int limit = 64 * 1024 * 1024;
        var media = new byte[(2 * limit) + 5];
        media[^1] = 1;
        var options = new ExportOptions { Segment = "fixed", SegmenterOptions = new SegmenterOptions { BlockSize = media.Length, FrameRate = new FrameRate(1) } };
        await using var container = await ExportAsync([new ExportInput { Media = new MemoryStream(media) }], options);
        var blocks = new List<(uint, ulong?, uint, BlockFlags)>();
        for (long i = 0; i < container.BlockCount; i++)
        {
            var block = await container.GetBlockAsync(0, i);
            blocks.Add((block.Length, block.Pts, block.Duration, block.Flags));
        }

        Assert.Equal([(limit, 0UL, 1_000_000U, BlockFlags.Key), (limit, 0UL, 0U, BlockFlags.None), (5U, 0UL, 0U, BlockFlags.None)], blocks);
        var whole = new MemoryStream();
        await Transport.ExportAsync(new MemoryStream(media), whole, options with { Version = H4mkVersion.V10 });
        await using var old = await H4mkContainer.OpenAsync(whole.ToArray());
        Assert.Equal(1, old.BlockCount);
    }

    [Fact]
    public async Task Export_Version10_RefusesWhatItCannotHold()
    {
        var options = new ExportOptions { Version = H4mkVersion.V10 };
        ExportInput[][] refused =
        [
            [Fixed([1], 1, 1), Fixed([2], 1, 1)],
            [Fixed([1], 1, 1) with { Kind = TrackKind.Video }],
            [Fixed([1], 1, 1) with { Label = "a" }],
            [Fixed([1], 1, 1) with { Language = "en" }],
        ];
        foreach (var inputs in refused)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Transport.ExportAsync(inputs, Stream.Null, options));
        }

        await Assert.ThrowsAsync<ArgumentException>(() => Transport.ExportAsync([Fixed([1], 1, 1)], Stream.Null, options with { PageLog2 = 10 }));
        await Assert.ThrowsAsync<ArgumentException>(() => Transport.ExportAsync([], Stream.Null));
    }

    [Fact]
    public async Task Export_TimeTrackThatIsNotThere_IsRefused()
    {
        var input = new ExportInput { Media = new MemoryStream(Vectors.Read("media/clip.mp4")), SegmenterOptions = new SegmenterOptions { TimeTrack = 77 } };
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => Transport.ExportAsync([input], Stream.Null));
        Assert.Contains("77", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_DamagedInputOfSeveral_IsNamed()
    {
        var inputs = new[] { Fixed([1], 1, 1), new ExportInput { Media = new MemoryStream(new byte[1000]), Segment = "webm" } };
        Assert.Equal(1, (await Assert.ThrowsAsync<MediaFormatException>(() => Transport.ExportAsync(inputs, Stream.Null))).Input);
    }

    [Fact]
    public async Task Export_LivePipe_ReachesTheOutputBeforeItEnds()
    {
        var release = new TaskCompletionSource();
        var output = new SignallingStream(200);
        var export = Transport.ExportAsync(new SilentStream(new byte[250], release.Task), output, new ExportOptions { Segment = "fixed", SegmenterOptions = new SegmenterOptions { BlockSize = 100 } });

        // Two whole blocks have to come while the input is still open; how long it takes is not judged.
        await output.Reached;
        Assert.False(export.IsCompleted);
        release.SetResult();
        await export;
        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        Assert.Equal(3, container.BlockCount);
    }

    private static ExportInput Fixed(byte[] media, int blockSize, ulong rate) => new()
    {
        Media = new MemoryStream(media),
        Segment = "fixed",
        SegmenterOptions = new SegmenterOptions { BlockSize = blockSize, FrameRate = new FrameRate(rate) },
    };

    private static async Task<H4mkContainer> ExportAsync(IReadOnlyList<ExportInput> inputs, ExportOptions? options = null)
    {
        var output = new MemoryStream();
        await Transport.ExportAsync(inputs, output, options);
        return await H4mkContainer.OpenAsync(output.GetBuffer().AsMemory(0, (int)output.Length));
    }

    private static async Task<string> ReadAsync(H4mkContainer container, ChunkTag tag)
    {
        var payload = new System.Buffers.ArrayBufferWriter<byte>();
        await container.ReadChunkAsync(container.FindChunk(tag)!.Value, payload);
        return Encoding.UTF8.GetString(payload.WrittenSpan);
    }

    /// <summary>A pipe that gives its bytes at once and then is silent until it is released.</summary>
    private sealed class SilentStream(byte[] bytes, Task release) : MemoryStream(bytes, writable: false)
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length)
            {
                await release;
            }

            return await base.ReadAsync(buffer, cancellationToken);
        }
    }

    /// <summary>Tells when it holds the first payloads.</summary>
    private sealed class SignallingStream(int payload) : MemoryStream
    {
        // Two TOKN and two CORE headers, beside all that stands before them.
        private const int BlockOverhead = 2 * (36 + 12);
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _hasHead;
        private long _head;

        public Task Reached => _reached.Task;

        public override async Task FlushAsync(CancellationToken cancellationToken)
        {
            await base.FlushAsync(cancellationToken);
            if (!_hasHead)
            {
                (_hasHead, _head) = (true, Length);
            }
            else if (Length - _head >= payload + BlockOverhead)
            {
                _reached.TrySetResult();
            }
        }
    }
}
