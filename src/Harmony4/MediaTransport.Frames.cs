using System.Runtime.CompilerServices;
using System.Text.Json;
using Harmony4.Tokenization;

namespace Harmony4;

/// <content>Frames.</content>
public sealed partial class MediaTransport
{
    private const int MappingFlush = 64 * 1024;

    /// <summary>Finds the frames of media, of all its tracks, from container framing alone. <see cref="FrameInput"/> tells more of them: damage, edit lists.</summary>
    /// <param name="input">The media, at its first byte; a pipe will do, but for MP4 whose movie header stands behind the media.</param>
    /// <param name="format">The name of the format, one of <see cref="FrameReader.Formats"/>; null to detect it.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The frames, as the media is read.</returns>
    /// <exception cref="ArgumentException">The format is not one of <see cref="FrameReader.Formats"/>.</exception>
    /// <exception cref="MediaFormatException">The format that was detected does not tell of frames, or is not recognised, or needs a stream that seeks.</exception>
    /// <exception cref="IOException">The input failed.</exception>
    public async IAsyncEnumerable<MediaFrame> TokenizeFramesAsync(Stream input, string? format = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var frames = await FrameInput.OpenAsync(input, format, options: null, cancellationToken).ConfigureAwait(false);
        await foreach (var frame in frames.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return frame;
        }
    }

    /// <summary>
    /// Writes the frames of one track as the JSON that TorchCodec's <c>VideoDecoder</c> takes as <c>custom_frame_mappings</c>, so that it need not scan the file: <c>{"frames":[{"pts":0,"duration":512,"key_frame":1}]}</c>,
    /// in the track's own ticks, by ascending time, with the edit list applied, as libavformat has them.
    /// </summary>
    /// <param name="input">The media. What was read of it already is not written.</param>
    /// <param name="output">Receives the JSON.</param>
    /// <param name="track">The media's own number of the track; null for the first with moving pictures.</param>
    /// <param name="cancellationToken">Cancels the work, and leaves the output cut.</param>
    /// <returns>How many frames were written.</returns>
    /// <exception cref="MediaFormatException">There is no such track, it has no frames or more than can be held, or an edit list shows each more than 16 times.</exception>
    /// <exception cref="IOException">The input or the output failed.</exception>
    /// <remarks>
    /// The frames of that track, or of all with moving pictures, are held: at most 10 million, 24 bytes each and up to three times that while the list grows. A frame that an edit list does not show is left out; one of which the framing does not say how long it lasts lasts until the next.
    /// </remarks>
    public async ValueTask<long> WriteFrameMappingAsync(FrameInput input, Stream output, ulong? track = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        var mapping = new FrameMapping(input.Format, track);
        await foreach (var frame in input.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            mapping.Add(frame);
        }

        var chosen = track ?? (input.TimeTrack is { Kind: MediaKind.Video, Id: var id } ? id ?? 0 : (ulong?)null)
            ?? throw new MediaFormatException(input.Format, 0, "expected a track with moving pictures, found none");
        var frames = mapping.Order(chosen, input.GetEdits(chosen), input.GetFragmentShift(chosen));
        using var each = frames.GetEnumerator();
        if (!each.MoveNext())
        {
            throw new MediaFormatException(input.Format, 0, FormattableString.Invariant($"expected frames of track {chosen}, found none"));
        }

        var count = 0L;
        var json = new Utf8JsonWriter(output);
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            json.WriteStartArray("frames"u8);
            do
            {
                var frame = each.Current;
                count++;
                json.WriteStartObject();
                json.WriteNumber("pts"u8, frame.Ticks);
                json.WriteNumber("duration"u8, frame.Duration);
                json.WriteNumber("key_frame"u8, frame.IsKey ? 1 : 0);
                json.WriteEndObject();
                if (json.BytesPending > MappingFlush)
                {
                    await json.FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }
            while (each.MoveNext());

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return count;
    }
}
