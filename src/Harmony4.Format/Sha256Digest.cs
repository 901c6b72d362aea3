using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Harmony4.Format;

/// <summary>A SHA-256 digest: of a block's stored bytes, of a Merkle node, or of a root header.</summary>
/// <remarks>An immutable value of 32 bytes, copied without allocating. The default is all zeros.</remarks>
[InlineArray(SizeInBytes)]
public struct Sha256Digest : IEquatable<Sha256Digest>
{
    /// <summary>The length of a digest in bytes: 32.</summary>
    public const int SizeInBytes = 32;

    private byte _first;

    /// <summary>Initializes a digest from its bytes.</summary>
    /// <param name="bytes">32 bytes.</param>
    /// <exception cref="ArgumentException">There are not 32 bytes.</exception>
    public Sha256Digest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SizeInBytes)
        {
            throw new ArgumentException($"a SHA-256 digest has {SizeInBytes} bytes, found {bytes.Length}", nameof(bytes));
        }

        bytes.CopyTo(this);
    }

    /// <summary>Compares two digests.</summary>
    /// <param name="left">A digest.</param>
    /// <param name="right">A digest.</param>
    /// <returns>Whether they are the same.</returns>
    public static bool operator ==(in Sha256Digest left, in Sha256Digest right) => left.Span.SequenceEqual(right.Span);

    /// <summary>Compares two digests.</summary>
    /// <param name="left">A digest.</param>
    /// <param name="right">A digest.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(in Sha256Digest left, in Sha256Digest right) => !(left == right);

    /// <summary>Reads a digest from hex digits.</summary>
    /// <param name="hex">64 hex digits of either case.</param>
    /// <param name="digest">The digest, or the default.</param>
    /// <returns><see langword="false"/> when the text is not 64 hex digits.</returns>
    public static bool TryParse(ReadOnlySpan<char> hex, out Sha256Digest digest)
    {
        digest = default;
        Span<byte> bytes = stackalloc byte[SizeInBytes];
        if (hex.Length != 2 * SizeInBytes || Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        digest = new Sha256Digest(bytes);
        return true;
    }

    /// <summary>Copies the digest.</summary>
    /// <param name="destination">Receives the 32 bytes at its start.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter.</exception>
    public readonly void CopyTo(Span<byte> destination) => Span.CopyTo(destination);

    /// <summary>Returns the digest as an array.</summary>
    /// <returns>32 bytes.</returns>
    public readonly byte[] ToArray() => Span.ToArray();

    /// <inheritdoc/>
    public readonly bool Equals(Sha256Digest other) => this == other;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Sha256Digest other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(Span);

    /// <summary>Returns the digest as 64 lower-case hex digits.</summary>
    /// <returns>The text.</returns>
    public override readonly string ToString() => Convert.ToHexStringLower(Span);

    [UnscopedRef]
    internal readonly ReadOnlySpan<byte> Span => MemoryMarshal.CreateReadOnlySpan(in _first, SizeInBytes);
}
