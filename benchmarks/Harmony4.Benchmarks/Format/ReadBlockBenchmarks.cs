using System.Buffers;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Harmony4.Format;

namespace Harmony4.Benchmarks.Format;

/// <summary>What does a verified block at random cost beyond reading and hashing its bytes? The file is cached by the system.</summary>
[MemoryDiagnoser, MinColumn]
public class ReadBlockBenchmarks
{
    private const int BlockLength = 512 * 1024;
    private readonly Random _random = new(5);
    private readonly byte[] _buffer = new byte[BlockLength];
    private readonly ArrayBufferWriter<byte> _destination = new(BlockLength + 12);
    private string _path = "";
    private H4mkContainer? _container;
    private Microsoft.Win32.SafeHandles.SafeFileHandle? _file;
    private long[] _offsets = [];

    [GlobalSetup]
    public async Task Setup()
    {
        var blocks = Sample.Blocks(Sample.Payload(), BlockLength);
        _path = Path.GetTempFileName();
        await using (var writer = H4mkContainerWriter.Create(File.Create(_path)))
        {
            for (var i = 0; i < blocks.Length; i++)
            {
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i * 40_000, IsKey = true }, blocks[i]);
            }

            await writer.CompleteAsync();
        }

        _container = await H4mkContainer.OpenAsync(_path);
        _offsets = new long[blocks.Length];
        for (var i = 0; i < blocks.Length; i++)
        {
            _offsets[i] = (await _container.GetBlockAsync(0, i)).FileOffset;
        }

        _file = File.OpenHandle(_path);
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        _file!.Dispose();
        await _container!.DisposeAsync();
        File.Delete(_path);
    }

    [Benchmark(Baseline = true)]
    public byte[] ReadAndHash()
    {
        RandomAccess.Read(_file!, _buffer, _offsets[_random.Next(_offsets.Length)]);
        return SHA256.HashData(_buffer);
    }

    [Benchmark]
    public async Task<int> ReadBlock()
    {
        _destination.ResetWrittenCount();
        return await _container!.ReadBlockAsync(0, _random.Next(_offsets.Length), _destination);
    }
}
