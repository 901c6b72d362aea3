using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>
/// The key of a sealed container, 32 bytes: every block key is derived from it and the container's salt. It keeps its own copy, in
/// memory that the garbage collector never moves, and zeroes it on <see cref="Dispose"/>.
/// </summary>
/// <remarks>Its bytes never appear in <see cref="object.ToString"/>, in exceptions or through a property. Reading is thread-safe; disposing while in use is not.</remarks>
public sealed class ContentKey : IDisposable
{
    /// <summary>The length of a content key in bytes: 32.</summary>
    public const int Length = 32;

    private readonly SecretBytes _bytes;

    /// <summary>Copies a key.</summary>
    /// <param name="key">The key, 32 bytes that nobody can guess; the caller still owns, and should zero, its copy.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> is not 32 bytes.</exception>
    public ContentKey(ReadOnlySpan<byte> key)
        : this(new SecretBytes(key.Length == Length
            ? key
            : throw new ArgumentException($"A content key has {Length} bytes.", nameof(key))))
    {
    }

    private ContentKey(SecretBytes bytes) => _bytes = bytes;

    internal ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>Makes a random key.</summary>
    /// <returns>The key.</returns>
    public static ContentKey CreateRandom() => new(SecretBytes.CreateRandom(Length));

    /// <summary>Makes a copy, which lives on its own.</summary>
    /// <returns>The copy; the caller disposes it.</returns>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public ContentKey Copy() => new(Bytes);

    /// <summary>Zeroes the key. Using it afterwards throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _bytes.Dispose();
}
