using System.Security.Cryptography;
using Harmony4.Hashing.Internal.Lanes;

namespace Harmony4.Hashing;

/// <summary>
/// MGF1 with SHA-256 (RFC 8017, appendix B.2.1): the bytes SHA-256(seed ‖ 0) ‖ SHA-256(seed ‖ 1) ‖ …, counters of four
/// bytes, big-endian. Any part of the stream is reached directly.
/// </summary>
/// <remarks>All members are thread-safe and allocate nothing.</remarks>
public static class Mgf1Sha256
{
    /// <summary>The greatest seed length in bytes: 8,160, the most that HKDF-SHA256 gives.</summary>
    public const int MaxSeedLength = 255 * SHA256.HashSizeInBytes;

    /// <summary>The length of the stream in bytes: 2³² digests, 128 GiB.</summary>
    public const long MaxLength = (1L << 32) * SHA256.HashSizeInBytes;

    /// <summary>XORs the stream from <paramref name="offset"/> on into <paramref name="data"/>, in place.</summary>
    /// <param name="seed">The seed, 0…<see cref="MaxSeedLength"/> bytes. 32 bytes run in lanes, other lengths one digest at a time.</param>
    /// <param name="offset">The position in the stream, in bytes, of the first byte of <paramref name="data"/>.</param>
    /// <param name="data">The bytes to change; may be empty, must not overlap <paramref name="seed"/>.</param>
    /// <exception cref="ArgumentException">The seed is too long, or overlaps the data.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie within <see cref="MaxLength"/>.</exception>
    public static void Xor(ReadOnlySpan<byte> seed, long offset, Span<byte> data)
    {
        if (seed.Length > MaxSeedLength)
        {
            throw new ArgumentException($"The seed is at most {MaxSeedLength} bytes.", nameof(seed));
        }

        if (seed.Overlaps(data))
        {
            throw new ArgumentException("The seed and the data overlap.", nameof(data));
        }

        if (offset < 0 || offset > MaxLength - data.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "The range lies outside the stream.");
        }

        if (seed.Length == CounterSeed.Length && LaneEngine.Widest != LanePath.Platform)
        {
            CounterStream.Xor(LaneEngine.Widest, seed, offset, data);
        }
        else
        {
            CounterStream.XorOneByOne(seed, offset, data);
        }
    }
}
