using System.Buffers;
using Harmony4.Hashing.Internal;
using Harmony4.Hashing.Internal.Folding;

namespace Harmony4.Hashing;

/// <summary>
/// The CRC-32 of ISO-HDLC, zlib and PNG (polynomial 0xEDB88320 reflected, initial value and final XOR 0xFFFFFFFF), over
/// bytes that arrive in any pieces. The whole state is four bytes, so a value may be copied and stored freely.
/// </summary>
/// <remarks>
/// <c>default</c> is the checksum of no bytes, which is 0. It finds accidents, not attacks: anyone can make bytes with a
/// wanted CRC. Not thread-safe while appending; no member allocates.
/// </remarks>
public struct Crc32 : IEquatable<Crc32>
{
    /// <summary>The length of a CRC-32 in bytes: 4.</summary>
    public const int SizeInBytes = 4;

    private uint _value;

    /// <summary>Continues from a checksum of earlier bytes.</summary>
    /// <param name="value">A value that <see cref="Value"/> or <see cref="Compute(ReadOnlySpan{byte})"/> gave.</param>
    public Crc32(uint value) => _value = value;

    /// <summary>Gets the checksum of all bytes appended so far.</summary>
    /// <value>0 before the first byte.</value>
    public readonly uint Value => _value;

    /// <summary>Computes the checksum of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">The bytes; may be empty.</param>
    /// <returns>The checksum; 0xCBF43926 for the ASCII text "123456789".</returns>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Crc32Engine.Update(Crc32Engine.Widest, 0, bytes);

    /// <summary>Computes the checksum of a sequence; how it is cut makes no difference.</summary>
    /// <param name="bytes">The bytes; may be empty.</param>
    /// <returns>The checksum.</returns>
    public static uint Compute(in ReadOnlySequence<byte> bytes)
    {
        var crc = default(Crc32);
        foreach (var segment in bytes)
        {
            crc.Append(segment.Span);
        }

        return crc.Value;
    }

    /// <summary>Computes the checksum of two runs of bytes from the checksums of each.</summary>
    /// <param name="first">The checksum of the first run.</param>
    /// <param name="second">The checksum of the second run.</param>
    /// <param name="secondLength">The length of the second run in bytes.</param>
    /// <returns>The checksum of the first run followed by the second.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="secondLength"/> is negative.</exception>
    public static uint Combine(uint first, uint second, long secondLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(secondLength);
        return Crc32Polynomial.Shift(first, (ulong)secondLength) ^ second;
    }

    /// <summary>Appends bytes.</summary>
    /// <param name="bytes">The next bytes; may be empty.</param>
    public void Append(ReadOnlySpan<byte> bytes) => _value = Crc32Engine.Update(Crc32Engine.Widest, _value, bytes);

    /// <inheritdoc/>
    public readonly bool Equals(Crc32 other) => _value == other._value;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Crc32 other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => (int)_value;

    /// <summary>Returns the checksum as eight lower-case hexadecimal digits.</summary>
    /// <returns>The text.</returns>
    public override readonly string ToString() => _value.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Tells whether two checksums are equal.</summary>
    /// <param name="left">One checksum.</param>
    /// <param name="right">The other.</param>
    /// <returns><see langword="true"/> when they are equal.</returns>
    public static bool operator ==(Crc32 left, Crc32 right) => left.Equals(right);

    /// <summary>Tells whether two checksums differ.</summary>
    /// <param name="left">One checksum.</param>
    /// <param name="right">The other.</param>
    /// <returns><see langword="true"/> when they differ.</returns>
    public static bool operator !=(Crc32 left, Crc32 right) => !left.Equals(right);
}
