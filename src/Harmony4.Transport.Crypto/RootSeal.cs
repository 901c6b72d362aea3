using System.Security.Cryptography;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>
/// Proves to whoever holds the content key that a container is whole and as it was sealed: an HMAC-SHA-256 over its root header,
/// under a key of its own. It needs no public key, and tells nothing to anyone without the content key.
/// </summary>
/// <remarks>Whoever can check it can also make it: it is no signature. Thread-safe.</remarks>
public sealed class RootSeal : IDisposable
{
    /// <summary>The length of the code in bytes: 32.</summary>
    public const int Length = SealLayout.MacLength;

    private readonly SecretBytes _key;

    /// <summary>Derives the key.</summary>
    /// <param name="key">The content key; not needed any more afterwards.</param>
    /// <param name="parameters">The parameters of the container's first seal.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="CryptographicException">The parameters were made with another key.</exception>
    public RootSeal(ContentKey key, SealParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(parameters);
        using var keys = parameters.CreateKeys(key);
        if (!parameters.IsCommittedTo(keys))
        {
            throw new CryptographicException("The parameters were made with another key.");
        }

        _key = SecretBytes.Create(HkdfSha256.HashLength, keys, static (output, schedule) => schedule.DeriveRootKey(output));
    }

    /// <summary>Gets the 13 bytes that go before the root header: "H4MK 1.1 root".</summary>
    public static ReadOnlySpan<byte> Domain => "H4MK 1.1 root"u8;

    /// <summary>Computes the code.</summary>
    /// <param name="rootHeader">The root header, as stored.</param>
    /// <param name="code">Receives 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="code"/> is shorter than 32 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The instance is disposed.</exception>
    public void Compute(ReadOnlySpan<byte> rootHeader, Span<byte> code)
    {
        if (code.Length < Length)
        {
            throw new ArgumentException($"The code needs {Length} bytes.", nameof(code));
        }

        HMACSHA256.HashData(_key.Span, [.. Domain, .. rootHeader], code);
        GC.KeepAlive(this);
    }

    /// <summary>Checks a code in constant time.</summary>
    /// <param name="rootHeader">The root header, as stored.</param>
    /// <param name="code">The code that came with it, of any length.</param>
    /// <returns><see langword="true"/> when it was made over this header with this key.</returns>
    /// <exception cref="ObjectDisposedException">The instance is disposed.</exception>
    public bool Verify(ReadOnlySpan<byte> rootHeader, ReadOnlySpan<byte> code)
    {
        Span<byte> expected = stackalloc byte[Length];
        Compute(rootHeader, expected);
        return CryptographicOperations.FixedTimeEquals(expected, code);
    }

    /// <summary>Zeroes the key. Using the instance afterwards throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _key.Dispose();
}
