using System.Buffers;
using BenchmarkDotNet.Attributes;
using Harmony4.Format;
using Microsoft.Data.Sqlite;

namespace Harmony4.Benchmarks.Format;

/// <summary>
/// 64 blocks of 512 KiB in random order from a file in the page cache: verified here, against SQLite reading such blobs unverified at its default
/// page size.
/// </summary>
[MemoryDiagnoser, MinColumn]
public class ReadManyBenchmarks
{
    private const int BlockLength = 512 * 1024;
    private const int Blocks = 64;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "harmony4-many-" + Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
    private readonly ArrayBufferWriter<byte> _destination = new(BlockLength + 64);
    private readonly byte[] _buffer = new byte[BlockLength];
    private readonly long[] _order = [.. Enumerable.Range(0, Blocks).Select(i => (long)i)];
    private H4mkContainer? _container;
    private SqliteConnection? _sqlite;
    private SqliteCommand? _select;

    [GlobalSetup]
    public async Task Setup()
    {
        Directory.CreateDirectory(_folder);
        var payload = new byte[Blocks * BlockLength];
        var random = new Random(42);
        random.NextBytes(payload);
        random.Shuffle(_order);
        var blocks = Sample.Blocks(payload, BlockLength);
        await using (var file = File.Create(Path.Combine(_folder, "h4mk")))
        {
            await Sample.WriteAsync(file, blocks);
        }

        PeerStore.WriteSqlite(Path.Combine(_folder, "db"), blocks);
        _container = await H4mkContainer.OpenAsync(Path.Combine(_folder, "h4mk"));
        _sqlite = new SqliteConnection($"Data Source={Path.Combine(_folder, "db")};Mode=ReadOnly;Pooling=False");
        _sqlite.Open();
        _select = _sqlite.CreateCommand();
        _select.CommandText = "SELECT payload FROM block WHERE id = $id";
        _select.Parameters.Add("$id", SqliteType.Integer);
        var sums = new[] { SqliteBlobs(), await ReadBlocks(), await OneByOne() };
        if (sums.Distinct().Count() != 1)
        {
            throw new InvalidOperationException("the answers differ");
        }
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _container!.DisposeAsync();
        _select!.Dispose();
        _sqlite!.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Checks nothing.</summary>
    [Benchmark(Baseline = true)]
    public long SqliteBlobs()
    {
        var sum = 0L;
        foreach (var ordinal in _order)
        {
            _select!.Parameters[0].Value = ordinal;
            using var reader = _select.ExecuteReader();
            reader.Read();
            using var stream = reader.GetStream(0);
            stream.ReadExactly(_buffer);
            sum += _buffer[100];
        }

        return sum;
    }

    /// <summary>Checks each block's SHA-256.</summary>
    [Benchmark]
    public async Task<long> ReadBlocks()
    {
        var sum = 0L;
        await foreach (var block in _container!.ReadBlocksAsync(0, _order))
        {
            sum += block.Payload.Span[100];
        }

        return sum;
    }

    /// <summary>Checks each block's SHA-256.</summary>
    [Benchmark]
    public async Task<long> OneByOne()
    {
        var sum = 0L;
        foreach (var ordinal in _order)
        {
            _destination.ResetWrittenCount();
            await _container!.ReadBlockAsync(0, ordinal, _destination);
            sum += _destination.WrittenSpan[100];
        }

        return sum;
    }
}
