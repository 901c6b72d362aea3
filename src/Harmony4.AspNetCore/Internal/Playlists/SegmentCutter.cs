namespace Harmony4.AspNetCore.Internal;

/// <summary>
/// Joins the blocks of a track to segments. A segment goes from a key block to the first one that is two seconds or more behind it. Blocks that are not key and last
/// for no time, in front of the first other one, are no segment: they initialize the decoder, or are tags.
/// </summary>
internal sealed class SegmentCutter(TrackForm form)
{
    private const ulong LeastDuration = 2_000_000;

    // What is longer is no tables, but the rest of a capture that was cut in front.
    private const long LongestTables = 64 * 1024;

    private bool _isOpen;
    private bool _hasSegments;
    private bool _isDiscontinuity;
    private long _headOffset;
    private long _headLength;
    private long _mapOffset;
    private long _mapLength;

    // Of the segment at hand.
    private long _offset;
    private long _length;
    private ulong _start;
    private bool _isKey;

    // Where its last key block is, or its first one of all; how long the blocks from there on last, and how far it was from the key block before.
    private ulong _last;
    private ulong _lasting;
    private ulong _distance;

    /// <summary>Adds the next block; returns the segment that ends in front of it, if one does.</summary>
    public MediaSegment? Add(in PlaylistBlock block)
    {
        MediaSegment? ended = null;
        if (block.IsDiscontinuity)
        {
            ended = Complete();
            _isDiscontinuity = _hasSegments;
        }

        if (!_isOpen)
        {
            if (!block.IsKey && block.Duration == 0)
            {
                var begins = _headLength == 0 || block.IsDiscontinuity;
                (_headOffset, _headLength) = begins ? (block.Offset, block.Length) : (_headOffset, _headLength + block.Length);
                return ended;
            }

            Begin(block);
            return ended;
        }

        if (block.IsKey && _length > 0 && EndsAt(block.Pts))
        {
            // Times of blocks that are not key may be any.
            ended = Close(block.Pts > _start ? block.Pts - _start : _lasting);
            Measure(block);
            Open(block);
            return ended;
        }

        _length += block.Length;
        Measure(block);
        return ended;
    }

    /// <summary>
    /// Returns the segment that no key block ends, if there is one. It lasts as long as its blocks say or, where they do not, as if the last key block lasted as
    /// long as the one before.
    /// </summary>
    public MediaSegment? Complete()
    {
        // Behind all bytes, a time is no media.
        var isMedia = _isOpen && _length > 0;
        _isOpen = false;
        if (!isMedia)
        {
            return null;
        }

        var lasting = _lasting > 0 ? _lasting : _distance;
        var before = _last > _start ? _last - _start : 0;
        return Close(lasting == 0 ? 0 : (ulong)UInt128.Min(ulong.MaxValue, (UInt128)before + lasting));
    }

    // What plays before the first key block is a segment of its own.
    private bool EndsAt(ulong keyPts) => !_isKey || (keyPts > _start && keyPts - _start >= LeastDuration);

    private void Begin(in PlaylistBlock block)
    {
        if (form.HasInitialization && _headLength > 0)
        {
            _mapOffset = _headOffset;
            _mapLength = form.RepeatsInitialization && _headLength > LongestTables ? 0 : _headLength;
        }

        (_last, _lasting) = (block.Pts, block.Duration);
        Open(block);
        if (form.RepeatsInitialization && _headLength > 0)
        {
            (_offset, _length) = (_headOffset, _headLength + _length);
        }

        _headLength = 0;
    }

    private void Open(in PlaylistBlock block)
    {
        (_isOpen, _offset, _length) = (true, block.Offset, block.Length);
        (_start, _isKey) = (block.Pts, block.IsKey);
    }

    private void Measure(in PlaylistBlock block)
    {
        if (block.IsKey)
        {
            _distance = block.Pts > _last ? block.Pts - _last : _distance;
            (_last, _lasting) = (block.Pts, 0);
        }

        _lasting += block.Duration;
    }

    private MediaSegment Close(ulong duration)
    {
        var segment = new MediaSegment(_offset, _length, duration, _isKey, _isDiscontinuity, _mapOffset, _mapLength);
        (_hasSegments, _isDiscontinuity) = (true, false);
        return segment;
    }
}
