namespace Harmony4.Tokenization.Internal;

/// <summary>Zeroed memory that never moves and starts on a cache line; it lives as long as this object.</summary>
internal sealed unsafe class AlignedMemory
{
    public const int Alignment = 64;

    private readonly byte[] _bytes;

    public AlignedMemory(int length)
    {
        _bytes = GC.AllocateArray<byte>(length + Alignment, pinned: true);
        fixed (byte* start = _bytes)
        {
            Start = (byte*)(((nuint)start + (Alignment - 1)) & ~(nuint)(Alignment - 1));
        }
    }

    /// <summary>Gets the first byte; use it only while this object is reachable.</summary>
    public byte* Start { get; }
}
