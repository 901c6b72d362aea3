using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Reads the payload of a chunk that is no block, header included, and checks its CRC and, where an index has one, its digest. Safe for concurrent use.</summary>
internal sealed class ChunkReader(H4mkSource source, H4mkContainerOptions options)
{
    /// <summary>Reads a payload into a new array.</summary>
    /// <exception cref="H4mkFormatException">It is longer than the limit, is not where it was, or does not match its CRC.</exception>
    public async ValueTask<byte[]> ReadWholeAsync(ChunkInfo chunk, long limit, CancellationToken cancellationToken, Sha256Digest? digest = null)
    {
        CheckLength(chunk, limit);

        // The length is no more than the file's, which was read when the chunk was found.
        using var bytes = new PooledArray(ChunkHeader.Size + (int)chunk.Length);
        await FillAsync(chunk, digest, bytes.Memory, cancellationToken).ConfigureAwait(false);
        return bytes.Memory.Span[ChunkHeader.Size..].ToArray();
    }

    /// <summary>Reads a payload into a buffer writer, which is advanced once the payload is known to be sound.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(ChunkInfo chunk, Sha256Digest? digest, IBufferWriter<byte> destination, CancellationToken cancellationToken)
    {
        CheckLength(chunk, options.MaxBlockLength);

        var length = (int)chunk.Length;
        var bytes = destination.GetMemory(ChunkHeader.Size + length)[..(ChunkHeader.Size + length)];
        await FillAsync(chunk, digest, bytes, cancellationToken).ConfigureAwait(false);
        bytes[ChunkHeader.Size..].CopyTo(bytes);
        destination.Advance(length);
        return length;
    }

    // A chunk is read with its header into one array.
    private static void CheckLength(in ChunkInfo chunk, long limit)
    {
        var most = Math.Min(limit, Array.MaxLength - ChunkHeader.Size);
        if (chunk.Length > most)
        {
            Throw.Limit(chunk, most);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillAsync(ChunkInfo chunk, Sha256Digest? digest, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await source.ReadAsync(chunk.Offset, destination, cancellationToken).ConfigureAwait(false);
        if (read.Count < destination.Length)
        {
            Throw.Changed(chunk.Offset, chunk.Tag);
        }

        var header = ChunkHeader.Read(destination.Span);
        if (header.Tag != chunk.Tag || header.Length != chunk.Length)
        {
            Throw.Changed(chunk.Offset, chunk.Tag);
        }

        var crc = Crc32.Compute(destination.Span[ChunkHeader.Size..]);
        if (crc != header.Crc)
        {
            Throw.Crc(header.At(chunk.Offset), crc);
        }

        if (digest is { } expected && new Sha256Digest(SHA256.HashData(destination.Span[ChunkHeader.Size..])) is var found && found != expected)
        {
            Throw.Bad(H4mkErrorCode.Aux, chunk.Offset, chunk.Tag, $"expected SHA-256 {expected}, as ROOT says, found {found}");
        }
    }
}
