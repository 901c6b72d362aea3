using BenchmarkDotNet.Attributes;

namespace Harmony4.Benchmarks.Http;

/// <summary>How many times faster than real time do audio tokens come as server-sent events? One minute of 48 kHz sound; the limit is real time.</summary>
[MemoryDiagnoser]
public class AudioEventBenchmarks
{
    private const int Seconds = 60;
    private const int SampleRate = 48_000;

    private readonly byte[] _sound = new byte[2 * SampleRate * Seconds];
    private readonly byte[] _buffer = new byte[256 * 1024];
    private LoopbackHost? _host;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        new Random(4).NextBytes(_sound);
        _host = await LoopbackHost.StartAsync(1, checkBlocks: true);
    }

    [GlobalCleanup]
    public async Task CleanupAsync() => await _host!.DisposeAsync();

    /// <summary>Divide 60 s by the mean: real time is a factor of 1.</summary>
    [Benchmark(Baseline = true)]
    public async Task<long> OneMinute()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/audio/stream") { Content = new ByteArrayContent(_sound) };
        using var response = await _host!.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();
        long total = 0;
        int count;
        while ((count = await body.ReadAsync(_buffer)) > 0)
        {
            total += count;
        }

        // A token takes some 75 bytes: 2,811 frames of 32.
        return total > 5_000_000 ? total : throw new InvalidOperationException($"expected the tokens of a minute, found {total} bytes");
    }
}
