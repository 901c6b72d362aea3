using System.Globalization;
using System.Text.Json;
using Harmony4.Format;

namespace Harmony4;

/// <content>The report as JSON.</content>
public sealed partial class ContainerReport
{
    private const int FlushLength = 64 * 1024;

    private static readonly HashSet<string> OwnMembers = new(["id", "kind", "blocks", "bytes", "duration_us", "label", "language"], StringComparer.Ordinal);

    /// <summary>Writes the report as one JSON object.</summary>
    /// <param name="writer">Receives the object. It is flushed from time to time, so that memory does not grow with the number of chunks.</param>
    /// <param name="listBlocks">Whether <c>chunks</c> lists those of blocks and index too: CORE, TOKN and INDX. In version 1.1 that reads the whole index.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <returns>A task that ends when the object is written; the writer is not flushed at its end.</returns>
    /// <exception cref="H4mkFormatException">Blocks are listed, and a page of the index is damaged.</exception>
    /// <exception cref="IOException">Blocks are listed, and the source failed.</exception>
    public Task WriteToAsync(Utf8JsonWriter writer, bool listBlocks = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return WriteAsync(writer, () => WriteChunksAsync(writer, listBlocks, cancellationToken), findings: null);
    }

    /// <summary>Writes the report as one JSON object, as <c>/video/info</c> answers it: with <c>findings</c> when a verification was asked for.</summary>
    /// <param name="writer">Receives the object. It is flushed from time to time.</param>
    /// <param name="page">The chunks that <c>chunks</c> lists; null for all but those of blocks and index.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <returns>A task that ends when the object is written; the writer is not flushed at its end.</returns>
    /// <exception cref="H4mkFormatException">Chunks of blocks or index are listed, and a page of the index is damaged.</exception>
    /// <exception cref="IOException">Chunks of blocks or index are listed, and the source failed.</exception>
    public Task WritePageToAsync(Utf8JsonWriter writer, ChunkPage? page, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return WriteAsync(writer, () => page is null ? WriteChunksAsync(writer, listBlocks: false, cancellationToken) : WritePageAsync(writer, page, cancellationToken), Verification?.Findings);
    }

    private async Task WriteAsync(Utf8JsonWriter writer, Func<Task> writeChunks, IReadOnlyList<VerificationFinding>? findings)
    {
        writer.WriteStartObject();
        writer.WriteString("version"u8, Version);
        writer.WriteNumber("size"u8, Size);
        writer.WriteNumber("blocks"u8, BlockCount);
        if (IsGrowing)
        {
            writer.WriteBoolean("live"u8, true);
        }

        writer.WriteStartArray("tracks"u8);
        for (var i = 0; i < Tracks.Count; i++)
        {
            WriteTrack(writer, Tracks[i], i < TrackInfo.Count ? TrackInfo[i] : null);
        }

        writer.WriteEndArray();
        writer.WriteStartObject("chunks"u8);
        await writeChunks().ConfigureAwait(false);
        writer.WriteEndObject();
        WriteRaw(writer, "meta"u8, Meta);
        WriteRaw(writer, "safe"u8, Safe);
        writer.WriteNumberOrNull("seek_entries"u8, SeekEntryCount);
        writer.WriteString("integrity"u8, State.ToName());
        writer.WriteDigestOrNull("root"u8, Root);
        writer.WriteDigestOrNull("veri"u8, Veri);
        writer.WriteSignatures(Signs);
        if (findings is not null)
        {
            writer.WriteFindings(findings);
        }

        writer.WriteEndObject();
    }

    private void WriteTrack(Utf8JsonWriter writer, H4mkTrack track, H4mkTrackInfo? info)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id"u8, track.Id);
        writer.WriteString("kind"u8, info?.Kind.ToName());
        writer.WriteNumber("blocks"u8, track.BlockCount);
        writer.WriteNumber("bytes"u8, track.ByteLength);
        writer.WriteNumberOrNull("duration_us"u8, track.Duration);
        if (IsGrowing)
        {
            writer.WriteNumber("final_blocks"u8, track.FinalBlockCount);
        }

        if (info?.Label is { } label)
        {
            writer.WriteString("label"u8, label);
        }

        if (info?.Language is { } language)
        {
            writer.WriteString("language"u8, language);
        }

        foreach (var (name, value) in info?.Members.OrderBy(m => m.Key, StringComparer.Ordinal) ?? Enumerable.Empty<KeyValuePair<string, JsonElement>>())
        {
            // A producer's member of such a name would hide what the container itself says.
            if (!OwnMembers.Contains(name) && !(IsGrowing && name == "final_blocks"))
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteRaw(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlyMemory<byte>? json)
    {
        if (json is { } present)
        {
            writer.WritePropertyName(name);

            // It was parsed when it was read.
            writer.WriteRawValue(present.Span, skipInputValidation: true);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private async Task WriteChunksAsync(Utf8JsonWriter writer, bool listBlocks, CancellationToken cancellationToken)
    {
        var others = _container.ListOtherChunks().ToLookup(c => c.Tag);
        var tags = new List<(ChunkTag Tag, long Offset)>(others.Select(g => (g.Key, g.First().Offset)));
        if (listBlocks)
        {
            foreach (var tag in (ChunkTag[])[ChunkTag.Core, ChunkTag.Tokn, ChunkTag.Indx])
            {
                await foreach (var chunk in _container.EnumerateChunksAsync(tag, cancellationToken: cancellationToken).ConfigureAwait(false))
                {
                    tags.Add((tag, chunk.Offset));
                    break;
                }
            }
        }

        // Tags in the order of their first chunks.
        foreach (var (tag, _) in tags.OrderBy(t => t.Offset))
        {
            writer.WriteStartArray(tag.ToString());
            if (others.Contains(tag))
            {
                foreach (var chunk in others[tag])
                {
                    WriteChunk(writer, chunk);
                }
            }
            else
            {
                await foreach (var chunk in _container.EnumerateChunksAsync(tag, cancellationToken: cancellationToken).ConfigureAwait(false))
                {
                    WriteChunk(writer, chunk);
                    await FlushIfLongAsync(writer, cancellationToken).ConfigureAwait(false);
                }
            }

            writer.WriteEndArray();
        }
    }

    private async Task WritePageAsync(Utf8JsonWriter writer, ChunkPage page, CancellationToken cancellationToken)
    {
        var left = page.Limit;
        writer.WriteStartArray(page.Tag.ToString());

        // A chunk's header stands before its payload, and the next one's not before the payload's end.
        await foreach (var chunk in _container.EnumerateChunksAsync(page.Tag, page.After, cancellationToken).ConfigureAwait(false))
        {
            WriteChunk(writer, chunk);
            await FlushIfLongAsync(writer, cancellationToken).ConfigureAwait(false);
            if (--left == 0)
            {
                break;
            }
        }

        writer.WriteEndArray();
    }

    private static Task FlushIfLongAsync(Utf8JsonWriter writer, CancellationToken cancellationToken) =>
        writer.BytesPending > FlushLength ? writer.FlushAsync(cancellationToken) : Task.CompletedTask;

    private void WriteChunk(Utf8JsonWriter writer, in ChunkInfo chunk)
    {
        var crc = chunk.Crc ?? (Crcs.TryGetValue(chunk.Offset, out var read) ? read : null);
        writer.WriteStartObject();
        writer.WriteNumber("offset"u8, chunk.PayloadOffset);
        writer.WriteNumber("size"u8, chunk.Length);
        writer.WriteString("crc"u8, crc?.ToString("x8", CultureInfo.InvariantCulture));
        writer.WriteEndObject();
    }
}
