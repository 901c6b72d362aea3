using System.Net;
using System.Text.Json;
using Harmony4.Format;
using Microsoft.Extensions.DependencyInjection;

namespace Harmony4.AspNetCore.Tests.Recordings;

/// <summary>Recordings, <c>live=1</c>: read while they grow, and whole in the end however they end.</summary>
public sealed class RecordingTests
{
    private const int BlockSize = 65_536;
    private const string Path = "/video/export?id=live&live=1&segment=fixed&block_size=65536&fps_hint=10&gop=2";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Record_WhileItGrows_IsListedReadAndSought_AndEndsAsTheSameContainer()
    {
        await using var host = await TestHost.StartAsync();
        await using var producer = Producer.Start(host, Path);
        var media = Media(5);
        producer.Send(media.AsSpan(0, (3 * BlockSize) + 100));
        using (var info = await WaitForBlocksAsync(host, 3))
        {
            var root = info.RootElement;
            Assert.True(root.GetProperty("live").GetBoolean());
            Assert.Equal(("1.1", "incomplete", JsonValueKind.Null), (root.GetProperty("version").GetString(), root.GetProperty("integrity").GetString(), root.GetProperty("root").ValueKind));
            var track = root.GetProperty("tracks")[0];
            Assert.Equal((3 * BlockSize, 300_000, 0), (track.GetProperty("bytes").GetInt32(), track.GetProperty("duration_us").GetInt32(), track.GetProperty("final_blocks").GetInt32()));
        }

        using (var list = JsonDocument.Parse(await host.Client.GetStringAsync("/containers")))
        {
            var entry = list.RootElement[0];
            Assert.Equal(("live", true), (entry.GetProperty("id").GetString(), entry.GetProperty("live").GetBoolean()));
            Assert.StartsWith("W/", entry.GetProperty("etag").GetString(), StringComparison.Ordinal);
        }

        using (var range = await host.GetAsync("/video/range?id=live", ("Range", "bytes=65530-131071")))
        {
            Assert.Equal(HttpStatusCode.PartialContent, range.StatusCode);
            Assert.True(range.Headers.ETag!.IsWeak);
            Assert.Equal($"bytes 65530-131071/{3 * BlockSize}", range.Content.Headers.ContentRange!.ToString());
            Assert.Equal(media[65530..131072], await range.Content.ReadAsByteArrayAsync());
        }

        using (var seek = JsonDocument.Parse(await host.Client.GetStringAsync("/video/seek?id=live&pts=299999")))
        {
            Assert.Equal((200_000, 2 * BlockSize, 2), (seek.RootElement.GetProperty("pts").GetInt32(), seek.RootElement.GetProperty("offset").GetInt32(), seek.RootElement.GetProperty("block").GetInt32()));
        }

        using (var proof = await host.GetAsync("/video/seek?id=live&pts=0&proof=1"))
        {
            await Problems.CheckAsync(proof, 400);
        }

        using (var block = await host.GetAsync("/containers/live/blocks/0/1"))
        {
            Assert.False(block.Headers.Contains("Harmony4-Proof"));
            Assert.True(block.Headers.Contains("Content-Digest"));
            Assert.Equal(media[BlockSize..(2 * BlockSize)], await block.Content.ReadAsByteArrayAsync());
        }

        using (var file = await host.GetAsync("/containers/live"))
        {
            Assert.True(file.Headers.ETag!.IsWeak);
            Assert.Equal("H4MK"u8.ToArray(), (await file.Content.ReadAsByteArrayAsync())[..4]);
        }

        producer.Send(media.AsSpan((3 * BlockSize) + 100));
        using var response = await producer.EndAsync();
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        using var whole = await host.GetAsync("/containers/live");
        Assert.Equal(response.Headers.ETag, whole.Headers.ETag);
        using var plain = await host.Client.PostAsync(Path.Replace("&live=1", "", StringComparison.Ordinal).Replace("id=live&", "", StringComparison.Ordinal), new ByteArrayContent(media));
        Assert.Equal(await plain.Content.ReadAsByteArrayAsync(), await whole.Content.ReadAsByteArrayAsync());
        Assert.Equal(["live"], Directory.GetFiles(host.Folder).Select(System.IO.Path.GetFileName));
        using var after = JsonDocument.Parse(await host.Client.GetStringAsync("/video/info?id=live&verify=1"));
        Assert.False(after.RootElement.TryGetProperty("live", out _));
        Assert.Equal("unsigned", after.RootElement.GetProperty("integrity").GetString());
    }

    [Fact]
    public async Task Record_ProducerThatVanishes_LeavesAWholeContainerOfWhatCame()
    {
        await using var host = await TestHost.StartAsync();
        await using var producer = Producer.Start(host, Path);
        var media = Media(3);
        producer.Send(media);
        using (await WaitForBlocksAsync(host, 3))
        {
        }

        await producer.VanishAsync();
        await WaitForEndAsync(host);
        Assert.Equal(media, await host.Client.GetByteArrayAsync("/video/range?id=live"));
    }

