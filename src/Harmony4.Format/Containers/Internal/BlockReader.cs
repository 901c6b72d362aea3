using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>The one place where a block's bytes are read and judged: by its digest in version 1.1, by its CRC in 1.0. Safe for concurrent use.</summary>
internal sealed class BlockReader(H4mkSource source, H4mkContainerOptions options)
{
    /// <summary>Reads a whole block into a buffer writer, which is advanced once the block is known to be sound.</summary>
    /// <returns>Bytes of payload.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(BlockLocation block, IBufferWriter<byte> destination, CancellationToken cancellationToken)
    {
        CheckLength(block);
        var length = (int)block.Length;
        var bytes = destination.GetMemory(ChunkHeader.Size + length)[..(ChunkHeader.Size + length)];
        await ReadChunkAsync(block, bytes, cancellationToken).ConfigureAwait(false);
        bytes[ChunkHeader.Size..].CopyTo(bytes);
        destination.Advance(length);
        return length;
    }

    /// <summary>Reads a block's whole chunk, header and payload, and judges it. What is not sound is cleared.</summary>
    /// <param name="block">The block.</param>
    /// <param name="destination">12 bytes more than the block's payload.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadChunkAsync(BlockLocation block, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await FillAsync(block, block.Chunk.Offset, destination, cancellationToken).ConfigureAwait(false);
        try
        {
            Check(block, destination.Span);
        }
        catch (H4mkFormatException)
        {
            destination.Span.Clear();
            throw;
        }
    }

    /// <summary>Reads a part of a block's payload without judging it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FillAsync(BlockLocation block, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await source.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
        if (read.Count < destination.Length)
        {
            Throw.Changed(block.Chunk.Offset, ChunkTag.Core);
        }
    }

    public void CheckLength(in BlockLocation block)
    {
        if (LengthFault(block) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>What is to be raised for a block that is longer than the options allow, or than an array can be.</summary>
    public H4mkFormatException? LengthFault(in BlockLocation block) =>
        Math.Min(options.MaxBlockLength, Array.MaxLength - ChunkHeader.Size) is var limit && block.Length > (uint)limit ? Throw.LimitOf(block.Chunk, limit) : null;

    /// <summary>Judges the bytes of a block's whole chunk.</summary>
    public static void Check(in BlockLocation block, ReadOnlySpan<byte> chunk)
    {
        CheckHeader(block, chunk);
        var payload = chunk[ChunkHeader.Size..];
        if (block.Digest is { } digest)
        {
            Span<byte> found = stackalloc byte[Sha256Digest.SizeInBytes];
            SHA256.HashData(payload, found);
            CheckDigest(block, digest, found);
        }
        else
        {
            CheckCrc(block, Crc32.Compute(payload));
        }
    }

    /// <summary>Holds a chunk header against what the index says of the block.</summary>
    public static void CheckHeader(in BlockLocation block, ReadOnlySpan<byte> chunk)
    {
        var header = ChunkHeader.Read(chunk);
        if (header.Tag != ChunkTag.Core || header.Length != block.Length)
        {
            Throw.Bad(H4mkErrorCode.Block, block.Chunk.Offset, ChunkTag.Core, $"expected the CORE of block {block.Ordinal} with {block.Length} bytes, found {header.Tag} of {header.Length}");
        }
    }

    public static void CheckDigest(in BlockLocation block, in Sha256Digest expected, ReadOnlySpan<byte> found)
    {
        if (!found.SequenceEqual(expected.Span))
        {
            Throw.Bad(H4mkErrorCode.Block, block.Chunk.Offset, ChunkTag.Core, $"expected block {block.Ordinal} with SHA-256 {expected}, found {Convert.ToHexStringLower(found)}");
        }
    }

    public static void CheckCrc(in BlockLocation block, uint found)
    {
        // A block with neither digest nor CRC could not be judged, and no index makes one.
        if (block.Crc is not { } crc)
        {
            throw new InvalidOperationException("the block has neither a digest nor a CRC to be checked by");
        }

        if (crc != found)
        {
            Throw.Crc(block.Chunk, found);
        }
    }
}
