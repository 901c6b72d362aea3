using System.Buffers;
using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using Harmony4.Format;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace Harmony4.Benchmarks.Format;

/// <summary>Find the block at a time and read its 64 KiB, from a file that is open already and in the page cache: against what one would use otherwise.</summary>
[MemoryDiagnoser, MinColumn]
public class SeekAndReadBenchmarks
{
    private const int BlockLength = 64 * 1024;
    private const int Queries = 256;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "harmony4-bench-" + Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
    private readonly ArrayBufferWriter<byte> _destination = new(BlockLength);
    private readonly byte[] _buffer = new byte[BlockLength];
    private long[] _times = [];
    private long[] _queries = [];
    private H4mkContainer? _container;
    private ZipArchive? _zip;
    private SqliteConnection? _sqlite;
    private SqliteCommand? _select;
    private SafeFileHandle? _raw;

    [GlobalSetup]
    public async Task Setup()
    {
        Directory.CreateDirectory(_folder);
        var blocks = Sample.Blocks(Sample.Payload(), BlockLength);
        _times = [.. Enumerable.Range(0, blocks.Length).Select(i => i * 33_333L)];
        _queries = new long[Queries];
        var random = new Random(5);
        for (var i = 0; i < Queries; i++)
        {
            _queries[i] = random.NextInt64(_times[^1]);
        }

        var path = Path.Combine(_folder, "h4mk");
        await using (var file = File.Create(path))
        {
            await using var writer = H4mkContainerWriter.Create(file);
            for (var i = 0; i < blocks.Length; i++)
            {
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)_times[i], IsKey = true }, blocks[i]);
            }

            await writer.CompleteAsync();
        }

        _container = await H4mkContainer.OpenAsync(path);
        using (var file = File.Create(Path.Combine(_folder, "zip")))
        {
            PeerStore.WriteZip(file, blocks);
        }

        _zip = ZipFile.OpenRead(Path.Combine(_folder, "zip"));
        PeerStore.WriteSqlite(Path.Combine(_folder, "db"), blocks);
        _sqlite = new SqliteConnection($"Data Source={Path.Combine(_folder, "db")};Mode=ReadOnly;Pooling=False");
        _sqlite.Open();
        _select = _sqlite.CreateCommand();
        _select.CommandText = "SELECT payload FROM block WHERE pts <= $pts ORDER BY pts DESC LIMIT 1";
        _select.Parameters.Add("$pts", SqliteType.Integer);
        PeerStore.WriteRaw(Path.Combine(_folder, "raw"), blocks);
        _raw = File.OpenHandle(Path.Combine(_folder, "raw"));
        var sums = new[] { await Container(), ZipEntry(), SqliteBlob(), RawFileAndList() };
        if (sums.Distinct().Count() != 1)
        {
            throw new InvalidOperationException("the answers differ");
        }
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _container!.DisposeAsync();
        _zip!.Dispose();
        _select!.Dispose();
        _sqlite!.Dispose();
        _raw!.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Checks the block's CRC.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Queries)]
    public async Task<long> Container()
    {
        var sum = 0L;
        foreach (var query in _queries)
        {
            var keyframe = await _container!.FindKeyframeAsync(0, (ulong)query);
            _destination.ResetWrittenCount();
            await _container.ReadBlockAsync(0, keyframe!.Value.Block!.Value, _destination);
            sum += _destination.WrittenSpan[100];
        }

        return sum;
    }

    /// <summary>Checks no CRC unless the platform does; the times are in a sorted list.</summary>
    [Benchmark(OperationsPerInvoke = Queries)]
    public long ZipEntry()
    {
        var sum = 0L;
        foreach (var query in _queries)
        {
            using var entry = _zip!.Entries[Find(query)].Open();
            entry.ReadExactly(_buffer);
            sum += _buffer[100];
        }

        return sum;
    }

    /// <summary>Checks nothing.</summary>
    [Benchmark(OperationsPerInvoke = Queries)]
    public long SqliteBlob()
    {
        var sum = 0L;
        foreach (var query in _queries)
        {
            _select!.Parameters[0].Value = query;
            using var reader = _select.ExecuteReader();
            reader.Read();
            using var stream = reader.GetStream(0);
            stream.ReadExactly(_buffer);
            sum += _buffer[100];
        }

        return sum;
    }

    /// <summary>Checks nothing; the times are in a sorted list.</summary>
    [Benchmark(OperationsPerInvoke = Queries)]
    public long RawFileAndList()
    {
        var sum = 0L;
        foreach (var query in _queries)
        {
            RandomAccess.Read(_raw!, _buffer, (long)Find(query) * BlockLength);
            sum += _buffer[100];
        }

        return sum;
    }

    private int Find(long query)
    {
        var index = Array.BinarySearch(_times, query);
        return index >= 0 ? index : ~index - 1;
    }
}
