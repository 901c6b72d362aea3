using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <summary>Hashes blocks beside the writing of them: one batch is filled while the other is hashed. Digests reach the index when a page needs them.</summary>
internal sealed class BlockHasher(RecordedIndex index) : IDisposable
{
    // A longer block fills no lane with others: the platform hashes it as it comes.
    private const int LargestBatched = 1024 * 1024;

    private readonly IncrementalHash _large = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private HashBatch _filling = new();
    private HashBatch _hashing = new();

    /// <summary>Takes a block, whose bytes are no longer needed once the call ends.</summary>
    public ValueTask AddAsync(int track, int place, in ReadOnlySequence<byte> payload)
    {
        if (payload.Length > LargestBatched)
        {
            HashNow(track, place, payload);
            return ValueTask.CompletedTask;
        }

        if (!_filling.Fits(payload.Length))
        {
            return SwapAndAddAsync(track, place, payload);
        }

        _filling.Add(track, place, payload);
        return _filling.HasEnough ? SwapAsync() : ValueTask.CompletedTask;
    }

    /// <summary>Ends when the digests of all blocks so far are in the index.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask DrainAsync()
    {
        if (_filling.Count > 0)
        {
            await SwapAsync().ConfigureAwait(false);
        }

        await RetireAsync(_hashing).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _large.Dispose();
        _filling.Dispose();
        _hashing.Dispose();
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
    private async ValueTask SwapAndAddAsync(int track, int place, ReadOnlySequence<byte> payload)
    {
        await SwapAsync().ConfigureAwait(false);
        _filling.Add(track, place, payload);
    }

    /// <summary>Starts hashing what was filled, once what was hashed before is done.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SwapAsync()
    {
        await RetireAsync(_hashing).ConfigureAwait(false);
        (_filling, _hashing) = (_hashing, _filling);
        _hashing.Start();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RetireAsync(HashBatch batch)
    {
        if (batch.IsRunning)
        {
            await batch.WaitAsync().ConfigureAwait(false);
            batch.Retire(index);
        }
    }
}
