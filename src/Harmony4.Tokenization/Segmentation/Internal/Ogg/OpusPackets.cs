using System.Buffers;

namespace Harmony4.Tokenization.Internal;

/// <summary>How long the packets of an Opus stream last, by the byte or two that each begins with (RFC 6716, 3.1 and 3.2). Nothing behind these is looked at.</summary>
internal struct OpusPackets
{
    /// <summary>The samples of a second, whatever the input's rate was.</summary>
    public const int SampleRate = 48_000;

    // Of a packet that goes on on the next page.
    private int _open;
    private bool _isOpenKnown;

    /// <summary>Forgets a packet that was begun.</summary>
    public void Clear() => _isOpenKnown = false;

    /// <summary>Takes the packets of the next page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="body">Its body, whole.</param>
    /// <returns>The samples at 48 kHz of all packets that end on it; null when the first of them began where nobody looked.</returns>
    public long? Take(in OggPage page, ReadOnlySequence<byte> body)
    {
        var sum = 0L;
        var isKnown = true;
        var isInside = page.IsContinued;
        foreach (var lacing in page.Lacing)
        {
            if (!isInside)
            {
                _open = GetDuration(body, lacing);
                _isOpenKnown = true;
            }

            isInside = lacing == byte.MaxValue;
            body = body.Slice(lacing);
            if (!isInside)
            {
                isKnown &= _isOpenKnown;
                sum += _open;
                _isOpenKnown = false;
            }
        }

        return isKnown ? sum : null;
    }

    /// <summary>The samples at 48 kHz of a packet that begins a body.</summary>
    private static int GetDuration(in ReadOnlySequence<byte> body, int length)
    {
        Span<byte> head = stackalloc byte[2];
        var count = Math.Min(2, length);
        body.Slice(0, count).CopyTo(head);
        return GetDuration(head[..count]);
    }

    /// <summary>The samples at 48 kHz of a packet, by its first bytes.</summary>
    public static int GetDuration(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
        {
            return 0;
        }

        // Configurations 0 to 11 are SILK, 12 to 15 hybrid, 16 to 31 CELT.
        var configuration = head[0] >> 3;
        var frame = configuration switch
        {
            < 12 => (configuration & 3) switch { 0 => 480, 1 => 960, 2 => 1920, _ => 2880 },
            < 16 => (configuration & 1) == 0 ? 480 : 960,
            _ => 120 << (configuration & 3),
        };
        return frame * ((head[0] & 3) switch { 0 => 1, 1 or 2 => 2, _ => head.Length > 1 ? head[1] & 63 : 0 });
    }
}
