using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>What a damaged recording begins with: TRAK, META and SAFE, or a whole 1.0 file and TRAK.</summary>
internal sealed record RecoveryHead
{
    /// <summary>The tracks, by <see cref="Trak"/>.</summary>
    public required TrackList Tracks { get; init; }

    public required ReadOnlyMemory<byte> Trak { get; init; }

    public ReadOnlyMemory<byte> Meta { get; init; }

    public ReadOnlyMemory<byte> Safe { get; init; }

    /// <summary>Bytes of the 1.0 file at the beginning; 0 where there is none.</summary>
    public long PartLength { get; init; }

    /// <summary>Where the chunks begin that follow.</summary>
    public required long BodyOffset { get; init; }

    /// <summary>Where the file ends in a chunk of its head that is not whole.</summary>
    public long? CutOffset { get; init; }

    /// <summary>Reads the head. What is damaged is taken from the options.</summary>
    /// <exception cref="ArgumentException">A chunk given in place of a damaged one cannot be written.</exception>
    /// <exception cref="H4mkFormatException">The file is no recording, or a chunk of its head is damaged and was not given.</exception>
    public static async ValueTask<RecoveryHead> ReadAsync(H4mkSource source, long length, H4mkRecoveryOptions options, RecoveryLog log, CancellationToken cancellationToken)
    {
        var start = new byte[FileHeader.Size + sizeof(uint)];
        var count = (await source.ReadAsync(0, start, cancellationToken).ConfigureAwait(false)).Count;
        var reader = new Reader(source, length, options, log);
        var tag = count == start.Length ? new ChunkTag(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(start.AsSpan(FileHeader.Size))) : default;
        if (!start.AsSpan(0, FileHeader.Size).SequenceEqual(FileHeader.Bytes))
        {
            if (tag != ChunkTag.Trak || !await reader.Search.IsSoundAsync(FileHeader.Size, cancellationToken).ConfigureAwait(false))
            {
                CheckHeader(start.AsSpan(0, Math.Min(count, FileHeader.Size)));
            }

            log.AddSkipped(0, FileHeader.Size);
        }

        if (IsTagOrNear(tag, ChunkTag.Trak))
        {
            return await reader.ReadRecordedAsync(cancellationToken).ConfigureAwait(false);
        }

        var part = await FindPartEndAsync(source, length, cancellationToken).ConfigureAwait(false);
        if (part > 0)
        {
            return await reader.ReadUpgradedAsync(part, cancellationToken).ConfigureAwait(false);
        }

        if (options.Trak.IsEmpty)
        {
            Throw.Bad(H4mkErrorCode.Track, FileHeader.Size, ChunkTag.Trak, "expected a recording of version 1.1, which begins with TRAK, or one behind a whole 1.0 file, found neither: nothing can be recovered");
        }

        return await reader.ReadRecordedAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void CheckHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FileHeader.Size)
        {
            Throw.Short(bytes.Length);
        }

