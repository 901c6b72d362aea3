namespace Harmony4.Tokenization.Internal;

/// <summary>
/// Turns the times that framing states into the times of blocks: not negative, never past 2^64 − 1, and strictly increasing
/// from key block to key block. A jump back goes on where the stream had got to, and its distance is added to what follows.
/// </summary>
internal struct Timeline
{
    /// <summary>Frames are reordered by less than this; going back further is a jump even at a block that is not key.</summary>
    private const long LargestReorder = 10_000_000;

    private Int128 _offset;
    private ulong _lastKey;
    private ulong _end;
    private bool _hasKey;

    /// <summary>Gets whether a block was placed.</summary>
    public bool HasBlocks { get; private set; }

    /// <summary>Gets the time of the last block placed.</summary>
    public ulong Last { get; private set; }

    public static ulong Clamp(Int128 value) =>
        value < 0 ? 0 : value > ulong.MaxValue ? ulong.MaxValue : (ulong)value;

    /// <summary>Places the next block.</summary>
    public MediaBlock Place(long length, Int128 pts, Int128 duration, bool isKey)
    {
        var placed = Clamp(pts + _offset);
        var jumps = HasBlocks && (isKey && _hasKey ? placed <= _lastKey : placed < Last && Last - placed > LargestReorder);
        if (jumps)
        {
            placed = Math.Max(_end, _hasKey && _lastKey < ulong.MaxValue ? _lastKey + 1 : _lastKey);
            _offset = placed - pts;
        }

        // At the end of time nothing can be later: such a block is still there, but playback cannot be asked to start at it.
        var key = isKey && !(_hasKey && placed <= _lastKey);
        if (key)
        {
            _lastKey = placed;
            _hasKey = true;
        }

        // What of the block plays before time 0 is not shown, and does not last.
        var hidden = Int128.Max(0, -(pts + _offset));
        var lasting = Math.Min(Clamp(duration - hidden), ulong.MaxValue - placed);
        Last = placed;
        _end = HasBlocks ? Math.Max(_end, placed + lasting) : placed + lasting;
        HasBlocks = true;
        return new MediaBlock(length, placed, lasting, key);
    }
}
