using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Harmony4.Benchmarks.Format;
using Harmony4.Format;
using Harmony4.Tokenization;
using Microsoft.Win32.SafeHandles;

namespace Harmony4.Benchmarks.Transport;

/// <summary>Reading, verifying and opening a random sealed block of 512 KiB from a cached file: against <c>pread</c>, SHA-256 and AES-GCM of as many bytes.</summary>
[MemoryDiagnoser, MinColumn]
public class OpenSealedBlockBenchmarks
{
    private const int BlockLength = 512 * 1024;
    private const int Count = Sample.Length / BlockLength;

    private readonly string _path = Path.GetTempFileName();
    private readonly AesGcm _bare = new(new byte[32], 16);
    private readonly byte[] _nonce = new byte[12];
    private readonly byte[] _tag = new byte[16];
    private readonly byte[] _associatedData = new byte[48];
    private readonly byte[] _stored = new byte[BlockLength];
    private readonly byte[] _plain = new byte[BlockLength];
    private readonly int[] _order = [.. Enumerable.Range(0, Count)];
    private H4mkContainer? _container;
    private ContainerKeys? _keys;
    private Stream? _stream;
    private SafeFileHandle? _file;

    [GlobalSetup]
    public async Task Setup()
    {
        var payload = Sample.Payload();
        using var key = SealKey.Read(payload.AsSpan(0, 32));
        await using (var output = File.Create(_path))
        {
            await new MediaTransport().ExportAsync(
                new MemoryStream(payload),
                output,
                new ExportOptions { Segment = "fixed", SegmenterOptions = new SegmenterOptions { BlockSize = BlockLength }, Seal = new SealOptions { Key = key } });
        }

        _container = await H4mkContainer.OpenAsync(_path);
        _keys = await ContainerKeys.TryOpenAsync(_container, key);
        _stream = (await SealedTrack.ReadAsync(_container)).OpenStream(_keys!);
        _file = File.OpenHandle(_path);
        new Random(7).Shuffle(_order);

        // The tag of what the bare cipher opens: it opens the bytes of the first block.
        RandomAccess.Read(_file, _stored, 0);
        _bare.Encrypt(_nonce, payload.AsSpan(0, BlockLength), _stored, _tag, _associatedData);
        if (await SealedBlocks() != _order.Sum(i => payload[(i * BlockLength) + 100]))
        {
            throw new InvalidOperationException("the blocks do not open");
        }
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _stream!.DisposeAsync();
        _keys!.Dispose();
        await _container!.DisposeAsync();
        _file!.Dispose();
        _bare.Dispose();
        File.Delete(_path);
    }

    /// <summary>Reads and hashes the bytes of each block; what is decrypted is one block's, for whose tag a key is at hand.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public int BareCipherAndHash()
    {
        var sum = 0;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var i in _order)
        {
            RandomAccess.Read(_file!, _plain, (long)i * BlockLength);
            SHA256.HashData(_plain, digest);
            _bare.Decrypt(_nonce, _stored, _tag, _plain, _associatedData);
            sum += _plain[100] ^ digest[0];
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public async Task<int> SealedBlocks()
    {
        var sum = 0;
        foreach (var i in _order)
        {
            _stream!.Position = (long)i * BlockLength;
            await _stream.ReadExactlyAsync(_plain);
            sum += _plain[100];
        }

        return sum;
    }
}
