using System.Buffers;

namespace Harmony4.Format.Internal;

/// <summary>Bytes for a while. Short arrays come from the pool; of long ones the pool would keep dozens when a rush is over.</summary>
internal struct PooledArray(int length) : IDisposable
{
    /// <summary>The longest array that is pooled.</summary>
    public const int LongestPooled = 256 * 1024;

    private byte[]? _bytes = length <= LongestPooled ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);

    /// <summary>Gets the bytes, as many as were asked for.</summary>
    public readonly Memory<byte> Memory => _bytes.AsMemory(0, length);

    public void Dispose()
    {
        if (_bytes is { Length: > 0 and <= LongestPooled } bytes)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        _bytes = null;
    }
}
