using BenchmarkDotNet.Attributes;
using Harmony4.Format;

namespace Harmony4.Benchmarks.Format;

/// <summary>Is a seek among a million evenly spaced keyframes faster than a binary search over an array that someone decoded first?</summary>
[MemoryDiagnoser, MinColumn]
public class SeekEvenBenchmarks
{
    private const int Queries = 1 << 16;

    private ulong[] _times = [];
    private ulong[] _queries = [];
    private SeekTable _table = SeekTable.Parse(new byte[4]);

    [GlobalSetup]
    public void Setup()
    {
        _times = SeekShapes.Make(SeekShape.Even, 1_000_000);
        _queries = SeekShapes.Queries(_times, Queries);
        _table = SeekTable.Parse(SeekShapes.Payload(_times));
        if (ArrayBinarySearch() != SeekTableLookup())
        {
            throw new InvalidOperationException("the answers differ");
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Queries)]
    public long ArrayBinarySearch()
    {
        var sum = 0L;
        foreach (var query in _queries)
        {
            var index = Array.BinarySearch(_times, query);
            sum += index >= 0 ? index : ~index - 1;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Queries)]
    public long SeekTableLookup()
    {
        var sum = 0L;
        foreach (var query in _queries)
        {
            sum += _table.FindIndex(query);
        }

        return sum;
    }
}
