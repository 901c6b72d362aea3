using System.Security.Cryptography;
using Harmony4.Transport.Crypto;

namespace Harmony4;

/// <summary>
/// A key to sealed containers. One of 32 bytes can be a container's content key itself: whoever has it opens every container that was sealed with it, so use one for what
/// belongs together. Any of at least 16 bytes can be a recipient's, under which a container's content key is wrapped.
/// </summary>
/// <remarks>Safe for concurrent use. Disposing it zeroes it; no member shows it.</remarks>
public sealed class SealKey : IDisposable
{
    private SealKey(MasterKey master, ContentKey? content)
    {
        Master = master;
        Content = content;
    }

    /// <summary>Gets the key as one that content keys are wrapped under.</summary>
    internal MasterKey Master { get; }

    /// <summary>Gets the key as a content key, if it has 32 bytes.</summary>
    internal ContentKey? Content { get; }

    /// <summary>Reads a key as <see cref="KeyFile"/> does: contents that are all hexadecimal digits are that, others the key itself.</summary>
    /// <param name="contents">The contents of a key file; the caller should zero them afterwards.</param>
    /// <returns>The key; the caller disposes it.</returns>
    /// <exception cref="CryptographicException">The key has fewer than 16 bytes.</exception>
    public static SealKey Read(ReadOnlySpan<byte> contents)
    {
        var master = KeyFile.ReadMasterKey(contents);
        return new SealKey(master, master.Length == ContentKey.Length ? KeyFile.ReadContentKey(contents) : null);
    }

    /// <summary>Zeroes the key. Using it afterwards throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        Master.Dispose();
        Content?.Dispose();
    }
}
