using System.Net;
using System.Net.Http.Headers;
using BenchmarkDotNet.Attributes;

namespace Harmony4.Benchmarks.Http;

/// <summary>How fast is a range of a track stream, against ASP.NET Core's static files with the same bytes? Server and client share the machine.</summary>
[MemoryDiagnoser]
public class RangeBenchmarks
{
    private const int MediaLength = 128 * 1024 * 1024;
    private const int First = 1000;

    private readonly byte[] _buffer = new byte[256 * 1024];
    private LoopbackHost? _checked;
    private LoopbackHost? _plain;

    /// <summary>Bytes of a range: a small part of a block, a player's piece, and most of the stream.</summary>
    [Params(64 * 1024, 1024 * 1024, 100 * 1024 * 1024)]
    public int Length { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _checked = await LoopbackHost.StartAsync(MediaLength, checkBlocks: true);
        _plain = await LoopbackHost.StartAsync(MediaLength, checkBlocks: false);
        var (track, file) = (await ReadAsync(_checked, LoopbackHost.TrackPath), await ReadAsync(_checked, LoopbackHost.FilePath));
        if (!track.AsSpan().SequenceEqual(file))
        {
            throw new InvalidOperationException("expected the same bytes from both");
        }
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _checked!.DisposeAsync();
        await _plain!.DisposeAsync();
    }

    [Benchmark(Baseline = true)]
    public Task<long> StaticFile() => DrainAsync(_checked!, LoopbackHost.FilePath);

    [Benchmark]
    public Task<long> TrackStream() => DrainAsync(_checked!, LoopbackHost.TrackPath);

    [Benchmark]
    public Task<long> TrackStreamUnchecked() => DrainAsync(_plain!, LoopbackHost.TrackPath);

    private static async Task<byte[]> ReadAsync(LoopbackHost host, string path)
    {
        using var request = Request(path, 300_000);
        using var response = await host.Client.SendAsync(request);
        return await response.Content.ReadAsByteArrayAsync();
    }

    private static HttpRequestMessage Request(string path, int length)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Range = new RangeHeaderValue(First, First + length - 1);
        return request;
    }

    private async Task<long> DrainAsync(LoopbackHost host, string path)
    {
        using var request = Request(path, Length);
        using var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (response.StatusCode != HttpStatusCode.PartialContent)
        {
            throw new InvalidOperationException($"expected 206, found {response.StatusCode}");
        }

        await using var body = await response.Content.ReadAsStreamAsync();
        long total = 0;
        int count;
        while ((count = await body.ReadAsync(_buffer)) > 0)
        {
            total += count;
        }

        return total == Length ? total : throw new InvalidOperationException($"expected {Length} bytes, found {total}");
    }
}
