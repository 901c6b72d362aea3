using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <summary>
/// SHA-256 of one stream of bytes, computed on another thread while the caller goes on: VERI makes hashing the limit of
/// reading and writing, so CRC, copying and I/O should not stand in line behind it.
/// </summary>
/// <remarks>
/// Two buffers take turns: one fills while the other is hashed. A buffer that no thread has begun by the time it is needed is hashed by
/// the caller itself, so progress never depends on a free pool thread. The digest depends on the bytes alone. Not safe for concurrent use.
/// </remarks>
internal sealed class OverlappedSha256 : IThreadPoolWorkItem, IDisposable
{
    private const int BufferLength = 256 * 1024;
    private const int Idle = 0;
    private const int Queued = 1;
    private const int Running = 2;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly bool _overlaps = Environment.ProcessorCount > 1;
    private byte[]? _filling;
    private byte[]? _hashing;
    private int _filled;
    private int _state;
    private Exception? _failure;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (!_overlaps)
        {
            _hash.AppendData(bytes);
            return;
        }

        while (bytes.Length > 0)
        {
            _filling ??= GC.AllocateUninitializedArray<byte>(BufferLength);
            var count = Math.Min(bytes.Length, BufferLength - _filled);
            bytes[..count].CopyTo(_filling.AsSpan(_filled));
            _filled += count;
            bytes = bytes[count..];
            if (_filled == BufferLength)
            {
                WaitForPrevious();
                (_filling, _hashing) = (_hashing, _filling);
                _filled = 0;
                Volatile.Write(ref _state, Queued);
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }
    }

    /// <summary>Returns the digest of all bytes so far; more may follow.</summary>
    public void GetCurrentHash(Span<byte> destination)
    {
        WaitForPrevious();
        if (_filled > 0)
        {
            _hash.AppendData(_filling.AsSpan(0, _filled));
            _filled = 0;
        }

        _hash.GetCurrentHash(destination);
    }

    public void Dispose()
    {
        WaitForPrevious();
        _hash.Dispose();
    }

    void IThreadPoolWorkItem.Execute() => TryHash();

    private bool TryHash()
    {
        // A work item may run after the caller has hashed its buffer; it then finds nothing queued, or the next buffer.
        if (Interlocked.CompareExchange(ref _state, Running, Queued) != Queued)
        {
            return false;
        }

        try
        {
            _hash.AppendData(_hashing!);
        }
        catch (CryptographicException exception)
        {
            _failure = exception;
        }

        Volatile.Write(ref _state, Idle);
        return true;
    }

    private void WaitForPrevious()
    {
        if (Volatile.Read(ref _state) == Idle || TryHash())
        {
            ThrowIfFailed();
            return;
        }

        // Another thread is in the middle of at most 256 KiB.
        var spin = default(SpinWait);
        while (Volatile.Read(ref _state) != Idle)
        {
            spin.SpinOnce();
        }

        ThrowIfFailed();
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            throw new CryptographicException(_failure.Message, _failure);
        }
    }
}
