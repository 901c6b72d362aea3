using Harmony4.Format;
using Harmony4.Tokenization;
using Microsoft.AspNetCore.Http;

namespace Harmony4.AspNetCore.Internal;

/// <summary>What the export of a track knew of its media.</summary>
/// <param name="Segment">The name of the segmenter that cut it; null where the container does not say.</param>
/// <param name="Kind">What the track is for.</param>
/// <param name="HoldsOthers">Whether the media has tracks beside the one that the times are of.</param>
/// <param name="Protection">What keeps the stored bytes from being that media.</param>
internal readonly record struct TrackForm(string? Segment, TrackKind Kind, bool HoldsOthers, TrackProtection Protection)
{
    private const string FragmentedMp4Name = "range.m4s";
    private const string TransportStreamName = "range.ts";
    private const string AdtsName = "range.aac";
    private const string MpegAudioName = "range.mp3";
    private const string OctetStream = "application/octet-stream";
    private const string FragmentHint = "ffmpeg -i in -c copy -movflags +frag_keyframe+empty_moov+default_base_moof out.mp4";

    /// <summary>Gets all that <see cref="StreamName"/> may be.</summary>
    public static IReadOnlyList<string> StreamNames { get; } = [FragmentedMp4Name, TransportStreamName, AdtsName, MpegAudioName];

    /// <summary>Gets the last part of the address under which players of HLS take the track stream; null where HLS has no form for it.</summary>
    public string? StreamName => Segment switch
    {
        MediaFormats.FragmentedMp4 => FragmentedMp4Name,
        MediaFormats.Ts => TransportStreamName,
        MediaFormats.Adts => AdtsName,
        MediaFormats.Mp3 => MpegAudioName,
        _ => null,
    };

    /// <summary>Gets whether a segment cannot do without the bytes in front of the first one.</summary>
    public bool NeedsInitialization => Segment == MediaFormats.FragmentedMp4;

    /// <summary>Gets whether what stands in front of the first segment initializes a decoder; of sound alone it is tags.</summary>
    public bool HasInitialization => Segment is MediaFormats.FragmentedMp4 or MediaFormats.Ts;

    /// <summary>Gets whether the first segment begins with what initializes a decoder: players exist that look for tables nowhere else.</summary>
    public bool RepeatsInitialization => Segment == MediaFormats.Ts;

    /// <summary>Gets whether a key block decodes without any other. The frames of MP3 lean on the bits of those before.</summary>
    public bool IsIndependent => Segment != MediaFormats.Mp3;

    /// <summary>Gets the media type of the track stream as it is sent: of a protected one only what opens it tells more.</summary>
    /// <param name="isOpened">Whether the bytes are those that were sealed.</param>
    public string ContentType(bool isOpened) => Protection != TrackProtection.None && !isOpened ? OctetStream : Segment switch
    {
        MediaFormats.FragmentedMp4 or MediaFormats.Mp4 => OfKind("video/mp4", "audio/mp4", "application/mp4"),
        MediaFormats.Webm => OfKind("video/webm", "audio/webm", OctetStream),
        MediaFormats.Ogg => OfKind("video/ogg", "audio/ogg", "application/ogg"),
        MediaFormats.Ts => "video/mp2t",
        MediaFormats.Adts => "audio/aac",
        MediaFormats.Mp3 => "audio/mpeg",
        MediaFormats.Flac => "audio/flac",
        MediaFormats.Wav => "audio/wav",
        MediaFormats.Flv => "video/x-flv",
        _ => OctetStream,
    };

    /// <summary>Holds a name under which the stream is asked for against what it is: 404 where it is another form.</summary>
    /// <param name="name">The name; null for that of all streams.</param>
    /// <param name="isOpened">Whether the bytes are those that were sealed.</param>
    public void CheckName(string? name, bool isOpened)
    {
        if (name is not null && (name != StreamName || (Protection != TrackProtection.None && !isOpened)))
        {
            throw new ProblemException(
                StatusCodes.Status404NotFound,
                $"the stream of the track is not what {name} says: {(isOpened || Refusal() is not { } refusal ? $"it is {Segment ?? "of an unknown form"}" : refusal)}");
        }
    }

    /// <summary>Says why there is no playlist of the track; null where there may be one.</summary>
    public string? Refusal() => Protection switch
    {
        TrackProtection.Sealed => "the track is sealed, and a player has no key to send; /video/range opens it for the holder of one",
        TrackProtection.Masked => "the blocks of the container are masked, so that no player can read them",
        _ => Segment switch
        {
            null or MediaFormats.Fixed => "the container does not say what media this is, so that no segment can be told; an export whose segment is auto, or names the format, does",
            MediaFormats.Mp4 => $"HLS plays fragmented MP4 only, and the tables of this MP4 name positions in the whole file; fragments are made by: {FragmentHint}",
            _ when StreamName is null => $"HLS has no form for {Segment}, only for fragmented MP4, MPEG-TS, ADTS and MP3; where MP4 can hold the codecs, fragments are made by: {FragmentHint}",
            _ => null,
        },
    };

    private string OfKind(string video, string audio, string data) => Kind switch
    {
        TrackKind.Video => video,
        TrackKind.Audio => audio,
        _ => data,
    };
}
