using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <summary>Hashes blocks beside the writing of them: a batch is filled while up to two are hashed. Digests reach the index when a page needs them.</summary>
/// <param name="index">Receives the digests.</param>
/// <param name="memory">Bytes that the copies may take.</param>
internal sealed class BlockHasher(RecordedIndex index, int memory) : IDisposable
{
    // A longer block fills no lane with others: the platform hashes it as it comes.
    private const int LargestBatched = 1024 * 1024;

    // Those of the first blocks of three batches.
    private const int FirstGaps = 54;

    // Two threads hash about as fast as one can check, copy and hand on.
    private const int MostRunning = 2;

    private readonly IncrementalHash _large = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private readonly Queue<HashBatch> _running = new(MostRunning);

    // The one that was used last is filled next: where batches are long, so that only one may run, the third never takes memory.
    private readonly Stack<HashBatch> _free = new([new(memory / 2), new(memory / 2)]);
    private HashBatch _filling = new(memory / 2);

    /// <summary>Bytes that the copies of blocks take.</summary>
    public long Capacity => _filling.Capacity + _running.Concat(_free).Sum(b => (long)b.Capacity);

    /// <summary>The most bytes that the copies take once so many blocks have come: their arrays grow by doubling, and there are gaps between them.</summary>
    public long MostMemory(long payloadLength, long blockCount) => Math.Min(3L * memory / 2, 4 * payloadLength) + (HashBatch.Gap * Math.Min(3L * HashBatch.MaxCount, (2 * blockCount) + FirstGaps));

    /// <summary>Takes a block, whose bytes are no longer needed once the call ends.</summary>
    public ValueTask AddAsync(int track, int place, in ReadOnlySequence<byte> payload)
    {
        if (payload.Length > LargestBatched || payload.Length > memory / 2)
        {
            HashNow(track, place, payload);
            return ValueTask.CompletedTask;
        }

        if (!_filling.Fits(payload.Length))
        {
            return StartAndAddAsync(track, place, payload);
        }

        _filling.Add(track, place, payload);
        return _filling.HasEnough ? StartAsync() : ValueTask.CompletedTask;
    }

    /// <summary>Ends when the digests of all blocks so far are in the index.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask DrainAsync()
    {
        if (_filling.Count > 0)
        {
            await StartAsync().ConfigureAwait(false);
        }

        while (_running.Count > 0)
        {
            await RetireOldestAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _large.Dispose();
        _filling.Dispose();
        foreach (var batch in _running.Concat(_free))
        {
            batch.Dispose();
        }
    }

    private void HashNow(int track, int place, in ReadOnlySequence<byte> payload)
    {
        foreach (var segment in payload)
        {
            _large.AppendData(segment.Span);
        }

        Span<byte> digest = stackalloc byte[Sha256Digest.SizeInBytes];
        _large.GetHashAndReset(digest);
        index.Tracks[track].SetDigest(place, digest);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask StartAndAddAsync(int track, int place, ReadOnlySequence<byte> payload)
    {
        await StartAsync().ConfigureAwait(false);
        _filling.Add(track, place, payload);
    }

    /// <summary>Starts hashing what was filled, and waits until there is room to fill another batch.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask StartAsync()
    {
        while (_running.Count > 0 && (_running.Count == MostRunning || _running.Peek().Length + _filling.Length > memory / 2))
        {
            await RetireOldestAsync().ConfigureAwait(false);
        }

        _filling.Start();
        _running.Enqueue(_filling);
        _filling = _free.Pop();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RetireOldestAsync()
    {
        var batch = _running.Peek();
        await batch.WaitAsync().ConfigureAwait(false);
        batch.Retire(index);
        _free.Push(_running.Dequeue());
    }
}
