namespace Harmony4.Tokenization;

/// <summary>One frame of media, as far as the framing tells of it: nothing of its content is looked at.</summary>
public readonly record struct MediaFrame
{
    /// <summary>Gets the media's own number of the track: track_ID of MP4, TrackNumber of WebM, PID of TS, tag type of FLV, serial number of Ogg; 0 where the format holds one track.</summary>
    public ulong Track { get; init; }

    /// <summary>Gets what the track holds.</summary>
    public MediaKind Kind { get; init; }

    /// <summary>Gets the clock that <see cref="Ticks"/> and <see cref="DurationTicks"/> count.</summary>
    public TimeBase TimeBase { get; init; }

    /// <summary>Gets when the frame is shown, in ticks: composition time, edit lists not applied, nothing rebased, below 0 too; null where the framing does not say.</summary>
    public long? Ticks { get; init; }

    /// <summary>Gets how long the frame lasts, in ticks, 1 or more; null where the framing does not say.</summary>
    public long? DurationTicks { get; init; }

    /// <summary>Gets whether the framing says that decoding can begin at the frame; true for all that are no pictures.</summary>
    public bool IsKey { get; init; }

    /// <summary>
    /// Gets where the frame stands in the input, in bytes: its first byte in MP4, FLAC, MP3 and ADTS; the head of the unit that carries it elsewhere (behind the element header of a block in WebM, the transport packet
    /// in which it begins in TS, the frame header in IVF, the tag in FLV, the page on which it begins in Ogg).
    /// </summary>
    public long Position { get; init; }

    /// <summary>Gets where the first of the frame's own bytes lies, all of them being there in one piece; null in TS and Ogg, which cut frames up.</summary>
    public long? DataPosition { get; init; }

    /// <summary>Gets the bytes of the frame, 1 or more, without those of the framing.</summary>
    public long Size { get; init; }

    /// <summary>Gets <see cref="Ticks"/> in microseconds, rounded down.</summary>
    public long? Pts => Ticks is { } ticks ? TimeBase.ToMicroseconds(ticks) : null;

    /// <summary>Gets <see cref="DurationTicks"/> in microseconds, rounded down.</summary>
    public long? Duration => DurationTicks is { } ticks ? TimeBase.ToMicroseconds(ticks) : null;
}
