using System.Buffers;
using System.Text;
using System.Text.Json;
using Harmony4.Format;
using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>The META and SAFE that an export writes when the caller gives none, and what a META says. They depend on the options alone.</summary>
/// <remarks>For fixed-size blocks in version 1.0 they are, byte for byte, those of the first implementation's export (docs/format/h4mk-1.0.md section 4).</remarks>
public static class TransportMetadata
{
    private const string Project = "HarmonyØ4";

    private static readonly byte[] SafeObject =
        """{"scope":"container+transport-only","no_video_synthesis":true,"no_pixel_semantics":true,"no_visual_ml":true}"""u8.ToArray();

    /// <summary>Gets the META of every export of version 1.1 whose caller gives none, in canonical form.</summary>
    internal static ReadOnlyMemory<byte> CanonicalMeta { get; } = CanonicalJson.Write(Encoding.UTF8.GetBytes($"{{\"project\":\"{Project}\",\"domain\":\"media-transport\"}}"));

    /// <summary>Gets <see cref="Safe"/> in canonical form.</summary>
    internal static ReadOnlyMemory<byte> CanonicalSafe { get; } = CanonicalJson.Write(SafeObject);

    /// <summary>Gets the SAFE of every export of version 1.0.</summary>
    internal static ReadOnlyMemory<byte> Safe => SafeObject;

    /// <summary>Tells whether a META says that the blocks are masked: a member <c>masked</c> that is <c>true</c>.</summary>
    /// <param name="meta">A JSON object in UTF-8.</param>
    /// <returns>Whether it says so; <see langword="false"/> for anything that is not a JSON object.</returns>
    public static bool IsMasked(ReadOnlySpan<byte> meta)
    {
        var masked = false;
        return TryRead(meta, "masked"u8, (ref Utf8JsonReader value) => masked = value.TokenType == JsonTokenType.True) && masked;
    }

    /// <summary>Finds which segmenter a META of version 1.0 names: a member <c>segment</c> that is a text. In version 1.1 the description of each track has it.</summary>
    /// <param name="meta">A JSON object in UTF-8.</param>
    /// <returns>The name; <see langword="null"/> where it names none, as that of fixed-size blocks does, and for anything that is not a JSON object.</returns>
    public static string? FindSegment(ReadOnlySpan<byte> meta)
    {
        string? segment = null;
        return TryRead(meta, "segment"u8, (ref Utf8JsonReader value) => segment = value.TokenType == JsonTokenType.String ? value.GetString() : null) ? segment : null;
    }

    private delegate void ValueReader(ref Utf8JsonReader value);

    /// <summary>Reads a member of a JSON object, the last of that name; false for anything else.</summary>
    private static bool TryRead(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name, ValueReader read)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 512 });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(name))
                {
                    reader.Read();
                    read(ref reader);
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }

        return true;
    }

    /// <summary>Builds the META of an export of version 1.0.</summary>
    /// <param name="segment">The name of the segmenter that is used.</param>
    /// <param name="segmenter">The segmenter.</param>
    /// <param name="masked">Whether the blocks are masked.</param>
    /// <returns>A JSON object in UTF-8.</returns>
    internal static ReadOnlyMemory<byte> CreateMeta(string segment, BlockSegmenter segmenter, bool masked)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentNullException.ThrowIfNull(segmenter);
        var text = new ArrayBufferWriter<byte>();
        var json = new H4mkJsonWriter(text);
        json.WriteStartObject();
        json.WritePropertyName("project");
        json.WriteStringValue(Project);
        json.WritePropertyName("domain");
        if (segmenter is FixedSizeSegmenter counted)
        {
            json.WriteStringValue("video-transport");
            json.WritePropertyName("block_size");
            json.WriteNumberValue(counted.BlockSize);
            json.WritePropertyName("fps_hint");
            json.WriteNumberValue(counted.FrameRate.ToDouble());
            json.WritePropertyName("gop");
            json.WriteNumberValue(counted.Gop);
        }
        else
        {
            json.WriteStringValue("media-transport");
            json.WritePropertyName("segment");
            json.WriteStringValue(segment);
        }

        json.WritePropertyName("masked");
        json.WriteBooleanValue(masked);
        json.WriteEndObject();
        return text.WrittenMemory;
    }
}
