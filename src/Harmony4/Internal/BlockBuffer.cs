using System.Buffers;
using System.Security.Cryptography;

namespace Harmony4.Internal;

/// <summary>One block's bytes in pooled memory that grows to the longest block and is used again for the next.</summary>
internal sealed class BlockBuffer : IBufferWriter<byte>, IDisposable
{
    // Of longer arrays the pool would keep dozens when a rush is over.
    private const int LongestPooled = 256 * 1024;

    private byte[] _bytes = [];
    private int _length;

    public Memory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _length);
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = _length + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
        {
            var larger = needed <= LongestPooled ? ArrayPool<byte>.Shared.Rent(needed) : GC.AllocateUninitializedArray<byte>(needed);
            Written.CopyTo(larger);
            Return();
            _bytes = larger;
        }

        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        Return();
        _bytes = [];
        _length = 0;
    }

    private void Return()
    {
        if (_bytes.Length > 0)
        {
            // It may have held plain blocks of a masked container.
            CryptographicOperations.ZeroMemory(_bytes);
            if (_bytes.Length <= LongestPooled)
            {
                ArrayPool<byte>.Shared.Return(_bytes);
            }
        }
    }
}
