using System.Runtime.InteropServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>The frames of all streams: each packet is one, told of with the page that ends it.</summary>
internal sealed class OggFrames(FrameQueue frames)
{
    /// <summary>Gets the packets that end on the page.</summary>
    public List<OggPacket> Ended { get; } = [];

    /// <summary>Tells of the packets that ended.</summary>
    /// <param name="page">The page.</param>
    /// <param name="stream">Its stream, as it was in front of the page.</param>
    /// <param name="samples">How long all packets last, in granules; null when one of them does not say it.</param>
    public void Tell(in OggPage page, in OggStream stream, long? samples)
    {
        var packets = CollectionsMarshal.AsSpan(Ended);
        var end = stream.GetEnd(page);
        Place(packets, (end is { } granule ? stream.FindStart(page, granule, samples) : null) ?? (stream.End > end ? null : stream.End), end);
        var sinceKey = -1L;
        if (stream.IsVideo && end is not null)
        {
            stream.ReadVideo(page.Granule, out _, out sinceKey);
        }

        for (var i = 0; i < packets.Length; i++)
        {
            var packet = packets[i];
            var lasting = page.IsLast && end - packet.Start is { } left && left < packet.Duration ? (long?)left : packet.Duration;
            frames.Add(new MediaFrame
            {
                Track = stream.Serial,
                Kind = stream.Kind,
                TimeBase = new TimeBase(stream.Scale, stream.Rate),
                Ticks = packet.Start is { } start ? MediaClock.ToTicks(start - stream.PreSkip) : null,
                DurationTicks = lasting > 0 ? lasting : null,
                IsKey = !stream.IsVideo || (end is not null && sinceKey == packets.Length - 1 - i),
                Position = packet.Position,
                Size = packet.Size,
            });
        }

        Ended.Clear();
    }

    /// <summary>Gives packets their times: from the start on as long as all of them say how long they last, then back from the end.</summary>
    private static void Place(Span<OggPacket> packets, Int128? start, Int128? end)
    {
        foreach (ref var packet in packets)
        {
            packet.Start = start;
            start += packet.Duration;
        }

        for (var i = packets.Length - 1; i >= 0; i--)
        {
            end -= packets[i].Duration;
            packets[i].Start ??= end;
        }
    }
}
