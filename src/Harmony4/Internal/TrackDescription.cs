using System.Buffers;
using System.Text.Json;
using Harmony4.Format;
using Harmony4.Tokenization;

namespace Harmony4.Internal;

/// <summary>What TRAK says of an input. All of it enters the container's identity, so it depends on the input and the options alone.</summary>
internal static class TrackDescription
{
    // The largest integer up to which every one has a canonical form.
    private const ulong LargestExactInteger = (1UL << 53) - 1;

    public static H4mkTrackInfo Create(int id, ExportInput input, BlockPump pump) => new()
    {
        Id = id,
        Kind = input.Kind ?? KindOf(pump.Segmenter.TimeTrack.Kind),
        Label = input.Label,
        Language = input.Language,
        Members = CreateMembers(pump.Name, pump.Segmenter),
    };

    private static TrackKind KindOf(MediaKind kind) => kind switch
    {
        MediaKind.Video => TrackKind.Video,
        MediaKind.Audio => TrackKind.Audio,
        _ => TrackKind.Data,
    };

    private static Dictionary<string, JsonElement> CreateMembers(string name, BlockSegmenter segmenter)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("segment"u8, name);
            json.WriteString("times"u8, segmenter.AreTimesCounted ? "counted"u8 : "media"u8);
            if (segmenter is FixedSizeSegmenter counted)
            {
                json.WriteNumber("block_size"u8, counted.BlockSize);
                json.WriteString("fps"u8, counted.FrameRate.ToString());
                json.WriteNumber("gop"u8, counted.Gop);
            }

            if (segmenter.TimeTrack is { IsOneOfSeveral: true, Id: { } track and <= LargestExactInteger })
            {
                json.WriteNumber("time_track"u8, track);
            }

            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(text.WrittenMemory);
        return document.RootElement.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.Clone(), StringComparer.Ordinal);
    }
}
