using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Tasks.Sources;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Copies of blocks that are hashed together, in lanes, on another thread. Used anew once its digests are taken.</summary>
/// <param name="maxLength">The most bytes of blocks.</param>
internal sealed class HashBatch(int maxLength) : IThreadPoolWorkItem, IValueTaskSource, IDisposable
{
    public const int MaxCount = 1024;

    // Lanes run full with a multiple of this many blocks.
    private const int LaneMultiple = 16;

    // Enough that starting a thread costs nothing beside the hashing.
    private const int EnoughBytes = 4 * 1024 * 1024;

    // Copies a power of two apart would share sets of the cache, which hold fewer lines than there are lanes: an odd number of lines
    // between them spreads them over all sets.
    public const int Gap = 5 * 64;

    // The arrays of the pool are powers of two: with their gaps, 16 blocks of such a length would take two of theirs.
    private const int LargestPooled = 256 * 1024;

    // As long as there were blocks in a batch: of long ones there are few.
    private ReadOnlyMemory<byte>[] _messages = [];
    private (int Track, int Place)[] _owners = [];
    private byte[] _digests = [];
    private ManualResetValueTaskSourceCore<bool> _done;
    private byte[] _copies = [];
    private bool _isDisposed;

    public int Count { get; private set; }

    /// <summary>Bytes of the blocks.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that the copies take.</summary>
    public int Capacity => _copies.Length;

    /// <summary>The most bytes that the copies take.</summary>
    public int MaxCapacity => maxLength + (MaxCount * Gap);

    /// <summary>Whether hashing has been started and not been waited for.</summary>
    public bool IsRunning { get; private set; }

    public bool HasEnough => Count % LaneMultiple == 0 && (Length >= EnoughBytes || Count == MaxCount);

    public bool Fits(long length) => Count < MaxCount && Length + length <= maxLength;

    /// <summary>Adds a copy of a block.</summary>
    /// <param name="track">The position of its track.</param>
    /// <param name="place">Its place on the track's open page.</param>
    /// <param name="payload">The block.</param>
    public void Add(int track, int place, in ReadOnlySequence<byte> payload)
    {
        // The writer may have been disposed while it waited for the output; the copies are another's by now.
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(H4mkContainerWriter));
        var length = (int)payload.Length;
        Reserve(length);
        var copy = _copies.AsMemory(End, length);
        var to = copy.Span;
        foreach (var segment in payload)
        {
            segment.Span.CopyTo(to);
            to = to[segment.Length..];
        }

        if (Count == _messages.Length)
        {
            var room = Math.Min(MaxCount, Math.Max(LaneMultiple, 2 * Count));
            Array.Resize(ref _messages, room);
            Array.Resize(ref _owners, room);
            _digests = new byte[room * Sha256Digest.SizeInBytes];
        }

        _messages[Count] = copy;
        _owners[Count] = (track, place);
        Length += length;
        Count++;
    }

    /// <summary>Starts hashing, on another thread where there is one.</summary>
    public void Start()
    {
        IsRunning = true;
        _done.Reset();
        if (Environment.ProcessorCount > 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else
        {
            ((IThreadPoolWorkItem)this).Execute();
        }
    }

    /// <summary>Ends when all blocks are hashed.</summary>
    public ValueTask WaitAsync() => new(this, _done.Version);

    /// <summary>Hands the digests to the tracks, and empties the batch.</summary>
    public void Retire(RecordedIndex index)
    {
        for (var i = 0; i < Count; i++)
        {
            index.Tracks[_owners[i].Track].SetDigest(_owners[i].Place, _digests.AsSpan(i * Sha256Digest.SizeInBytes, Sha256Digest.SizeInBytes));
        }

        Array.Clear(_messages, 0, Count);
        Count = 0;
        Length = 0;
        IsRunning = false;
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            Sha256Lanes.HashData(_messages.AsSpan(0, Count), _digests);
            _done.SetResult(true);
        }
        catch (CryptographicException exception)
        {
            // Raised again where the digests are waited for: here it would end the process.
            _done.SetException(exception);
        }
    }

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

    /// <summary>Gives the copies back. While another thread still hashes them they are left to the collector.</summary>
    public void Dispose()
    {
        var copies = _copies;
        _copies = [];
        _isDisposed = true;
        if (!IsRunning)
        {
            GiveBack(copies);
        }
    }

    /// <summary>Where the next copy is put.</summary>
    private int End => Length + (Count * Gap);

    private void Reserve(int block)
    {
        var least = End + block;
        if (least <= _copies.Length)
        {
            return;
        }

        // Blocks are mostly of one length: room for as many as fill the lanes.
        var wanted = Math.Max(64 * 1024, Math.Max(2 * _copies.Length, LaneMultiple * (block + Gap)));
        var length = Math.Max(least, Math.Min(maxLength + (Gap * Math.Min(MaxCount, Math.Max(LaneMultiple, 2 * (Count + 1)))), wanted));
        var grown = length <= LargestPooled ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);
        _copies.AsSpan(0, Math.Min(End, _copies.Length)).CopyTo(grown);
        GiveBack(_copies);

        // Messages are slices of the old array, so they are cut anew.
        _copies = grown;
        var at = 0;
        for (var i = 0; i < Count; i++)
        {
            _messages[i] = grown.AsMemory(at, _messages[i].Length);
            at += _messages[i].Length + Gap;
        }
    }

    private static void GiveBack(byte[] copies)
    {
        if (copies.Length is > 0 and <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(copies);
        }
    }
}
