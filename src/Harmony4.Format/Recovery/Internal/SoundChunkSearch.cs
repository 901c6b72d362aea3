using System.Buffers;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Looks for chunks where the chain of lengths has broken.</summary>
internal sealed class SoundChunkSearch(H4mkSource source, long length)
{
    private const int WindowLength = 1024 * 1024;

    // A file can be made so that very many places look like the TOKN of a long CORE. Checking them may not take much longer than reading the file.
    private const int MostTimesRead = 16;
    private const long AlwaysRead = 1L << 30;

    private long _checked;

    // TOKN and the length of its payload.
    private static ReadOnlySpan<byte> TokenStart => [(byte)'T', (byte)'O', (byte)'K', (byte)'N', 0, 0, 0, TokenRecord.Size];

    /// <summary>Whether a chunk that follows a block begins at a position: TOKN, INDX or SEEK by its tag, another by its CRC.</summary>
    public async ValueTask<bool> IsFollowedAsync(long offset, CancellationToken cancellationToken) =>
        await HeaderAsync(offset, cancellationToken).ConfigureAwait(false) is { } chunk && await IsFollowedAsync(chunk, cancellationToken).ConfigureAwait(false);

    /// <summary>Whether a header is that of a chunk that follows a block.</summary>
    public ValueTask<bool> IsFollowedAsync(in ChunkInfo chunk, CancellationToken cancellationToken) =>
        chunk.Tag == ChunkTag.Tokn || chunk.Tag == ChunkTag.Indx || chunk.Tag == ChunkTag.Seek ? new(true)
        : chunk.Tag.IsValid && !FormatTags.IsNearMiss(chunk.Tag) ? IsSoundAsync(chunk, cancellationToken)
        : new(false);

    /// <summary>Finds the next sound TOKN with its sound CORE; −1 when there is none.</summary>
    public ValueTask<long> FindAsync(long offset, CancellationToken cancellationToken) => FindAsync(offset, TokenStart.ToArray(), IsBlockAsync, cancellationToken);

    /// <summary>Finds the next sound chunk with a tag; −1 when there is none.</summary>
    public ValueTask<long> FindAsync(long offset, ChunkTag tag, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(uint)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, tag.Value);
        return FindAsync(
            offset,
            bytes,
            async (at, cancellation) => await HeaderAsync(at, cancellation).ConfigureAwait(false) is { } chunk && await IsSoundAsync(chunk, cancellation).ConfigureAwait(false),
            cancellationToken);
    }

    /// <summary>Whether a whole chunk with a sound CRC begins at a position.</summary>
    public async ValueTask<bool> IsSoundAsync(long offset, CancellationToken cancellationToken) =>
        await HeaderAsync(offset, cancellationToken).ConfigureAwait(false) is { } chunk && chunk.Tag.IsValid && await IsSoundAsync(chunk, cancellationToken).ConfigureAwait(false);

    private async ValueTask<bool> IsBlockAsync(long offset, CancellationToken cancellationToken)
    {
        var start = new byte[ChunkHeader.Size + TokenRecord.Size + ChunkHeader.Size];
        var read = await source.ReadAsync(offset, start, cancellationToken).ConfigureAwait(false);
        if (read.Count < start.Length)
        {
            return false;
        }

        var payload = start.AsMemory(ChunkHeader.Size, TokenRecord.Size);
        var core = ChunkHeader.Read(start.AsSpan(ChunkHeader.Size + TokenRecord.Size)).At(offset + ChunkHeader.Size + TokenRecord.Size);
        return Crc32.Compute(payload.Span) == ChunkHeader.Read(start).Crc
            && core.Tag == ChunkTag.Core
            && core.Length == TokenRecord.Read(payload.Span).Length
            && await IsSoundAsync(core, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ChunkInfo?> HeaderAsync(long offset, CancellationToken cancellationToken)
    {
        var header = new byte[ChunkHeader.Size];
        return offset <= length - header.Length && (await source.ReadAsync(offset, header, cancellationToken).ConfigureAwait(false)).Count == header.Length
            ? ChunkHeader.Read(header).At(offset)
            : null;
    }

    private async ValueTask<bool> IsSoundAsync(ChunkInfo chunk, CancellationToken cancellationToken)
    {
        if (chunk.EndOffset > length)
        {
            return false;
        }

        _checked += chunk.Length;
        if (_checked > AlwaysRead && _checked / MostTimesRead > length)
        {
            Throw.Bad(H4mkErrorCode.Limit, chunk.Offset, chunk.Tag, $"expected that checking what looks like a block takes at most {MostTimesRead} times the file's length, found more");
        }

        var crc = default(Crc32);
        var piece = ArrayPool<byte>.Shared.Rent((int)Math.Min(WindowLength, chunk.Length));
        try
        {
            for (var at = chunk.PayloadOffset; at < chunk.EndOffset;)
            {
                var read = await source.ReadAsync(at, piece.AsMemory(0, (int)Math.Min(piece.Length, chunk.EndOffset - at)), cancellationToken).ConfigureAwait(false);
                if (read.Count == 0)
                {
                    return false;
                }

                crc.Append(piece.AsSpan(0, read.Count));
                at += read.Count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        return crc.Value == chunk.Crc;
    }

    private async ValueTask<long> FindAsync(long offset, byte[] pattern, Func<long, CancellationToken, ValueTask<bool>> isFound, CancellationToken cancellationToken)
    {
        var window = ArrayPool<byte>.Shared.Rent(WindowLength);
        try
        {
            while (offset < length)
            {
                var read = await source.ReadAsync(offset, window.AsMemory(0, (int)Math.Min(WindowLength, length - offset)), cancellationToken).ConfigureAwait(false);
                for (var at = 0; ;)
                {
                    var hit = window.AsSpan(at, read.Count - at).IndexOf(pattern);
                    if (hit < 0)
                    {
                        break;
                    }

                    at += hit;
                    if (await isFound(offset + at, cancellationToken).ConfigureAwait(false))
                    {
                        return offset + at;
                    }

                    at++;
                }

                if (read.Count < pattern.Length || offset + read.Count >= length)
                {
                    break;
                }

                offset += read.Count - pattern.Length + 1;
            }

            return -1;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }
}
