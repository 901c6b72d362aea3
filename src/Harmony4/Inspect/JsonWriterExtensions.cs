using System.Text.Json;
using Harmony4.Format;

namespace Harmony4;

/// <summary>Members that may be null.</summary>
internal static class JsonWriterExtensions
{
    public static void WriteDigestOrNull(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, Sha256Digest? digest) =>
        writer.WriteString(name, digest?.ToString());

    public static void WriteNumberOrNull(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    public static void WriteNumberOrNull(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, ulong? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    /// <summary>Writes the SIGN chunks, which nobody has given a key for.</summary>
    public static void WriteSignatures(this Utf8JsonWriter writer, IReadOnlyList<SignChunk> signs)
    {
        writer.WriteStartArray("signatures"u8);
        foreach (var sign in signs)
        {
            writer.WriteStartObject();
            writer.WriteNumber("kind"u8, sign.Kind);
            writer.WriteString("state"u8, sign.State.ToName());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes <c>findings</c>: what a verification found wrong.</summary>
    public static void WriteFindings(this Utf8JsonWriter writer, IReadOnlyList<VerificationFinding> findings)
    {
        writer.WriteStartArray("findings"u8);
        foreach (var finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("chunk"u8, finding.Chunk?.ToString());
            writer.WriteNumber("offset"u8, finding.Offset);
            writer.WriteString("code"u8, finding.Code.ToName());
            writer.WriteString("message"u8, finding.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
