using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Harmony4.Format;

namespace Harmony4.Benchmarks.Format;

/// <summary>How near does full verification (every CRC, VERI, JSON, SEEK) come to the bare SHA-256 of the bytes?</summary>
[MemoryDiagnoser, MinColumn]
public class VerifyBenchmarks
{
    private byte[] _container = [];
    private H4mkContainer? _opened;

    [GlobalSetup]
    public async Task Setup()
    {
        _container = Sample.Container(Sample.Payload(), 512 * 1024);
        _opened = await H4mkContainer.OpenAsync(_container);
        if ((await VerifyContainer()).State != VerificationState.Unsigned)
        {
            throw new InvalidOperationException("the container is not sound");
        }
    }

    [Benchmark(Baseline = true)]
    public byte[] BareSha256() => SHA256.HashData(_container);

    [Benchmark]
    public async Task<VerificationResult> VerifyContainer() => await _opened!.VerifyAsync();
}
