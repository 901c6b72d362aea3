using System.Buffers;
using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>Adds SIGN chunks to a finished 1.1 container. Nothing else of it changes, so its identity stays.</summary>
public static class H4mkSigning
{
    /// <summary>The most SIGN chunks of a container that every reader takes: 16.</summary>
    public const int MaxCount = 16;

    /// <summary>Returns where the bytes begin that <see cref="WriteEndAsync"/> writes anew: at TAIL.</summary>
    /// <param name="container">A 1.1 container.</param>
    /// <returns>The position in the file.</returns>
    /// <exception cref="ArgumentException">The container is of version 1.0.</exception>
    public static long GetEndOffset(H4mkContainer container)
    {
        ArgumentNullException.ThrowIfNull(container);
        return Require(container).End.TailChunk.Offset;
    }

    /// <summary>Writes what follows <see cref="GetEndOffset"/>: the new SIGN chunks behind those that the container has, and TAIL.</summary>
    /// <param name="container">A 1.1 container. All that is read of it was read when it was opened, so the output may be the file itself.</param>
    /// <param name="signs">What to add.</param>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <returns>A task.</returns>
    /// <exception cref="ArgumentException">The container is of version 1.0, would have more than <see cref="MaxCount"/> SIGN chunks, or a body is too long or of no kind.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public static async ValueTask WriteEndAsync(H4mkContainer container, IReadOnlyList<SignContent> signs, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(signs);
        ArgumentNullException.ThrowIfNull(output);
        var end = Require(container).End;
        SignRecord.RequireCount(end.Signs.Count + (long)signs.Count);
        var sink = new ChunkSink(output, leaveOpen: true, isDurable: false, end.TailChunk.Offset);
        foreach (var sign in signs)
        {
            await sink.WriteAsync(ChunkTag.Sign, new ReadOnlySequence<byte>(SignRecord.Write(sign)), cancellationToken).ConfigureAwait(false);
        }

        await sink.WriteAsync(ChunkTag.Tail, new ReadOnlySequence<byte>(RecordedIndex.BuildTail(end.RootOffset, end.Root.Payload.Span)), cancellationToken).ConfigureAwait(false);
        await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Encodes a whole SIGN chunk, header included, as it stands in a file.</summary>
    /// <param name="sign">What it says.</param>
    /// <returns>The chunk.</returns>
    /// <exception cref="ArgumentException">The body is too long or of no kind.</exception>
    public static byte[] Encode(in SignContent sign)
    {
        var payload = SignRecord.Write(sign);
        var chunk = new byte[ChunkHeader.Size + payload.Length];
        new ChunkHeader(ChunkTag.Sign, (uint)payload.Length, Hashing.Crc32.Compute(payload)).Write(chunk);
        payload.CopyTo(chunk, ChunkHeader.Size);
        return chunk;
    }

    /// <summary>Decodes a whole SIGN chunk.</summary>
    /// <param name="bytes">Bytes that begin with the chunk.</param>
    /// <param name="sign">What it says.</param>
    /// <param name="bytesConsumed">The length of the chunk.</param>
    /// <returns><see langword="false"/> when no whole, sound SIGN chunk of at most 64 KiB is there.</returns>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out SignContent sign, out int bytesConsumed)
    {
        sign = default;
        bytesConsumed = 0;
        if (bytes.Length < ChunkHeader.Size)
        {
            return false;
        }

        var header = ChunkHeader.Read(bytes.Span);
        if (header.Tag != ChunkTag.Sign || header.Length > SignRecord.MaxLength || header.Length > bytes.Length - ChunkHeader.Size)
        {
            return false;
        }

        var payload = bytes.Slice(ChunkHeader.Size, (int)header.Length);
        if (Hashing.Crc32.Compute(payload.Span) != header.Crc || !SignHeader.TryRead(payload.Span, out var fields) || fields.Kind == 0)
        {
            return false;
        }

        sign = new SignContent(fields.Kind, payload[(SignHeader.Size + fields.HintLength)..]);
        bytesConsumed = ChunkHeader.Size + payload.Length;
        return true;
    }

    private static PagedIndex Require(H4mkContainer container) =>
        container.Paged ?? throw new ArgumentException("a container of version 1.0 has no root that could be signed; upgrade it first", nameof(container));
}
