using System.Buffers;
using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <content>Chunks: META, SAFE, TRAK, VERI, SIGN and those of the caller's own kind.</content>
public sealed partial class H4mkContainer
{
    /// <summary>Gets the SIGN chunks of a 1.1 container in file order, unjudged; none in version 1.0.</summary>
    public IReadOnlyList<SignChunk> Signs => Paged?.End.Signs ?? [];

    /// <summary>Lists chunks in file order. Version 1.0 does so from memory; 1.1 reads its index page by page, and knows no CRCs.</summary>
    /// <param name="tag">The one kind of chunks to list; <see langword="null"/> for all.</param>
    /// <param name="from">The least position of a chunk's header to list, in bytes.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>The chunks, as they are enumerated. Of a container that was upgraded from 1.0, SEEK is not among them: no index tells where it is.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="from"/> is negative.</exception>
    /// <exception cref="H4mkFormatException">While enumerating: a page of the index is damaged.</exception>
    /// <exception cref="IOException">While enumerating: the source failed.</exception>
    public IAsyncEnumerable<ChunkInfo> EnumerateChunksAsync(ChunkTag? tag = null, long from = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return _index.EnumerateChunksAsync(tag, from, cancellationToken);
    }

    /// <summary>Lists the chunks that are no block (CORE, TOKN) and no page of the index (INDX) in file order, without reading.</summary>
    /// <returns>The chunks. CRCs of version 1.1 are there where opening read the chunk. Of a container that was upgraded from 1.0, SEEK is not among them: no index tells where it is.</returns>
    public IEnumerable<ChunkInfo> ListOtherChunks() => _index.ListOthers();

    /// <summary>Finds the first chunk of a kind without reading: META, SAFE, TRAK, VERI, SEEK, ROOT, TAIL, SIGN, or one of the caller's own kind.</summary>
    /// <param name="tag">The kind; not <see cref="ChunkTag.Core"/>, <see cref="ChunkTag.Tokn"/> or <see cref="ChunkTag.Indx"/>, which are found by their blocks.</param>
    /// <returns>Where it stands; <see langword="null"/> when there is none, or no index lists it.</returns>
    public ChunkInfo? FindChunk(ChunkTag tag) => _index.Find(tag);

    /// <summary>Reads the payload of a chunk, such as one of the caller's own kind, and checks its CRC and, in version 1.1, the digest that ROOT names for it.</summary>
    /// <param name="chunk">A chunk of this container, as <see cref="EnumerateChunksAsync"/> lists it.</param>
    /// <param name="destination">Receives the payload once it is known to be sound; otherwise nothing.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>Bytes of payload.</returns>
    /// <exception cref="H4mkFormatException">The payload does not match its CRC or digest, or is longer than <see cref="H4mkContainerOptions.MaxBlockLength"/>.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<int> ReadChunkAsync(ChunkInfo chunk, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return _chunks.ReadAsync(chunk, _index.DigestOf(chunk), destination, cancellationToken);
    }

    /// <summary>Reads META.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The JSON object in UTF-8, byte for byte as stored; <see langword="null"/> when the file has no META.</returns>
    /// <exception cref="H4mkFormatException">The CRC or digest does not match, or the payload is not a JSON object as the version demands it.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<ReadOnlyMemory<byte>?> ReadMetaAsync(CancellationToken cancellationToken = default) => ReadJsonAsync(ChunkTag.Meta, cancellationToken);

    /// <summary>Reads SAFE.</summary>
    /// <inheritdoc cref="ReadMetaAsync"/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadSafeAsync(CancellationToken cancellationToken = default) => ReadJsonAsync(ChunkTag.Safe, cancellationToken);

    /// <summary>Reads what the producer says of the tracks.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>One for each of <see cref="Tracks"/>, in their order. Version 1.0 says video of its track, and nothing else.</returns>
    /// <exception cref="H4mkFormatException">TRAK does not match its digest, is not a list of tracks, or lists others than ROOT.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async ValueTask<IReadOnlyList<H4mkTrackInfo>> ReadTrackInfoAsync(CancellationToken cancellationToken = default)
    {
        if (Version == H4mkVersion.V10 || _index.Find(ChunkTag.Trak) is not { } chunk)
        {
            return [new H4mkTrackInfo { Id = 0, Kind = TrackKind.Video }];
        }

        var payload = await _chunks.ReadWholeAsync(chunk, _options.MaxJsonLength, cancellationToken, _index.DigestOf(chunk)).ConfigureAwait(false);
        var list = TrackList.Parse(payload, _options.MaxJsonDepth, chunk);
        return (Paged is { } paged ? list.MatchTo(paged.Root, chunk) : list).Tracks;
    }

    /// <summary>Reads the SHA-256 that VERI holds. Whether it matches is for <see cref="VerifyAsync(IProgress{VerificationProgress}?, CancellationToken)"/> to say.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The digest; <see langword="null"/> when the file has no VERI. Of version 1.1 only a container that was upgraded from 1.0 has one.</returns>
    /// <exception cref="H4mkFormatException">The CRC does not match.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async ValueTask<Sha256Digest?> ReadVeriAsync(CancellationToken cancellationToken = default)
    {
        if (_index.Find(ChunkTag.Veri) is not { } chunk)
        {
            return null;
        }

        return new Sha256Digest(await _chunks.ReadWholeAsync(chunk, Sha256Digest.SizeInBytes, cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadJsonAsync(ChunkTag tag, CancellationToken cancellationToken)
    {
        if (_index.Find(tag) is not { } chunk)
        {
            return null;
        }

        var limit = Version == H4mkVersion.V10 ? _options.MaxMetadataLength : _options.MaxJsonLength;
        var json = await _chunks.ReadWholeAsync(chunk, limit, cancellationToken, _index.DigestOf(chunk)).ConfigureAwait(false);
        var verdict = Version == H4mkVersion.V10 ? JsonObject.IsValid(json) ? JsonVerdict.Sound : JsonVerdict.Wrong : JsonObject.JudgeStrict(json, _options.MaxJsonDepth);
        if (verdict == JsonVerdict.TooDeep)
        {
            Throw.TooDeep(chunk, _options.MaxJsonDepth);
        }
        else if (verdict == JsonVerdict.Wrong)
        {
            Throw.Json(chunk);
        }

        return (ReadOnlyMemory<byte>?)json;
    }
}
