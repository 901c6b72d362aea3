using System.Buffers;
using System.Security.Cryptography;
using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>What the last bytes of a file say of it. Reading it is far cheaper than opening the container, and damage elsewhere does not matter.</summary>
/// <remarks>Immutable. Nothing here is verified beyond the end itself.</remarks>
public sealed record H4mkFileEnd
{
    /// <summary>The least that is read, in bytes: a TAIL chunk, which is longer than VERI.</summary>
    public const int MinReadLength = TailRecord.ChunkSize;

    /// <summary>The most that is read at first when the call does not say, in bytes: it holds ROOT of a terabyte of 1 MiB blocks.</summary>
    public const int DefaultReadLength = ContainerOpening.TailReadLength;

    /// <summary>Gets the length of the file when its end was read, in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Gets the version: 1.1 of a file that ends in TAIL, 1.0 of one that ends in VERI; <see langword="null"/> of every other file.</summary>
    public H4mkVersion? Version { get; init; }

    /// <summary>
    /// Gets the digest that names the bytes of the file: in version 1.1 SHA-256 of all that follows ROOT, as <see cref="H4mkContainer.FileDigest"/>
    /// gives it, in 1.0 what VERI says of all before it. <see langword="null"/> when there is neither, or TAIL cannot be right.
    /// </summary>
    public Sha256Digest? Digest { get; init; }

    /// <summary>
    /// Gets the playing time of all tracks in microseconds, from the least time to the greatest end; <see langword="null"/> in version 1.0, without blocks,
    /// and when ROOT is damaged or does not lie within the bytes that were read.
    /// </summary>
    public ulong? Duration { get; init; }

    /// <summary>Reads the end of a file: by one read of its last bytes, and a second one where the signatures of a 1.1 file are longer than those.</summary>
    /// <param name="source">The file. It is not disposed.</param>
    /// <param name="readLength">How many bytes the first read takes, <see cref="MinReadLength"/> or more.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>What the end says. Damage shows in it and is not thrown.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="readLength"/> is less than <see cref="MinReadLength"/>.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public static async ValueTask<H4mkFileEnd> ReadAsync(
        H4mkSource source,
        int readLength = DefaultReadLength,
        H4mkContainerOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(readLength, MinReadLength);
        var buffer = ArrayPool<byte>.Shared.Rent(readLength);
        try
        {
            var read = await source.ReadTailAsync(buffer.AsMemory(0, readLength), cancellationToken).ConfigureAwait(false);
            var end = buffer.AsMemory(0, read.Count);
            if (ContainerOpening.EndsInTail(end.Span))
            {
                return await ReadTailAsync(source, end, read.Length, options ?? new H4mkContainerOptions(), cancellationToken).ConfigureAwait(false);
            }

            var digest = VeriAtEnd(end.Span);
            return new H4mkFileEnd { Length = read.Length, Version = digest is null ? null : H4mkVersion.V10, Digest = digest };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask<H4mkFileEnd> ReadTailAsync(H4mkSource source, ReadOnlyMemory<byte> end, long length, H4mkContainerOptions options, CancellationToken cancellationToken)
    {
        var file = new H4mkFileEnd { Length = length, Version = H4mkVersion.V11 };
        try
        {
            var tail = TailRecord.Read(end.Span[^TailRecord.Size..]);
            EndReader.CheckTail(tail, length - TailRecord.ChunkSize, options);
            var start = length - end.Length;
            if ((long)tail.RootOffset >= start)
            {
                file = file with { Digest = Hash(end.Span[(int)((long)tail.RootOffset + tail.RootLength - start)..]) };
                var whole = await EndReader.ReadAsync(source, end, length, options, cancellationToken).ConfigureAwait(false);
                return file with { Duration = DurationOf(whole.Root) };
            }

            return file with { Digest = await HashAsync(source, end, (long)tail.RootOffset + tail.RootLength, length, cancellationToken).ConfigureAwait(false) };
        }
        catch (H4mkFormatException)
        {
            return file;
        }
    }

    /// <summary>Hashes the file from a position on. What the options allow of signatures bounds how much is read.</summary>
    private static async ValueTask<Sha256Digest?> HashAsync(H4mkSource source, ReadOnlyMemory<byte> end, long from, long length, CancellationToken cancellationToken)
    {
        if (from >= length - end.Length)
        {
            return Hash(end.Span[(int)(from - (length - end.Length))..]);
        }

        var bytes = new byte[length - from];
        var read = await source.ReadAsync(from, bytes, cancellationToken).ConfigureAwait(false);
        return read.Count == bytes.Length && read.Length == length ? Hash(bytes) : null;
    }

    private static ulong? DurationOf(RootTables root)
    {
        ulong first = ulong.MaxValue, end = 0;
        foreach (ref readonly var track in root.Tracks.AsSpan())
        {
            if (track.Record.BlockCount > 0)
            {
                first = Math.Min(first, track.Record.FirstPts);
                end = Math.Max(end, track.Record.EndPts);
            }
        }

        return first <= end ? end - first : null;
    }

    private static Sha256Digest? VeriAtEnd(ReadOnlySpan<byte> end)
    {
        const int ChunkSize = ChunkHeader.Size + Sha256Digest.SizeInBytes;
        if (end.Length < FileHeader.Size + ChunkSize)
        {
            return null;
        }

        var header = ChunkHeader.Read(end[^ChunkSize..]);
        var payload = end[^Sha256Digest.SizeInBytes..];
        return header.Tag == ChunkTag.Veri && header.Length == Sha256Digest.SizeInBytes && header.Crc == Hashing.Crc32.Compute(payload)
            ? new Sha256Digest(payload)
            : null;
    }

    private static Sha256Digest Hash(ReadOnlySpan<byte> bytes) => new(SHA256.HashData(bytes));
}