        FileHeader.Check(bytes);
    }

    private static bool IsTagOrNear(ChunkTag found, ChunkTag tag) => System.Numerics.BitOperations.PopCount(found.Value ^ tag.Value) <= 1;

    /// <summary>Follows the headers of 1.0 chunks to the end of VERI; 0 when they do not lead there, or nothing follows.</summary>
    private static async ValueTask<long> FindPartEndAsync(H4mkSource source, long length, CancellationToken cancellationToken)
    {
        var header = new byte[ChunkHeader.Size];
        for (long at = FileHeader.Size; at <= length - header.Length;)
        {
            await source.ReadAsync(at, header, cancellationToken).ConfigureAwait(false);
            var chunk = ChunkHeader.Read(header).At(at);
            if (!chunk.Tag.IsValid || FormatTags.IsSince11(chunk.Tag) || chunk.EndOffset > length)
            {
                return 0;
            }

            if (chunk.Tag == ChunkTag.Veri)
            {
                return chunk.EndOffset < length ? chunk.EndOffset : 0;
            }

            at = chunk.EndOffset;
        }

        return 0;
    }

    private sealed class Reader(H4mkSource source, long length, H4mkRecoveryOptions options, RecoveryLog log)
    {
        private long _at;
        private long? _cut;
        private bool _isBehindPart;

        public SoundChunkSearch Search { get; } = new(source, length);

        public async ValueTask<RecoveryHead> ReadRecordedAsync(CancellationToken cancellationToken)
        {
            _at = FileHeader.Size;
            var trak = await ReadAsync(ChunkTag.Trak, options.Trak, cancellationToken).ConfigureAwait(false);
            var meta = await ReadAsync(ChunkTag.Meta, options.Meta, cancellationToken).ConfigureAwait(false);
            var safe = await ReadAsync(ChunkTag.Safe, options.Safe, cancellationToken).ConfigureAwait(false);
            return new RecoveryHead { Tracks = TracksOf(trak), Trak = trak, Meta = meta, Safe = safe, BodyOffset = _at, CutOffset = _cut };
        }

        public async ValueTask<RecoveryHead> ReadUpgradedAsync(long part, CancellationToken cancellationToken)
        {
            _at = part;
            _isBehindPart = true;
            var trak = await ReadAsync(ChunkTag.Trak, options.Trak, cancellationToken).ConfigureAwait(false);
            return new RecoveryHead { Tracks = TracksOf(trak), Trak = trak, PartLength = part, BodyOffset = _at, CutOffset = _cut };
        }

        private TrackList TracksOf(ReadOnlyMemory<byte> trak) =>
            TrackList.TryParse(trak, options.Limits.MaxJsonDepth, out var list, out var fault) ? list : throw new ArgumentException($"the TRAK given cannot be written: {fault}", nameof(trak));

        private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(ChunkTag tag, ReadOnlyMemory<byte> given, CancellationToken cancellationToken)
        {
            var header = new byte[ChunkHeader.Size];
            var isWhole = (await source.ReadAsync(_at, header, cancellationToken).ConfigureAwait(false)).Count == header.Length;
            var chunk = ChunkHeader.Read(header).At(_at);
            if (isWhole && chunk.Tag == tag && chunk.Length <= options.Limits.MaxJsonLength && chunk.EndOffset <= length)
            {
                var payload = new byte[chunk.Length];
                await source.ReadAsync(chunk.PayloadOffset, payload, cancellationToken).ConfigureAwait(false);
                if (Crc32.Compute(payload) == chunk.Crc && IsUsable(tag, payload))
                {
                    _at = chunk.EndOffset;
                    return payload;
                }
            }

            if (given.IsEmpty)
            {
                Throw.Bad(
                    isWhole && chunk.EndOffset <= length ? H4mkErrorCode.Crc : H4mkErrorCode.Incomplete,
                    _at,
                    tag,
                    $"expected a sound {tag}, found a damaged one: without it nothing can be recovered, unless it is given");
            }

            if (tag != ChunkTag.Trak && !IsUsable(tag, given))
            {
                throw new ArgumentException($"the {tag} given is not a JSON object in UTF-8 of at most {options.Limits.MaxJsonDepth} levels without duplicate members", nameof(given));
            }

            await PassAsync(tag, isWhole ? chunk : null, cancellationToken).ConfigureAwait(false);
            return given;
        }

        private bool IsUsable(ChunkTag tag, ReadOnlyMemory<byte> payload) => tag == ChunkTag.Trak
            ? TrackList.TryParse(payload, options.Limits.MaxJsonDepth, out var list, out _) && (!_isBehindPart || list.Tracks[0].Id == 0)
            : payload.Length <= options.Limits.MaxJsonLength && JsonObject.JudgeStrict(payload.Span, options.Limits.MaxJsonDepth) == JsonVerdict.Sound;

        /// <summary>Goes on behind a damaged chunk of the head: at the next sound chunk of the head or the first block, or where its length leads to a sound chunk.</summary>
        private async ValueTask PassAsync(ChunkTag tag, ChunkInfo? chunk, CancellationToken cancellationToken)
        {
            // The length may be what is damaged, and lead to a sound chunk all the same: the nearest one counts.
            var next = await Search.FindAsync(_at + 1, cancellationToken).ConfigureAwait(false);
            if (chunk is { } header && header.EndOffset <= length && await Search.IsSoundAsync(header.EndOffset, cancellationToken).ConfigureAwait(false))
            {
                next = Nearest(next, header.EndOffset);
            }

            foreach (var later in (ChunkTag[])[ChunkTag.Meta, ChunkTag.Safe])
            {
                if (tag == ChunkTag.Trak || (tag == ChunkTag.Meta && later == ChunkTag.Safe))
                {
                    next = Nearest(next, await Search.FindAsync(_at + 1, later, cancellationToken).ConfigureAwait(false));
                }
            }

            if (next < 0)
            {
                _cut ??= _at;
                next = length;
            }
            else
            {
                log.AddSkipped(_at, next);
            }

            _at = next;
        }

        private static long Nearest(long one, long other) => one < 0 ? other : other < 0 ? one : Math.Min(one, other);
    }
}
