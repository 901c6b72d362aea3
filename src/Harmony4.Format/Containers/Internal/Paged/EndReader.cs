using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Reads ROOT and SIGN from the end of a file whose TAIL is there: from then on every fault is an error.</summary>
internal static class EndReader
{
    /// <param name="source">Where more is read, if the end given does not reach back to ROOT.</param>
    /// <param name="end">The last bytes of the file, TAIL included.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="H4mkFormatException">The end is not sound.</exception>
    public static async ValueTask<ContainerEnd> ReadAsync(H4mkSource source, ReadOnlyMemory<byte> end, long length, H4mkContainerOptions options, CancellationToken cancellationToken)
    {
        var tailOffset = length - TailRecord.ChunkSize;
        var tail = TailRecord.Read(end.Span[^TailRecord.Size..]);
        CheckTail(tail, tailOffset, options);
        var rootOffset = (long)tail.RootOffset;
        var start = length - end.Length;
        if (rootOffset < start)
        {
            // ROOT did not fit; how long it is has been held against the file and the limits.
            var more = new byte[tailOffset - rootOffset];
            var read = await source.ReadAsync(rootOffset, more, cancellationToken).ConfigureAwait(false);
            if (read.Count < more.Length)
            {
                Throw.Changed(rootOffset, ChunkTag.Root);
            }

            return Parse(more, end.Span[^TailRecord.ChunkSize..], tail, rootOffset, length, options);
        }

        return Parse(end.Span[(int)(rootOffset - start)..^TailRecord.ChunkSize], end.Span[^TailRecord.ChunkSize..], tail, rootOffset, length, options);
    }

    private static ContainerEnd Parse(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> tailChunk, in TailRecord tail, long rootOffset, long length, H4mkContainerOptions options)
    {
        var payload = ReadRoot(bytes[..(int)tail.RootLength], tail, rootOffset);
        var signBytes = bytes[(int)tail.RootLength..];
        var signs = ReadSigns(signBytes, rootOffset + tail.RootLength, options);
        return new ContainerEnd(length, rootOffset, ChunkHeader.Read(bytes).Crc, RootTables.Parse(payload, rootOffset, options), [.. signBytes, .. tailChunk], signs);
    }

    /// <summary>Holds what TAIL says against the file and the limits.</summary>
    /// <exception cref="H4mkFormatException">It does not fit.</exception>
    public static void CheckTail(in TailRecord tail, long tailOffset, H4mkContainerOptions options)
    {
        if (tail.Minor != RootHeader.Minor || tail.Zero != 0 || tail.End != TailRecord.Magic)
        {
            Bad(tailOffset, $"expected minor version {RootHeader.Minor}, a zero field and 'KM4H', found {tail.Minor}, {tail.Zero} and 0x{tail.End:x8}");
        }

        if (tail.RootOffset < FileHeader.Size || (UInt128)tail.RootOffset + tail.RootLength > (ulong)tailOffset || tail.RootLength < ChunkHeader.Size + RootTables.PayloadLength(1, 0, 0))
        {
            Bad(tailOffset, $"expected a ROOT between the file header and TAIL, found one at {tail.RootOffset} of {tail.RootLength} bytes");
        }

        if (tail.RootLength - ChunkHeader.Size > options.MaxRootLength)
        {
            Throw.Limit(new ChunkInfo { Tag = ChunkTag.Root, Offset = (long)tail.RootOffset, Length = tail.RootLength - ChunkHeader.Size }, options.MaxRootLength);
        }

        var signs = tailOffset - (long)tail.RootOffset - tail.RootLength;
        var most = (long)options.MaxSignCount * (ChunkHeader.Size + options.MaxSignLength);
        if (signs > most)
        {
            Throw.Bad(H4mkErrorCode.Limit, (long)tail.RootOffset + tail.RootLength, ChunkTag.Sign, string.Create(CultureInfo.InvariantCulture, $"expected at most {most} bytes of SIGN chunks (limits of the options), found {signs}"));
        }
    }

