using System.Security.Cryptography;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>
/// A secret from which other keys are derived: the transport mask's per-block keys. It keeps its own copy, in memory that
/// the garbage collector never moves, and zeroes it on <see cref="Dispose"/>.
/// </summary>
/// <remarks>Its bytes never appear in <see cref="object.ToString"/>, in exceptions or through a property. Reading is thread-safe; disposing while in use is not.</remarks>
public sealed class MasterKey : IDisposable
{
    /// <summary>The least length of a master key in bytes: 16.</summary>
    public const int MinLength = 16;

    private readonly SecretBytes _bytes;

    /// <summary>Copies a key of at least <see cref="MinLength"/> bytes.</summary>
    /// <param name="key">The key; the caller still owns, and should zero, its copy.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> is shorter than <see cref="MinLength"/>.</exception>
    public MasterKey(ReadOnlySpan<byte> key)
        : this(new SecretBytes(AtLeast(MinLength, key)))
    {
    }

    private MasterKey(SecretBytes bytes) => _bytes = bytes;

    /// <summary>Gets the length of the key in bytes.</summary>
    public int Length => _bytes.Length;

    internal ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>Makes a random key of 32 bytes.</summary>
    /// <returns>The key.</returns>
    public static MasterKey CreateRandom() => new(SecretBytes.CreateRandom(SHA256.HashSizeInBytes));

    /// <summary>Copies a key of any length, even an empty one: only to read what other implementations made with weak keys.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The key.</returns>
    public static MasterKey CreateUnchecked(ReadOnlySpan<byte> key) => new(new SecretBytes(key));

    /// <summary>Zeroes the key. Using it afterwards throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _bytes.Dispose();

    private static ReadOnlySpan<byte> AtLeast(int length, ReadOnlySpan<byte> key) => key.Length >= length
        ? key
        : throw new ArgumentException($"A master key has at least {length} bytes.", nameof(key));
}
