using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <summary>
/// SHA-256 of one stream of bytes, computed on another thread while the caller goes on: VERI makes hashing the limit of
/// reading and writing, so CRC, copying and I/O should not stand in line behind it.
/// </summary>
/// <remarks>
/// A ring of buffers lies between the two threads, so that neither waits for the other to wake. When the ring is full and no thread has
/// begun on it, the caller hashes a buffer itself: progress never depends on a free pool thread. The digest depends on the bytes alone.
/// Not safe for concurrent use.
/// </remarks>
internal sealed class OverlappedSha256 : IThreadPoolWorkItem, IDisposable
{
    private const int BufferLength = 128 * 1024;
    private const int BufferCount = 4;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly bool _overlaps = Environment.ProcessorCount > 1;
    private readonly byte[]?[] _buffers = new byte[BufferCount][];
    private int _filled;
    private long _published;
    private long _hashed;

    // 1 while a work item waits or runs; 1 while some thread hashes.
    private int _scheduled;
    private int _hashing;
    private Exception? _failure;

    private bool IsBehind => Volatile.Read(ref _hashed) != Volatile.Read(ref _published);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (!_overlaps)
        {
            _hash.AppendData(bytes);
            return;
        }

        while (bytes.Length > 0)
        {
            var buffer = _buffers[_published % BufferCount] ??= GC.AllocateUninitializedArray<byte>(BufferLength);
            var count = Math.Min(bytes.Length, BufferLength - _filled);
            bytes[..count].CopyTo(buffer.AsSpan(_filled));
            _filled += count;
            bytes = bytes[count..];
            if (_filled == BufferLength)
            {
                Publish();
            }
        }
    }

    /// <summary>Returns the digest of all bytes so far; more may follow.</summary>
    public void GetCurrentHash(Span<byte> destination)
    {
        CatchUp();
        if (_filled > 0)
        {
            _hash.AppendData(_buffers[_published % BufferCount].AsSpan(0, _filled));
            _filled = 0;
        }

        _hash.GetCurrentHash(destination);
    }

    public void Dispose()
    {
        WaitUntilAtMost(0);
        _hash.Dispose();
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            // The caller may be in the middle of a buffer: wait for it, or it would go on alone for ever.
            var spin = default(SpinWait);
            while (IsBehind && !TryHash(int.MaxValue))
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }

            Interlocked.Exchange(ref _scheduled, 0);
        }
        while (IsBehind && Interlocked.Exchange(ref _scheduled, 1) == 0);
    }

    private void Publish()
    {
        _filled = 0;
        Interlocked.Increment(ref _published);
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        // The buffer that is filled next must be free.
        WaitUntilAtMost(BufferCount - 1);
        ThrowIfFailed();
    }

    private void CatchUp()
    {
        WaitUntilAtMost(0);
        ThrowIfFailed();
    }

    private void WaitUntilAtMost(int waiting)
    {
        var spin = default(SpinWait);
        while (_published - Volatile.Read(ref _hashed) > waiting)
        {
            // A pool thread that is about to wake gets the time to: two threads are worth more than a prompt start on one.
            // Another thread in the middle of 128 KiB ends sooner than the millisecond that a sleep would take.
            if (!spin.NextSpinWillYield || !TryHash(1))
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    /// <summary>Hashes waiting buffers in order, at most some of them; false when another thread is at it.</summary>
    private bool TryHash(int most)
    {
        if (Interlocked.CompareExchange(ref _hashing, 1, 0) != 0)
        {
            return false;
        }

        while (most-- > 0 && IsBehind)
        {
            try
            {
                _hash.AppendData(_buffers[_hashed % BufferCount]!);
            }
            catch (Exception exception) when (exception is CryptographicException or ObjectDisposedException)
            {
                // Raised again on the caller's thread: here it would end the process.
                _failure ??= exception;
            }

            Volatile.Write(ref _hashed, _hashed + 1);
        }

        Volatile.Write(ref _hashing, 0);
        return true;
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            throw new CryptographicException(_failure.Message, _failure);
        }
    }
}
