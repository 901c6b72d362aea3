using System.Buffers;
using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <summary>Reads a whole 1.0 file for a recorder that goes on behind it.</summary>
internal sealed class PartReader(H4mkContainer container, H4mkWriterOptions options, IReadOnlyList<BlockInfo>? blockTimes, IProgress<long>? progress)
{
    private const int PieceLength = 1024 * 1024;

    private List<(long Ordinal, ulong Pts)> _keys = [];

    /// <summary>The time of the last block that was added.</summary>
    public ulong LastPts { get; private set; }

    /// <summary>Verifies the file, and gives the recorder its chunks and blocks.</summary>
    /// <exception cref="ArgumentException">The times given disagree with the file.</exception>
    /// <exception cref="H4mkFormatException">The file is not sound and whole, or has something that version 1.1 cannot hold.</exception>
    public async ValueTask ReadAsync(Recorder11 recorder, CancellationToken cancellationToken)
    {
        await CheckAsync(cancellationToken).ConfigureAwait(false);
        await AddAsync(recorder, static _ => default, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Verifies the file, before anything of it is used.</summary>
    /// <exception cref="ArgumentException">The times given disagree with the file.</exception>
    /// <exception cref="H4mkFormatException">The file is not sound and whole, or its SEEK could not be written again.</exception>
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        RequireWhole(await container.VerifyAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        var seek = container.FindChunk(ChunkTag.Seek)!.Value;
        _keys = await PartKeyframes.FindAsync(container, await container.ReadSeekAsync(seek, cancellationToken).ConfigureAwait(false), seek, cancellationToken).ConfigureAwait(false);
        if (blockTimes is not null)
        {
            CheckTimes(blockTimes, _keys);
        }
    }

    /// <summary>Gives the recorder the chunks and blocks of a file that was checked.</summary>
    /// <param name="recorder">Stands behind the file.</param>
    /// <param name="listed">What an index says of a block. It is used where it agrees with the file.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <exception cref="H4mkFormatException">The file has something that version 1.1 cannot hold.</exception>
    public async ValueTask AddAsync(Recorder11 recorder, Func<long, ValueTask<IndexEntry?>> listed, CancellationToken cancellationToken)
    {
        await AddChunksAsync(recorder, cancellationToken).ConfigureAwait(false);
        await AddBlocksAsync(recorder, listed, cancellationToken).ConfigureAwait(false);
    }

    private void RequireWhole(VerificationResult result)
    {
        if (result.Integrity != IntegrityState.Intact)
        {
            var finding = result.Findings[0];
            throw new H4mkFormatException(finding.Code, finding.Offset, finding.Message, finding.Chunk);
        }

        foreach (var tag in (ReadOnlySpan<ChunkTag>)[ChunkTag.Seek, ChunkTag.Meta, ChunkTag.Safe, ChunkTag.Veri])
        {
            if (container.FindChunk(tag) is null)
            {
                Throw.Bad(H4mkErrorCode.Missing, container.Length, tag, $"expected a whole 1.0 file, found one without {tag}");
            }
        }
    }

    private async ValueTask AddChunksAsync(Recorder11 recorder, CancellationToken cancellationToken)
    {
        var count = 1;
        foreach (var chunk in container.ListOtherChunks())
        {
            if (chunk.Tag == ChunkTag.Seek || chunk.Tag == ChunkTag.Veri)
            {
                continue;
            }

            if (chunk.Tag == ChunkTag.Meta || chunk.Tag == ChunkTag.Safe)
            {
                await CheckJsonAsync(chunk, cancellationToken).ConfigureAwait(false);
            }
            else if (!FormatTags.IsFree(chunk.Tag))
            {
                Throw.Bad(H4mkErrorCode.Order, chunk.Offset, chunk.Tag, "expected no chunk of version 1.1 in a 1.0 file, nor one whose tag is one bit away from one of the format");
            }

            if (++count > options.MaxAuxCount)
            {
                Throw.Bad(H4mkErrorCode.Limit, chunk.Offset, chunk.Tag, $"expected at most {options.MaxAuxCount} chunks besides blocks and index (a limit of the options), found more");
            }

            recorder.AddPartChunk(chunk, await DigestAsync(chunk, cancellationToken).ConfigureAwait(false));
        }
    }

    private async ValueTask CheckJsonAsync(ChunkInfo chunk, CancellationToken cancellationToken)
    {
        if (chunk.Length > options.MaxJsonLength)
        {
            Throw.Limit(chunk, options.MaxJsonLength);
        }

        var json = new ArrayBufferWriter<byte>(ChunkHeader.Size + (int)chunk.Length);
        await container.ReadChunkAsync(chunk, json, cancellationToken).ConfigureAwait(false);
        if (JsonObject.JudgeStrict(json.WrittenSpan, options.MaxJsonDepth) != JsonVerdict.Sound)
        {
            Throw.Bad(H4mkErrorCode.Json, chunk.Offset, chunk.Tag, $"expected a JSON object in UTF-8 of at most {options.MaxJsonDepth} levels without duplicate members, as version 1.1 demands it");
        }
    }

    /// <summary>Hashes a payload, whose CRC was checked before.</summary>
    private async ValueTask<Sha256Digest> DigestAsync(ChunkInfo chunk, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = ArrayPool<byte>.Shared.Rent((int)Math.Min(PieceLength, chunk.Length));
        try
        {
            for (var at = chunk.PayloadOffset; at < chunk.EndOffset;)
            {
                var read = await container.Source.ReadAsync(at, piece.AsMemory(0, (int)Math.Min(piece.Length, chunk.EndOffset - at)), cancellationToken).ConfigureAwait(false);
                if (read.Count == 0)
                {
                    Throw.Changed(chunk.Offset, chunk.Tag);
                }

                hash.AppendData(piece.AsSpan(0, read.Count));
                at += read.Count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        return new Sha256Digest(hash.GetHashAndReset());
    }

    /// <summary>Holds the times given against SEEK, which tells of keyframes alone.</summary>
    private void CheckTimes(IReadOnlyList<BlockInfo> times, List<(long Ordinal, ulong Pts)> keys)
    {
        var next = 0;
        if (times.Count != container.BlockCount)
        {
            throw new ArgumentException($"expected the times of {container.BlockCount} blocks, found {times.Count}", nameof(times));
        }

        for (var i = 0; i < times.Count; i++)
        {
            var isKey = next < keys.Count && keys[next].Ordinal == i;
            if (times[i].Flags != (isKey ? BlockFlags.Key : BlockFlags.None) || (isKey && times[i].Pts != keys[next].Pts))
            {
                throw new ArgumentException($"block {i} disagrees with SEEK: expected {(isKey ? $"a keyframe at {keys[next].Pts} us" : "no keyframe")} and no other flag, found flags {(int)times[i].Flags} at {times[i].Pts} us", nameof(times));
            }

            next += isKey ? 1 : 0;
        }
    }

    private async ValueTask AddBlocksAsync(Recorder11 recorder, Func<long, ValueTask<IndexEntry?>> listed, CancellationToken cancellationToken)
    {
        // Times that nobody told are not invented: a block has that of the keyframe before it.
        var pts = _keys.Count > 0 ? _keys[0].Pts : 0;
        var next = 0;
        long done = 0;
        await foreach (var block in container.ReadBlocksAsync(container.GetTrack().Id, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (block.Payload.Length > Recorder11.MaxBlockLength)
            {
                throw Throw.LimitOf(new ChunkInfo { Tag = ChunkTag.Core, Offset = block.Location.FileOffset - ChunkHeader.Size, Length = (uint)block.Payload.Length }, Recorder11.MaxBlockLength);
            }

            var isKey = next < _keys.Count && _keys[next].Ordinal == block.Ordinal;
            pts = isKey ? _keys[next++].Pts : pts;
            var info = blockTimes is not null ? blockTimes[(int)block.Ordinal]
                : await listed(block.Ordinal).ConfigureAwait(false) is { } entry && Agrees(entry, block, isKey, pts) ? new BlockInfo { Pts = entry.Pts, Duration = entry.Duration, IsKey = isKey }
                : new BlockInfo { Pts = pts, IsKey = isKey };
            var added = new IndexEntry(info.Pts, info.Duration <= uint.MaxValue ? (uint)info.Duration : 0, (uint)block.Payload.Length, 0, (uint)info.Flags, default);
            await recorder.AddPartBlockAsync(added, block.Location.FileOffset - ChunkHeader.Size, block.Payload, cancellationToken).ConfigureAwait(false);
            LastPts = info.Pts;
            progress?.Report(done += block.Payload.Length);
        }
    }

    private static bool Agrees(in IndexEntry entry, in H4mkBlock block, bool isKey, ulong keyPts) =>
        entry.Length == block.Payload.Length
        && entry.Flags == (isKey ? (uint)BlockFlags.Key : 0)
        && (!isKey || entry.Pts == keyPts)
        && entry.Pts <= (ulong)long.MaxValue - entry.Duration;
}
