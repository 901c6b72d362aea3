using System.Text.Json;
using Harmony4.Format;

namespace Harmony4;

/// <summary>The names and JSON forms that the tool and the HTTP endpoints share.</summary>
public static class ReportExtensions
{
    /// <summary>Returns the stable lower-case name of a state.</summary>
    /// <param name="state">A state.</param>
    /// <returns>Such as <c>unsigned</c>.</returns>
    public static string ToName(this VerificationState state) => state switch
    {
        VerificationState.Valid => "valid",
        VerificationState.Unsigned => "unsigned",
        VerificationState.Invalid => "invalid",
        VerificationState.Incomplete => "incomplete",
        VerificationState.Unverified => "unverified",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "not a state"),
    };

    /// <summary>Returns the number of a version.</summary>
    /// <param name="version">A version.</param>
    /// <returns><c>1.0</c> or <c>1.1</c>.</returns>
    public static string ToName(this H4mkVersion version) => version switch
    {
        H4mkVersion.V10 => "1.0",
        H4mkVersion.V11 => "1.1",
        _ => throw new ArgumentOutOfRangeException(nameof(version), version, "not a version"),
    };

    /// <summary>Returns the stable lower-case name of a kind of track.</summary>
    /// <param name="kind">A kind.</param>
    /// <returns><c>video</c>, <c>audio</c> or <c>data</c>.</returns>
    public static string ToName(this TrackKind kind) => kind switch
    {
        TrackKind.Video => "video",
        TrackKind.Audio => "audio",
        TrackKind.Data => "data",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of track"),
    };

    /// <summary>Returns the stable lower-case name of what is said of one signature.</summary>
    /// <param name="state">A state.</param>
    /// <returns><c>valid</c>, <c>invalid</c> or <c>unchecked</c>.</returns>
    public static string ToName(this SignatureState state) => state switch
    {
        SignatureState.Valid => "valid",
        SignatureState.Invalid => "invalid",
        _ => "unchecked",
    };

    /// <summary>Writes a verification as one JSON object.</summary>
    /// <param name="result">The verification.</param>
    /// <param name="writer">Receives the object.</param>
    /// <param name="file">The name of the file, written before all else as <c>file</c>; null to leave it out.</param>
    public static void WriteTo(this VerificationResult result, Utf8JsonWriter writer, string? file = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        if (file is not null)
        {
            writer.WriteString("file"u8, file);
        }

        writer.WriteString("state"u8, result.State.ToName());
        writer.WriteDigestOrNull("root"u8, result.Identity);
        writer.WriteDigestOrNull("veri"u8, result.Veri);
        writer.WriteNumber("blocks"u8, result.BlockCount);
        writer.WriteNumber("bytes"u8, result.PayloadLength);
        writer.WriteFindings(result.Findings);
        writer.WriteSignatures(result.Signs);
        writer.WriteEndObject();
    }

    /// <summary>Writes what a recovery gave as one JSON object: <c>blocks</c>, <c>lost</c>, <c>skipped</c>, <c>cut</c>, <c>root</c>.</summary>
    /// <param name="report">The report.</param>
    /// <param name="writer">Receives the object.</param>
    public static void WriteTo(this H4mkRecoveryReport report, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteNumber("blocks"u8, report.BlockCount);
        writer.WriteStartArray("lost"u8);
        foreach (var lost in report.Lost)
        {
            writer.WriteStartObject();
            writer.WriteNumber("track"u8, lost.Track);
            writer.WriteNumber("ordinal"u8, lost.Ordinal);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("skipped"u8);
        foreach (var range in report.Skipped)
        {
            writer.WriteStartObject();
            writer.WriteNumber("from"u8, range.From);
            writer.WriteNumber("to"u8, range.To);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (report.CutOffset is { } cut)
        {
            writer.WriteNumber("cut"u8, cut);
        }
        else
        {
            writer.WriteNull("cut"u8);
        }

        writer.WriteDigestOrNull("root"u8, report.Container.Identity);
        writer.WriteEndObject();
    }

    /// <summary>Writes the members that say where a keyframe is into the current JSON object: <c>pts</c>, <c>offset</c>, <c>block</c>, <c>file_offset</c>.</summary>
    /// <param name="keyframe">The keyframe.</param>
    /// <param name="writer">Receives the members.</param>
    public static void WriteMembersTo(this in Keyframe keyframe, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumber("pts"u8, keyframe.Pts);
        writer.WriteNumber("offset"u8, keyframe.StreamOffset);
        writer.WriteNumberOrNull("block"u8, keyframe.Block);
        writer.WriteNumberOrNull("file_offset"u8, keyframe.FileOffset);
    }
}
