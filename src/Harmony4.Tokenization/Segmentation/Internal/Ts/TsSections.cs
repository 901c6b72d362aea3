namespace Harmony4.Tokenization.Internal;

/// <summary>Puts the sections of one packet identifier together (ISO/IEC 13818-1, 2.4.4); 1 KiB at most each.</summary>
internal sealed class TsSections
{
    private const int LongestSection = 1024;
    private const int SectionHeader = 3;

    private readonly byte[] _section = new byte[LongestSection];
    private int _length;
    private bool _isOpen;

    /// <summary>Takes the payload of a packet; <see langword="true"/> with a section that it completes. What follows that one is not looked at.</summary>
    public bool TryAdd(ReadOnlySpan<byte> payload, bool isStart, out ReadOnlySpan<byte> section)
    {
        section = default;
        if (isStart)
        {
            if (payload.IsEmpty || payload[0] >= payload.Length)
            {
                _isOpen = false;
                return false;
            }

            payload = payload[(payload[0] + 1)..];
            _length = 0;
            _isOpen = true;
        }

        if (!_isOpen)
        {
            return false;
        }

        var room = Math.Min(payload.Length, LongestSection - _length);
        payload[..room].CopyTo(_section.AsSpan(_length));
        _length += room;
        if (_length < SectionHeader)
        {
            return false;
        }

        var total = SectionHeader + (((_section[1] & 0x0F) << 8) | _section[2]);
        if (_length < total)
        {
            _isOpen = _length < LongestSection;
            return false;
        }

        _isOpen = false;
        section = _section.AsSpan(0, total);
        return true;
    }
}