    [Fact]
    public async Task Record_ProducerThatFallsSilent_IsEndedAndTold()
    {
        await using var host = await TestHost.StartAsync(options: o => o.LiveTimeout = TimeSpan.FromMilliseconds(300));
        await using var producer = Producer.Start(host, Path);
        var media = Media(2);
        producer.Send(media);
        await WaitForEndAsync(host);
        using var response = await producer.EndAsync();
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("the recording was closed: no byte came for 0.3 s", answer.RootElement.GetProperty("notice").GetString());
        Assert.Equal(media, await host.Client.GetByteArrayAsync("/video/range?id=live"));
    }

    [Fact]
    public async Task Record_LeftByAProcessThatEnded_IsRecoveredAfterAWhile()
    {
        var media = Media(4);
        foreach (var isThereAtTheStart in (bool[])[true, false])
        {
            var folder = Directory.CreateTempSubdirectory("harmony4-left-").FullName;
            try
            {
                if (isThereAtTheStart)
                {
                    await LeaveAsync(folder, media);
                }

                await using var host = await TestHost.StartAsync(s => s.AddSingleton<IContainerStore>(new FolderContainerStore(folder)), options: o => o.LiveTimeout = TimeSpan.FromMilliseconds(200));
                if (!isThereAtTheStart)
                {
                    await LeaveAsync(folder, media);
                    using var info = JsonDocument.Parse(await host.Client.GetStringAsync("/video/info?id=live"));
                    Assert.Equal("incomplete", info.RootElement.GetProperty("integrity").GetString());
                }

                await WaitForEndAsync(host);
                var stream = await host.Client.GetByteArrayAsync("/video/range?id=live");
                Assert.Equal(media[..stream.Length], stream);
                Assert.Equal(3 * BlockSize, stream.Length);
                Assert.Equal(["live"], Directory.GetFiles(folder).Select(System.IO.Path.GetFileName));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    [Fact]
    public async Task Record_WholeContainerWithAMarkLeft_KeepsItsBytes()
    {
        await using var host = await TestHost.StartAsync(options: o => o.LiveTimeout = TimeSpan.FromMilliseconds(50));
        host.PutVector("signed", "h4mk-1.1/signed-hmac.h4mk");
        host.Put(".live-signed", []);
        var bytes = await File.ReadAllBytesAsync(System.IO.Path.Combine(host.Folder, "signed"));
        using (var first = await host.GetAsync("/video/info?id=signed"))
        {
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        }

        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (File.Exists(System.IO.Path.Combine(host.Folder, ".live-signed")))
        {
            Assert.True(watch.Elapsed < Patience);
            await Task.Delay(20);
        }

        Assert.Equal(bytes, await host.Client.GetByteArrayAsync("/containers/signed"));
    }

    [Fact]
    public async Task Record_OverARecording_Is409_AndOverAContainer_AsTheConditionsSay()
    {
        await using var host = await TestHost.StartAsync();
        await using var producer = Producer.Start(host, Path);
        producer.Send(Media(2));
        using (await WaitForBlocksAsync(host, 2))
        {
        }

        using (var second = await host.Client.PostAsync(Path, new ByteArrayContent(Media(1))))
        {
            await Problems.CheckAsync(second, 409);
        }

        using (var plain = await host.Client.PostAsync("/video/export?id=live", new ByteArrayContent(Media(1))))
        {
            await Problems.CheckAsync(plain, 409);
        }

        using (var request = new HttpRequestMessage(HttpMethod.Delete, "/containers/live") { Headers = { { "If-Match", "*" } } })
        using (var deleted = await host.Client.SendAsync(request))
        {
            await Problems.CheckAsync(deleted, 412);
        }

        using (await producer.EndAsync())
        {
        }

        await using var third = Producer.Start(host, Path, ("If-None-Match", "*"));
        third.Send(Media(1));
        using (var refused = await third.EndAsync())
        {
            await Problems.CheckAsync(refused, 412);
        }

        Assert.Equal(2 * BlockSize, (await host.Client.GetByteArrayAsync("/video/range?id=live")).Length);
        await using var fourth = Producer.Start(host, Path);
        fourth.Send(Media(3));
        using (var replaced = await fourth.EndAsync())
        {
            Assert.Equal(HttpStatusCode.Created, replaced.StatusCode);
        }

        Assert.Equal(3 * BlockSize, (await host.Client.GetByteArrayAsync("/video/range?id=live")).Length);
    }

    [Theory]
    [InlineData("/video/export?live=1", 400)]
    [InlineData("/video/export?live=1&id=a&spec=1.0", 400)]
    [InlineData("/video/export?live=1&id=a&mask=1", 400)]
    [InlineData("/video/export?live=1&id=.a", 400)]
    public async Task Record_AskedWrongly_IsRefusedAndLeavesNothing(string path, int status)
    {
        await using var host = await TestHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Media(1)), Headers = { { "Harmony4-Key", new string('a', 64) } } };
        using var response = await host.Client.SendAsync(request);
        await Problems.CheckAsync(response, status);
        Assert.Empty(Directory.GetFiles(host.Folder));
    }

    [Fact]
    public async Task Record_InAStoreThatShowsOnlyWhatIsWhole_Is501()
    {
        await using var host = await TestHost.StartAsync(s => s.AddSingleton<IContainerStore>(new MemoryContainerStore()));
        using var response = await host.Client.PostAsync(Path, new ByteArrayContent(Media(1)));
        await Problems.CheckAsync(response, 501);
    }

    [Fact]
    public async Task Record_ManyAtOnce_AreEachTheirOwn()
    {
        await using var host = await TestHost.StartAsync(options: o => o.MaxOpenContainers = 2);
        var producers = Enumerable.Range(0, 6).Select(i => Producer.Start(host, Path.Replace("id=live", $"id=live{i}", StringComparison.Ordinal))).ToArray();
        for (var i = 0; i < producers.Length; i++)
        {
            producers[i].Send(Media(2 + i, (byte)i));
        }

        for (var i = 0; i < producers.Length; i++)
        {
            using var info = await WaitForBlocksAsync(host, 2 + i, $"live{i}");
            Assert.Equal(Media(2 + i, (byte)i), await host.Client.GetByteArrayAsync($"/video/range?id=live{i}"));
        }

        foreach (var producer in producers)
        {
            using var response = await producer.EndAsync();
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            await producer.DisposeAsync();
        }
    }

    [Fact]
    public async Task Record_ByAnotherHostOnceMore_IsNotTakenForTheOneBefore()
    {
        await using var host = await TestHost.StartAsync();

        // Another host over the same folder, of which this one hears nothing.
        var other = new FolderContainerStore(host.Folder);
        foreach (var blocks in (int[])[3, 2])
        {
            var whole = new MemoryStream();
            await new MediaTransport().ExportAsync(new MemoryStream(Media(blocks)), whole, new ExportOptions { Segment = "fixed", SegmenterOptions = new() { BlockSize = BlockSize } });
            await using var upload = await other.CreateAsync("live");
            await upload.Output.WriteAsync(whole.ToArray().AsMemory(0, (int)whole.Length - 500));
            Assert.True(await upload.PublishAsync(replace: true));
            using (await WaitForBlocksAsync(host, blocks))
            {
            }

            await upload.Output.WriteAsync(whole.ToArray().AsMemory((int)whole.Length - 500));
            await upload.Output.FlushAsync();
            Assert.Equal(Media(blocks), await host.Client.GetByteArrayAsync("/video/range?id=live"));
            Assert.NotNull(await upload.CommitAsync(replace: true));
        }
    }

    private static byte[] Media(int blocks, byte seed = 7)
    {
        var bytes = new byte[blocks * BlockSize];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Leaves what a killed process would: a recording whose last block is half written.</summary>
    private static async Task LeaveAsync(string folder, byte[] media)
    {
        var store = new FolderContainerStore(folder);
        var whole = new MemoryStream();
        var options = new ExportOptions { Segment = "fixed", SegmenterOptions = new() { BlockSize = BlockSize } };
        await new MediaTransport().ExportAsync(new MemoryStream(media), whole, options);
        await using var upload = await store.CreateAsync("live");
        await using var container = await H4mkContainer.OpenAsync(whole.ToArray());
        var last = await container.GetBlockAsync(0, 3);
        await upload.Output.WriteAsync(whole.ToArray().AsMemory(0, (int)last.FileOffset + 1000));
        Assert.True(await upload.PublishAsync(replace: false));
    }

    private static async Task<JsonDocument> WaitForBlocksAsync(TestHost host, int count, string id = "live")
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            using var response = await host.GetAsync($"/video/info?id={id}");
            if (response.StatusCode == HttpStatusCode.OK)
            {
                var info = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
                if (info.RootElement.GetProperty("blocks").GetInt32() >= count)
                {
                    return info;
                }

                info.Dispose();
            }

            Assert.True(watch.Elapsed < Patience, $"{response.StatusCode} after {watch.Elapsed}");
            await Task.Delay(20);
        }
    }

    private static async Task WaitForEndAsync(TestHost host)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            using var response = await host.GetAsync("/video/info?id=live&verify=1");
            var text = await response.Content.ReadAsStringAsync();
            if (text.Contains("\"integrity\":\"unsigned\"", StringComparison.Ordinal))
            {
                return;
            }

            Assert.True(watch.Elapsed < Patience, text);
            await Task.Delay(20);
        }
    }
}
