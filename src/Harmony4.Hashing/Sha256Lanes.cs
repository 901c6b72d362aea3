using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Harmony4.Hashing.Internal.Folding;
using Harmony4.Hashing.Internal.Lanes;

namespace Harmony4.Hashing;

/// <summary>
/// SHA-256 (FIPS 180-4) of many independent messages at once. One message is a chain of steps that cannot overlap; several
/// messages can share every vector instruction: sixteen with AVX-512, eight with AVX2, four on Arm64. The digests are
/// those of <see cref="SHA256.HashData(ReadOnlySpan{byte}, Span{byte})"/>, whatever the CPU.
/// </summary>
/// <remarks>
/// Lengths may differ: a lane takes the next message when its own ends, longest first, and messages that the platform's
/// implementation hashes faster go there (a single one always does). Runs on the calling thread. Thread-safe;
/// allocates nothing (more than 256 messages rent an index from the shared pool).
/// </remarks>
public static class Sha256Lanes
{
    /// <summary>The length of a digest in bytes: 32.</summary>
    public const int HashSizeInBytes = SHA256.HashSizeInBytes;

    private const int MaxRecordSize = 1 << 30;

    /// <summary>Gets the number of messages that this CPU hashes side by side: 16, 8 or 4, or 1 where the platform does it all.</summary>
    public static int LaneCount => LaneEngine.Lanes(LaneEngine.Widest);

    /// <summary>Hashes messages.</summary>
    /// <param name="messages">The messages; each may be empty. They must not change meanwhile.</param>
    /// <param name="digests">Receives the digests, 32 bytes each, in the order of the messages; must not overlap any of them.</param>
    /// <exception cref="ArgumentException"><paramref name="digests"/> is shorter than 32 bytes per message, or overlaps a message.</exception>
    public static void HashData(ReadOnlySpan<ReadOnlyMemory<byte>> messages, Span<byte> digests)
    {
        digests = DigestsOf(messages.Length, digests);
        foreach (var message in messages)
        {
            ThrowIfOverlapping(message.Span, digests);
        }

        LaneEngine.HashMessages(LaneEngine.Widest, LaneEngine.Costs(LaneEngine.Widest), messages, digests, Crc32Engine.Widest, []);
    }

    /// <summary>Hashes messages and computes their CRC-32, in one pass over memory.</summary>
    /// <param name="messages">The messages; each may be empty. They must not change meanwhile.</param>
    /// <param name="digests">Receives the digests, 32 bytes each, in the order of the messages; must not overlap any of them.</param>
    /// <param name="crcs">
    /// Receives the checksums, as <see cref="Crc32.Compute(ReadOnlySpan{byte})"/> gives them, one per message; must not overlap any of
    /// the messages, nor <paramref name="digests"/>.
    /// </param>
    /// <exception cref="ArgumentException">
    /// <paramref name="digests"/> is shorter than 32 bytes per message, <paramref name="crcs"/> is shorter than one value per message,
    /// or one of them overlaps a message or the other.
    /// </exception>
    public static void HashData(ReadOnlySpan<ReadOnlyMemory<byte>> messages, Span<byte> digests, Span<uint> crcs)
    {
        digests = DigestsOf(messages.Length, digests);
        crcs = crcs.Length >= messages.Length
            ? crcs[..messages.Length]
            : throw new ArgumentException($"{messages.Length} messages have as many checksums.", nameof(crcs));
        var crcBytes = MemoryMarshal.AsBytes(crcs);
        var overlap = crcBytes.Overlaps(digests);
        foreach (var message in messages)
        {
            ThrowIfOverlapping(message.Span, digests);
            overlap |= crcBytes.Overlaps(message.Span);
        }

        if (overlap)
        {
            throw new ArgumentException("The checksums overlap the digests or a message.", nameof(crcs));
        }

        LaneEngine.HashMessages(LaneEngine.Widest, LaneEngine.Costs(LaneEngine.Widest), messages, digests, Crc32Engine.Widest, crcs);
    }

    /// <summary>Hashes messages into a new array.</summary>
    /// <param name="messages">The messages; each may be empty. They must not change meanwhile.</param>
    /// <returns>The digests, 32 bytes each, in the order of the messages.</returns>
    public static byte[] HashData(ReadOnlySpan<ReadOnlyMemory<byte>> messages)
    {
        var digests = new byte[messages.Length * HashSizeInBytes];
        HashData(messages, digests);
        return digests;
    }

    /// <summary>Hashes records of one length that lie side by side.</summary>
    /// <param name="records">The records; a multiple of <paramref name="recordSize"/> bytes.</param>
    /// <param name="recordSize">The length of a record in bytes, 1…2³⁰.</param>
    /// <param name="digests">Receives the digests, 32 bytes each; must not overlap the records.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="recordSize"/> is not positive, or above 1 GiB.</exception>
    /// <exception cref="ArgumentException">The records do not divide evenly, or <paramref name="digests"/> is too short or overlaps them.</exception>
    public static void HashRecords(ReadOnlySpan<byte> records, int recordSize, Span<byte> digests)
    {
        digests = DigestsOf(CountRecords(records, recordSize), digests);
        ThrowIfOverlapping(records, digests);
        HashRecords(RecordHasher.NoPrefix, records, recordSize, digests);
    }

    internal static void HashRecords(int prefix, ReadOnlySpan<byte> records, int recordSize, Span<byte> digests) =>
        RecordHasher.Hash(LaneEngine.Widest, LaneEngine.Costs(LaneEngine.Widest), prefix, records, recordSize, digests);

    internal static int CountRecords(ReadOnlySpan<byte> records, int recordSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(recordSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(recordSize, MaxRecordSize);
        var count = records.Length / recordSize;
        return count * recordSize == records.Length
            ? count
            : throw new ArgumentException($"{records.Length} bytes are not a whole number of {recordSize}-byte records.", nameof(records));
    }

    internal static Span<byte> DigestsOf(int count, Span<byte> digests) => digests.Length / HashSizeInBytes >= count
        ? digests[..(count * HashSizeInBytes)]
        : throw new ArgumentException($"{count} digests need {(long)count * HashSizeInBytes} bytes.", nameof(digests));

    internal static void ThrowIfOverlapping(ReadOnlySpan<byte> input, Span<byte> digests)
    {
        if (digests.Overlaps(input))
        {
            throw new ArgumentException("The digests overlap the input.", nameof(digests));
        }
    }
}