    private static byte[] ReadRoot(ReadOnlySpan<byte> chunk, in TailRecord tail, long rootOffset)
    {
        var header = ChunkHeader.Read(chunk);
        if (BitOperations.PopCount(header.Tag.Value ^ ChunkTag.Root.Value) == 1)
        {
            Throw.Fault(ChunkFault.NearMiss(header.Tag), rootOffset, null);
        }

        if (header.Tag != ChunkTag.Root || header.Length != tail.RootLength - ChunkHeader.Size)
        {
            Throw.Bad(H4mkErrorCode.Root, rootOffset, ChunkTag.Root, string.Create(CultureInfo.InvariantCulture, $"expected ROOT of {tail.RootLength - ChunkHeader.Size} bytes, as TAIL says, found {header.Tag} of {header.Length}"));
        }

        var payload = chunk[ChunkHeader.Size..].ToArray();
        if (Crc32.Compute(payload) is var crc && crc != header.Crc)
        {
            Throw.Crc(header.At(rootOffset), crc);
        }

        Span<byte> digest = stackalloc byte[Sha256Digest.SizeInBytes];
        SHA256.HashData(payload, digest);
        if (!digest.SequenceEqual(tail.RootDigest.Span))
        {
            Throw.Bad(H4mkErrorCode.Root, rootOffset, ChunkTag.Root, $"expected SHA-256 {tail.RootDigest}, as TAIL says, found {Convert.ToHexStringLower(digest)}");
        }

        return payload;
    }

    private static List<SignChunk> ReadSigns(ReadOnlySpan<byte> bytes, long start, H4mkContainerOptions options)
    {
        var signs = new List<SignChunk>();
        for (var at = 0; at < bytes.Length;)
        {
            var offset = start + at;
            if (bytes.Length - at < ChunkHeader.Size)
            {
                Throw.Bad(H4mkErrorCode.Order, offset, ChunkTag.Sign, $"expected SIGN or TAIL, found {bytes.Length - at} bytes");
            }

            var header = ChunkHeader.Read(bytes[at..]);
            if (header.Tag != ChunkTag.Sign)
            {
                Throw.Bad(H4mkErrorCode.Order, offset, header.Tag, "expected SIGN or TAIL after ROOT, found another chunk");
            }

            if (header.Length > (uint)(bytes.Length - at - ChunkHeader.Size))
            {
                Throw.Bad(H4mkErrorCode.Sign, offset, ChunkTag.Sign, $"expected a SIGN that ends before TAIL, found a payload of {header.Length} bytes");
            }

            var chunk = header.At(offset);
            if (header.Length > options.MaxSignLength)
            {
                Throw.Limit(chunk, options.MaxSignLength);
            }

            if (signs.Count == options.MaxSignCount)
            {
                Throw.Bad(H4mkErrorCode.Limit, offset, ChunkTag.Sign, $"expected at most {options.MaxSignCount} SIGN chunks (a limit of the options), found more");
            }

            signs.Add(ReadSign(bytes.Slice(at + ChunkHeader.Size, (int)header.Length), chunk));
            at += ChunkHeader.Size + (int)header.Length;
        }

        return signs;
    }

    private static SignChunk ReadSign(ReadOnlySpan<byte> payload, in ChunkInfo chunk)
    {
        if (Crc32.Compute(payload) is var crc && crc != chunk.Crc)
        {
            Throw.Crc(chunk, crc);
        }

        if (!SignHeader.TryRead(payload, out var header))
        {
            Throw.Bad(H4mkErrorCode.Sign, chunk.Offset, ChunkTag.Sign, "expected kind, a zero byte, a hint and a body, found fewer bytes or another zero byte");
        }

        return new SignChunk { Kind = header.Kind, Chunk = chunk, Body = payload[(SignHeader.Size + header.HintLength)..].ToArray() };
    }

    private static void Bad(long offset, string detail) => Throw.Bad(H4mkErrorCode.Tail, offset, ChunkTag.Tail, detail);
}
