using System.Net;
using System.Text.Json;
using Harmony4.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Harmony4.AspNetCore.Tests;

/// <summary>Track streams of 1.1 containers: tags, tracks, ranges, and what happens when a stored byte changes.</summary>
public sealed class TrackStream11Tests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("&track=0", 0)]
    [InlineData("&track=1", 1)]
    [InlineData("&track=7", 7)]
    public async Task Range_EachTrackOfABundle_IsServedUnderItsRoot(string query, int track)
    {
        await using var host = await StartAsync();
        var bytes = await Vectors11.StreamAsync("bundle.h4mk", track);
        using var response = await host.GetAsync("/video/range?id=bundle" + query);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"\"{Vectors11.Root("bundle.h4mk", track)}\"", response.Headers.ETag!.ToString());
        Assert.Equal("bytes", response.Headers.AcceptRanges.Single());
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync());

        using var part = await host.GetAsync("/video/range?id=bundle" + query, ("Range", "bytes=30-99"), ("If-Range", response.Headers.ETag.ToString()));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal($"bytes 30-99/{bytes.Length}", part.Content.Headers.ContentRange!.ToString());
        Assert.Equal(bytes[30..100], await part.Content.ReadAsByteArrayAsync());

        using var head = await host.SendAsync(HttpMethod.Head, "/video/range?id=bundle" + query);
        Assert.Equal(bytes.Length, head.Content.Headers.ContentLength);
        Assert.Equal(response.Headers.ETag, head.Headers.ETag);

        using var same = await host.GetAsync("/video/range?id=bundle" + query, ("If-None-Match", response.Headers.ETag.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        using var beyond = await host.GetAsync("/video/range?id=bundle" + query, ("Range", $"bytes={bytes.Length}-"));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        Assert.Equal($"bytes */{bytes.Length}", beyond.Content.Headers.ContentRange!.ToString());
        using var other = await host.GetAsync("/video/range?id=bundle" + query, ("If-Match", $"\"{Vectors11.Root("bundle.h4mk", track == 7 ? 0 : 7)}\""));
        await Problems.CheckAsync(other, 412);
    }

    [Theory]
    [InlineData("/video/range?id=bundle&track=2", 404)]
    [InlineData("/video/range?id=bundle&track=65536", 404)]
    [InlineData("/video/range?id=bundle&track=-1", 400)]
    [InlineData("/video/seek?id=bundle&pts=0&track=2", 404)]
    [InlineData("/video/seek?id=bundle&pts=0&track=2&proof=1", 404)]
    [InlineData("/video/seek?id=none&pts=0&proof=1", 404)]
    [InlineData("/video/seek?id=bundle&pts=9223372036854775808&proof=1", 400)]
    [InlineData("/video/seek?id=bundle&pts=0&proof=2", 400)]
    [InlineData("/video/seek?id=no-keys&pts=5&proof=1", 404)]
    [InlineData("/video/seek?id=one&pts=0&proof=1", 404)]
    [InlineData("/containers/bundle/blocks/2/0", 404)]
    [InlineData("/containers/bundle/blocks/1/7", 404)]
    [InlineData("/video/range?id=cut", 422)]
    [InlineData("/video/info?id=cut&verify=1", 422)]
    public async Task Get_WhatIsNotThere_IsAProblem(string path, int status)
    {
        await using var host = await StartAsync();
        host.Put("no-keys", Vectors11.Read("no-keys.h4mk"));
        host.Put("cut", Vectors11.Read("cut-mid.h4mk"));
        using var response = await host.GetAsync(path);
        await Problems.CheckAsync(response, status);
    }

    [Theory]
    [InlineData("0-0")]
    [InlineData("2999-3000")]
    [InlineData("3001-3001")]
    [InlineData("0-9999")]
    public async Task Range_OneChangedByte_IsNeverServed(string range)
    {
        var log = new WarningLog();
        await using var host = await TestHost.StartAsync(services => services.AddLogging(logging => logging.AddProvider(log)));
        var file = await Vectors11.RecordAsync(10, 1000);
        host.Put("bad", await Vectors11.DamageAsync(file, 3));
        using var response = await host.GetAsync("/video/range?id=bad", ("Range", $"bytes={range}"));
        if (range == "0-0")
        {
            Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
            Assert.DoesNotContain(log.Lines, IsOfTheRequest);
            return;
        }

        // Short enough to be judged before the response starts; of the damaged block no byte goes out, also not a sound one.
        using var problem = await Problems.CheckAsync(response, 422);
        Assert.Equal("block", problem.RootElement.GetProperty("code").GetString());
        Assert.True(problem.RootElement.GetProperty("offset").GetInt64() > 0);
        Assert.Null(response.Headers.ETag);
        var line = log.Lines.Single(IsOfTheRequest);
        Assert.StartsWith("Warning /video/range: the stored file is not sound, container bad: ", line, StringComparison.Ordinal);
        Assert.Contains("block 3", line, StringComparison.Ordinal);

        static bool IsOfTheRequest(string line) => line.Contains("/video/range", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Range_DamageFarBehindTheStart_CutsTheResponseAndIsLogged()
    {
        var log = new WarningLog();
        await using var host = await TestHost.StartAsync(services => services.AddLogging(logging => logging.AddProvider(log)));
        var file = await Vectors11.RecordAsync(40, 100_000);
        host.Put("bad", await Vectors11.DamageAsync(file, 30));
        using var response = await host.GetAsync("/video/range?id=bad");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync();
        var received = new MemoryStream();
        await Assert.ThrowsAnyAsync<Exception>(() => body.CopyToAsync(received));
        Assert.True(received.Length <= 3_000_000, $"{received.Length}");
        Assert.Contains(log.Lines, line => line.StartsWith("Warning /video/range: the response was cut short", StringComparison.Ordinal) && line.Contains("block 30", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));

        using var before = await host.GetAsync("/video/range?id=bad", ("Range", "bytes=0-2999999"));
        Assert.Equal(3_000_000, (await before.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task Range_CheckingOff_ServesWhatIsStored()
    {
        await using var host = await TestHost.StartAsync(options: o => o.CheckBlocks = false);
        host.Put("bad", await Vectors11.DamageAsync(await Vectors11.RecordAsync(10, 1000), 3));
        Assert.Equal(10_000, (await host.Client.GetByteArrayAsync("/video/range?id=bad")).Length);
    }

    [Fact]
    public async Task Range_DamagedPageOfTheIndex_IsAProblem()
    {
        await using var host = await TestHost.StartAsync();
        var file = await Vectors11.RecordAsync(10, 1000);
        await using (var container = await Format.H4mkContainer.OpenAsync(file))
        {
            await foreach (var page in container.EnumerateChunksAsync(Format.ChunkTag.Indx))
            {
                file[page.PayloadOffset + 20] ^= 1;
            }
        }

        host.Put("bad", file);
        using var response = await host.GetAsync("/video/range?id=bad");
        await Problems.CheckAsync(response, 422);
    }

    [Fact]
    public async Task Range_ManyClientsOverSeveralPages_GetTheirOwnBytes()
    {
        var store = new CountingStore();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<IContainerStore>(store));
        store.Inner.Set("many", await Vectors11.RecordAsync(64, 3000, pageLog2: 2));
        var whole = Enumerable.Range(0, 64).SelectMany(i => Vectors.SeededBytes($"block {i}", 3000)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 48).Select(async i =>
        {
            var start = i * 3_900;
            using var response = await host.GetAsync("/video/range?id=many", ("Range", $"bytes={start}-{start + 8_191}"));
            Assert.Equal(whole[start..Math.Min(start + 8_192, whole.Length)], await response.Content.ReadAsByteArrayAsync());
        }));
        Assert.Equal(1, store.Opened);
    }

    [Fact]
    public async Task Get_FileReplacedByAnother_HasItsTagsAtOnce()
    {
        await using var host = await StartAsync();
        using var before = await host.GetAsync("/video/range?id=bundle");
        host.Put("bundle", Vectors11.Read("one-track.h4mk"));
        using var after = await host.GetAsync("/video/range?id=bundle", ("If-None-Match", before.Headers.ETag!.ToString()));
        Assert.Equal($"\"{Vectors11.Root("one-track.h4mk", 0)}\"", after.Headers.ETag!.ToString());
    }

    [Fact]
    public async Task Get_UpgradedContainer_HasItsRootAsTag()
    {
        await using var host = await StartAsync();
        host.Put("upgraded", Vectors11.Read("upgraded.h4mk"));
        using var response = await host.GetAsync("/video/range?id=upgraded");
        Assert.Equal($"\"{Vectors11.Root("upgraded.h4mk", 0)}\"", response.Headers.ETag!.ToString());
        Assert.Equal(await Vectors11.StreamAsync("upgraded.h4mk", 0), await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(100_000, "key-at-100000.proof")]
    [InlineData(long.MaxValue, "key-at-end.proof")]
    public async Task Seek_WithProof_AddsItToTheAnswer(long pts, string vector)
    {
        await using var host = await StartAsync();
        using var plain = JsonDocument.Parse(await host.Client.GetStringAsync($"/video/seek?id=one&pts={pts}"));
        using var proven = JsonDocument.Parse(await host.Client.GetStringAsync($"/video/seek?id=one&pts={pts}&proof=1"));
        Assert.Equal(Convert.ToBase64String(Vectors11.Read(vector)), proven.RootElement.GetProperty("proof").GetString());
        Assert.False(plain.RootElement.TryGetProperty("proof", out _));
        foreach (var name in new[] { "pts", "offset", "block", "file_offset" })
        {
            Assert.Equal(plain.RootElement.GetProperty(name).GetInt64(), proven.RootElement.GetProperty(name).GetInt64());
        }
    }

    [Fact]
    public async Task Seek_EachTrack_FindsWhatTheManifestSays()
    {
        await using var host = await StartAsync();
        foreach (var seek in Vectors11.Case("bundle.h4mk").GetProperty("seeks").EnumerateArray())
        {
            var path = $"/video/seek?id=bundle&track={seek.GetProperty("track").GetInt32()}&pts={seek.GetProperty("pts").GetUInt64()}";
            using var response = await host.GetAsync(path);
            if (seek.GetProperty("ordinal").ValueKind == JsonValueKind.Null)
            {
                await Problems.CheckAsync(response, 404);
                continue;
            }

            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            Assert.Equal(seek.GetProperty("ordinal").GetInt64(), json.RootElement.GetProperty("block").GetInt64());
            Assert.Equal(seek.GetProperty("stream_offset").GetInt64(), json.RootElement.GetProperty("offset").GetInt64());
        }
    }

    private static async Task<TestHost> StartAsync()
    {
        var host = await TestHost.StartAsync();
        host.Put("bundle", Vectors11.Read("bundle.h4mk"));
        host.Put("one", Vectors11.Read("one-track.h4mk"));
        return host;
    }

    private sealed class WarningLog : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception?.Message}");

        public void Dispose()
        {
        }
    }
}
