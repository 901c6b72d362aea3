using System.Buffers;

namespace Harmony4.Tokenization.Internal;

/// <summary>The packets of the stream: which end on a page, and how long they last, as their mapping says by the first bytes of each. Nothing behind these is looked at.</summary>
internal partial struct OggStream
{
    /// <summary>Whether the next page of the stream has to be there in whole: where the lengths of its packets tell the time, and where its headers say these.</summary>
    public readonly bool NeedsWholePages(bool isTimed) => isTimed || (Codec == OggCodec.Vorbis && HeadersLeft > 0);

    /// <summary>Goes on behind damage: what was begun is not known to be whole.</summary>
    public void Restart()
    {
        End = null;
        HasOpenPacket = false;
        _vorbis.Restart();
    }

    /// <summary>Takes the packets of the next page with data.</summary>
    /// <param name="page">The page.</param>
    /// <param name="body">Its body, as far as it is there.</param>
    /// <param name="position">Where the page is.</param>
    /// <param name="ended">Where the packets that end on the page go; null where they are not asked for.</param>
    /// <param name="isWhole">Whether no packet lacks its begin or its end.</param>
    /// <returns>How long all packets last that end on the page, in granules; null when one of them does not say it.</returns>
    public long? Take(in OggPage page, ReadOnlySequence<byte> body, long position, List<OggPacket>? ended, out bool isWhole)
    {
        isWhole = HasOpenPacket == page.IsContinued;

        // Pages are missing when their number jumps ahead. One that does not count on is wrong itself.
        if (unchecked((int)(page.Sequence - _sequence)) > 1)
        {
            isWhole &= !HasOpenPacket;
            Restart();
        }

        _sequence = page.Sequence;
        HasOpenPacket &= page.IsContinued;
        long? samples = 0;
        var isInside = page.IsContinued;
        Span<byte> scratch = stackalloc byte[FlacFrame.LongestHeader];
        foreach (var lacing in page.Lacing)
        {
            var isThere = body.Length >= lacing;
            if (!isInside)
            {
                var head = scratch[..Math.Min(lacing, scratch.Length)];
                _open = new OggPacket { Position = position };
                HasOpenPacket = isThere;
                if (isThere)
                {
                    body.Slice(0, head.Length).CopyTo(head);
                    _open.Duration = GetDuration(head);
                }
            }

            HasOpenPacket &= isThere;
            _open.Size += lacing;
            body = body.Slice(Math.Min(lacing, body.Length));
            isInside = lacing == byte.MaxValue;
            if (isInside)
            {
                continue;
            }

            if (!HasOpenPacket)
            {
                _open = default;
                _vorbis.Restart();
            }

            ended?.Add(_open);
            samples += _open.Duration;
            HasOpenPacket = false;
        }

        return samples;
    }

    /// <summary>Returns the granule at which packets begin that last so long together and end with a page; null when it is not known how long.</summary>
    public readonly Int128? FindStart(in OggPage page, long end, long? samples)
    {
        var start = (Int128)end - samples;

        // The last page of a stream may count less than its packets hold: it does not begin before the page in front ended, nor a stream of one page before its sound.
        var front = End ?? (Codec is OggCodec.Opus or OggCodec.Vorbis ? 0 : null);
        return page.IsLast && front <= end && start < front ? front : start;
    }

    /// <summary>Returns the granule at which a page ends, of video as frames; null when it does not say.</summary>
    public readonly long? GetEnd(in OggPage page)
    {
        if (page.Granule == OggPage.NoGranule || !IsVideo)
        {
            return page.Granule == OggPage.NoGranule ? null : page.Granule;
        }

        ReadVideo(page.Granule, out var end, out _);
        return end;
    }

    /// <summary>Goes on behind a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="samples">What <see cref="Take"/> said of it.</param>
    public void Pass(in OggPage page, long? samples)
    {
        if (page.Packets > 0)
        {
            End = GetEnd(page) ?? unchecked(End + samples);
            HasPages = true;
        }
    }

    /// <summary>How many granules a packet adds, by its first bytes; null where these do not say it.</summary>
    private long? GetDuration(ReadOnlySpan<byte> head) => Codec switch
    {
        // An empty packet shows the frame before again.
        OggCodec.Theora => 1,
        _ when head.IsEmpty => 0,
        OggCodec.Opus => OpusPackets.GetDuration(head),
        OggCodec.Vorbis => _vorbis.GetDuration(head[0]),
        OggCodec.Flac => FlacFrame.Read(head) is { HeaderLength: > 0 } frame ? frame.Samples : null,
        OggCodec.Speex => _speexSamples > 0 ? _speexSamples : null,

        // RFC 6386, 9.1: a frame may be there for others alone, and not be shown.
        OggCodec.Vp8 => (head[0] >> 4) & 1,
        _ => null,
    };

    /// <summary>Looks for the setup header of Vorbis among the packets of a header page.</summary>
    private void TakeSetup(in OggPage page, ReadOnlySequence<byte> body)
    {
        var left = HeadersLeft;
        foreach (var lacing in page.Lacing)
        {
            var length = Math.Min(lacing, body.Length);
            if (left == 1)
            {
                _vorbis.TakeSetup(body.Slice(0, length));
            }

            body = body.Slice(length);
            if (lacing < byte.MaxValue && --left == 0)
            {
                _vorbis.EndSetup();
            }
        }
    }
}
