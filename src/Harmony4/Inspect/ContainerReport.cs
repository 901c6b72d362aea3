using System.Globalization;
using System.Text.Json;
using Harmony4.Format;

namespace Harmony4;

/// <summary>What can be said of a container: what <c>harmony4 inspect</c> prints and <c>/video/info</c> answers.</summary>
/// <remarks>The chunk list is read from the container as it is written out, so the container has to stay open until then.</remarks>
public sealed class ContainerReport
{
    private const int FlushLength = 64 * 1024;
    private readonly H4mkContainer _container;

    internal ContainerReport(H4mkContainer container) => _container = container;

    /// <summary>Gets the version of the format, such as <c>1.0</c>.</summary>
    public string Version => "1.0";

    /// <summary>Gets the length of the file in bytes.</summary>
    public long Size => _container.Length;

    /// <summary>Gets how many blocks all tracks have.</summary>
    public long BlockCount => _container.BlockCount;

    /// <summary>Gets the tracks.</summary>
    public IReadOnlyList<H4mkTrack> Tracks => _container.Tracks;

    /// <summary>Gets what the producer says of the tracks, in the order of <see cref="Tracks"/>.</summary>
    public IReadOnlyList<H4mkTrackInfo> TrackInfo { get; internal init; } = [];

    /// <summary>Gets how many keyframes SEEK lists, as <see cref="H4mkContainer.CountSeekEntriesAsync"/> gives it.</summary>
    public long? SeekEntryCount { get; internal init; }

    /// <summary>Gets META as stored; null when it is absent, damaged or not a JSON object.</summary>
    public ReadOnlyMemory<byte>? Meta { get; internal init; }

    /// <summary>Gets SAFE as stored; null when it is absent, damaged or not a JSON object.</summary>
    public ReadOnlyMemory<byte>? Safe { get; internal init; }

    /// <summary>Gets the SHA-256 that VERI holds; null when it is absent or damaged.</summary>
    public Sha256Digest? Veri { get; internal init; }

    /// <summary>Gets the state: unverified, unless something that was read is already wrong or a verification was asked for.</summary>
    public VerificationState Integrity { get; internal init; }

    /// <summary>Gets the verification, when one was asked for.</summary>
    public VerificationResult? Verification { get; internal init; }

    /// <summary>Lists every chunk in file order.</summary>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>The chunks, as they are enumerated.</returns>
    public IAsyncEnumerable<ChunkInfo> EnumerateChunksAsync(CancellationToken cancellationToken = default) => 
        _container.EnumerateChunksAsync(cancellationToken: cancellationToken);

    /// <summary>Writes the report as one JSON object.</summary>
    /// <param name="writer">Receives the object. It is flushed from time to time, so that memory does not grow with the number of chunks.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <returns>A task that ends when the object is written; the writer is not flushed at its end.</returns>
    public async Task WriteToAsync(Utf8JsonWriter writer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("version"u8, Version);
        writer.WriteNumber("size"u8, Size);
        writer.WriteNumber("blocks"u8, BlockCount);
        writer.WriteStartArray("tracks"u8);
        for (var i = 0; i < Tracks.Count; i++)
        {
            WriteTrack(writer, Tracks[i], TrackInfo[i]);
        }

        writer.WriteEndArray();
        await WriteChunksAsync(writer, cancellationToken).ConfigureAwait(false);
        WriteRaw(writer, "meta"u8, Meta);
        WriteRaw(writer, "safe"u8, Safe);
        if (SeekEntryCount is { } entries)
        {
            writer.WriteNumber("seek_entries"u8, entries);
        }
        else
        {
            writer.WriteNull("seek_entries"u8);
        }

        writer.WriteString("integrity"u8, Integrity.ToName());
        writer.WriteNull("root"u8);
        WriteHex(writer, "veri"u8, Veri);
        writer.WriteEndObject();
    }

    internal static void WriteHex(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Sha256Digest? digest)
    {
        if (digest is { } present)
        {
            writer.WriteString(name, present.ToString());
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static void WriteTrack(Utf8JsonWriter writer, H4mkTrack track, H4mkTrackInfo info)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id"u8, track.Id);
        writer.WriteString("kind"u8, info.Kind.ToName());
        writer.WriteNumber("blocks"u8, track.BlockCount);
        writer.WriteNumber("bytes"u8, track.ByteLength);
        if (track.Duration is { } duration)
        {
            writer.WriteNumber("duration_us"u8, duration);
        }
        else
        {
            writer.WriteNull("duration_us"u8);
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

    private async Task WriteChunksAsync(Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        writer.WriteStartObject("chunks"u8);
        var (tags, groups) = await GroupByTagAsync(cancellationToken).ConfigureAwait(false);
        foreach (var tag in tags)
        {
            writer.WriteStartArray(tag.ToString());
            if (tag == ChunkTag.Core)
            {
                await foreach (var chunk in EnumerateChunksAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (chunk.Tag == tag)
                    {
                        await WriteChunkAsync(writer, chunk, cancellationToken).ConfigureAwait(false);
                    }
                }
            }
            else
            {
                foreach (var chunk in groups[tag])
                {
                    await WriteChunkAsync(writer, chunk, cancellationToken).ConfigureAwait(false);
                }
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    /// <summary>Tags in order of appearance, and the chunks of each but CORE, of which there may be too many to list in memory.</summary>
    private async Task<(List<ChunkTag> Tags, Dictionary<ChunkTag, List<ChunkInfo>> Groups)> GroupByTagAsync(CancellationToken cancellationToken)
    {
        var tags = new List<ChunkTag>();
        var groups = new Dictionary<ChunkTag, List<ChunkInfo>>();
        await foreach (var chunk in EnumerateChunksAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!groups.TryGetValue(chunk.Tag, out var group))
            {
                groups.Add(chunk.Tag, group = []);
                tags.Add(chunk.Tag);
            }

            if (chunk.Tag != ChunkTag.Core)
            {
                group.Add(chunk);
            }
        }

        return (tags, groups);
    }

    private static Task WriteChunkAsync(Utf8JsonWriter writer, in ChunkInfo chunk, CancellationToken cancellationToken)
    {
        writer.WriteStartObject();
        writer.WriteNumber("offset"u8, chunk.PayloadOffset);
        writer.WriteNumber("size"u8, chunk.Length);
        writer.WriteString("crc"u8, chunk.Crc?.ToString("x8", CultureInfo.InvariantCulture));
        writer.WriteEndObject();
        return writer.BytesPending > FlushLength ? writer.FlushAsync(cancellationToken) : Task.CompletedTask;
    }
}
