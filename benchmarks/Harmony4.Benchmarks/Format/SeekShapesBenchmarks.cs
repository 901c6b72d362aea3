using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Harmony4.Format;

namespace Harmony4.Benchmarks.Format;

/// <summary>Does a table whose times are made to defeat a guess cost more than a plain binary search over the same wire bytes?</summary>
[MemoryDiagnoser, MinColumn]
public class SeekShapesBenchmarks
{
    private const int Count = 1_000_000;
    private const int Queries = 1 << 16;

    private byte[] _payload = [];
    private ulong[] _queries = [];
    private SeekTable _table = SeekTable.Parse(new byte[4]);

    [ParamsAllValues]
    public SeekShape Times { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var times = SeekShapes.Make(Times, Count);
        _queries = SeekShapes.Queries(times, Queries);
        _payload = SeekShapes.Payload(times);
        _table = SeekTable.Parse(_payload);
        if (BinarySearchOnWire() != SeekTableLookup())
        {
            throw new InvalidOperationException("the answers differ");
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Queries)]
    public long BinarySearchOnWire()
    {
        // As good as a plain search gets: no bounds checks, one byte swap a step.
        ref var entries = ref MemoryMarshal.GetReference(_payload.AsSpan(4));
        var sum = 0L;
        foreach (var query in _queries)
        {
            int low = 0, high = Count;
            while (low < high)
            {
                var middle = (int)(((uint)low + (uint)high) >> 1);
                var pts = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref entries, (nint)middle * 16)));
                if (pts <= query)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            sum += low - 1;
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
