using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Harmony4.Transport.Crypto;

namespace Harmony4.Benchmarks.Crypto;

/// <summary>What do frames, associated data and key handling add to the bare cipher?</summary>
[MemoryDiagnoser]
public class SealingBenchmarks
{
    private readonly AesGcm _bare = new(new byte[32], 16);
    private readonly byte[] _nonce = new byte[12];
    private readonly byte[] _tag = new byte[16];
    private readonly byte[] _associatedData = new byte[48];
    private byte[] _plaintext = [];
    private byte[] _stored = [];
    private byte[] _sealedOnce = [];
    private BlockSealer _sealer = null!;
    private BlockOpener _opener = null!;
    private ulong _ordinal;

    [Params(4096, 524_288)]
    public int BlockLength { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _plaintext = new byte[BlockLength];
        _stored = new byte[BlockSealer.GetSealedLength(BlockLength)];
        using var key = ContentKey.CreateRandom();
        var parameters = SealParameters.CreateRandom(key);
        _sealer = new BlockSealer(key, parameters, 0);
        if (!BlockOpener.TryCreate(key, parameters, 0, out var opener))
        {
            throw new InvalidOperationException("The key does not fit.");
        }

        _opener = opener;
        _sealer.Seal(default, _plaintext, _stored);
        _sealedOnce = _stored.ToArray();
        if (!Open())
        {
            throw new InvalidOperationException("The block does not open.");
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _sealer.Dispose();
        _opener.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void BareAesGcm() => _bare.Encrypt(_nonce, _plaintext, _stored.AsSpan(16, BlockLength), _tag, _associatedData);

    [Benchmark]
    public int Seal() => _sealer.Seal(new BlockContext(0, ++_ordinal, 0, 0, 0), _plaintext, _stored);

    [Benchmark]
    public bool Open() => _opener.TryOpen(default, _sealedOnce, _plaintext, out _);
}
