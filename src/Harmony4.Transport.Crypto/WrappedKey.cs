using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>
/// A content key wrapped for one recipient: kind u8, hint length u8, body length u16, hint, body; big-endian. Kind 1 wraps under
/// a master key: body = salt 32 ‖ ciphertext 32 ‖ tag 16. Other kinds are the caller's: they are carried, not understood.
/// </summary>
/// <remarks>
/// Kind 1: salt = HMAC-SHA-256 under a key derived from the master key, over container id ‖ content key; AES-256-GCM key 32 ‖
/// nonce 12 = HKDF-SHA256(salt, master key). The salt depends on all that is wrapped, so the output is reproducible and no
/// nonce meets two messages.
/// </remarks>
public sealed class WrappedKey
{
    /// <summary>The kind for a content key under a <see cref="MasterKey"/>: 1.</summary>
    public const byte MasterKeyKind = 1;

    /// <summary>The greatest length of a hint in bytes: 255.</summary>
    public const int MaxHintLength = byte.MaxValue;

    private const int HeaderLength = 4;
    private const int BodyLength = SealLayout.SaltLength + ContentKey.Length + SealLayout.TagLength;

    private readonly byte[] _hint;
    private readonly byte[] _body;

    private WrappedKey(byte kind, byte[] hint, byte[] body)
    {
        Kind = kind;
        _hint = hint;
        _body = body;
    }

    /// <summary>Gets the kind of wrapping.</summary>
    public byte Kind { get; }

    /// <summary>Gets what helps a recipient to find the key; it is authenticated by nothing and chooses no trust.</summary>
    public ReadOnlyMemory<byte> Hint => _hint;

    /// <summary>Gets the wrapped key.</summary>
    public ReadOnlyMemory<byte> Body => _body;

    private static ReadOnlySpan<byte> SaltLabel => "H4MK 1.1 wrap salt"u8;

    private static ReadOnlySpan<byte> KeyLabel => "H4MK 1.1 wrap key"u8;

    /// <summary>Wraps a content key under a master key.</summary>
    /// <param name="key">The content key.</param>
    /// <param name="wrappingKey">The recipient's master key.</param>
    /// <param name="containerId">The container's id, 16 bytes; the record is of no use in another container.</param>
    /// <param name="hint">0…255 bytes for the recipient, in the open.</param>
    /// <returns>The record.</returns>
    /// <exception cref="ArgumentNullException">A key is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The container id is not 16 bytes, or the hint too long.</exception>
    public static byte[] Wrap(ContentKey key, MasterKey wrappingKey, ReadOnlySpan<byte> containerId, ReadOnlySpan<byte> hint = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(wrappingKey);
        if (containerId.Length != SealLayout.ContainerIdLength || hint.Length > MaxHintLength)
        {
            throw new ArgumentException($"A container id has {SealLayout.ContainerIdLength} bytes and a hint at most {MaxHintLength}.", nameof(containerId));
        }

        var record = new byte[HeaderLength + hint.Length + BodyLength];
        record[0] = MasterKeyKind;
        record[1] = (byte)hint.Length;
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(2), BodyLength);
        hint.CopyTo(record.AsSpan(HeaderLength));
        var body = record.AsSpan(HeaderLength + hint.Length);
        var salt = body[..SealLayout.SaltLength];
        Span<byte> derived = stackalloc byte[SealLayout.KeyLength + SealLayout.NonceLength];
        Span<byte> message = stackalloc byte[SealLayout.ContainerIdLength + ContentKey.Length];
        try
        {
            Derive([], wrappingKey, SaltLabel, derived[..SealLayout.KeyLength]);
            containerId.CopyTo(message);
            key.Bytes.CopyTo(message[SealLayout.ContainerIdLength..]);
            HMACSHA256.HashData(derived[..SealLayout.KeyLength], message, salt);
            Derive(salt, wrappingKey, KeyLabel, derived);
            using var cipher = new AesGcm(derived[..SealLayout.KeyLength], SealLayout.TagLength);
            cipher.Encrypt(
                derived[SealLayout.KeyLength..], key.Bytes, body.Slice(SealLayout.SaltLength, ContentKey.Length), body[^SealLayout.TagLength..], containerId);
            GC.KeepAlive(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(message);
        }

        return record;
    }

    /// <summary>Reads the first record of some bytes.</summary>
    /// <param name="records">One record after the other.</param>
    /// <param name="record">The first one.</param>
    /// <param name="bytesConsumed">Its length in bytes; 0 on failure.</param>
    /// <returns><see langword="false"/> when there is no whole record.</returns>
    public static bool TryRead(ReadOnlySpan<byte> records, [NotNullWhen(true)] out WrappedKey? record, out int bytesConsumed)
    {
        record = null;
        bytesConsumed = 0;
        if (records.Length < HeaderLength)
        {
            return false;
        }

        int hintLength = records[1];
        int bodyLength = BinaryPrimitives.ReadUInt16BigEndian(records[2..]);
        var rest = records[HeaderLength..];
        if (rest.Length < hintLength + bodyLength)
        {
            return false;
        }

        record = new WrappedKey(records[0], rest[..hintLength].ToArray(), rest.Slice(hintLength, bodyLength).ToArray());
        bytesConsumed = HeaderLength + hintLength + bodyLength;
        return true;
    }

    /// <summary>Unwraps the content key.</summary>
    /// <param name="wrappingKey">The recipient's master key.</param>
    /// <param name="containerId">The container's id.</param>
    /// <param name="key">The content key; the caller disposes it.</param>
    /// <returns><see langword="false"/> when the record is of another kind, for another key or container, or damaged.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="wrappingKey"/> is <see langword="null"/>.</exception>
    public bool TryUnwrap(MasterKey wrappingKey, ReadOnlySpan<byte> containerId, [NotNullWhen(true)] out ContentKey? key)
    {
        ArgumentNullException.ThrowIfNull(wrappingKey);
        key = null;
        if (Kind != MasterKeyKind || _body.Length != BodyLength)
        {
            return false;
        }

        var body = _body.AsSpan();
        Span<byte> derived = stackalloc byte[SealLayout.KeyLength + SealLayout.NonceLength];
        Span<byte> unwrapped = stackalloc byte[ContentKey.Length];
        try
        {
            Derive(body[..SealLayout.SaltLength], wrappingKey, KeyLabel, derived);
            using var cipher = new AesGcm(derived[..SealLayout.KeyLength], SealLayout.TagLength);
            cipher.Decrypt(
                derived[SealLayout.KeyLength..], body.Slice(SealLayout.SaltLength, ContentKey.Length), body[^SealLayout.TagLength..], unwrapped, containerId);
            key = new ContentKey(unwrapped);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(unwrapped);
        }
    }

    private static void Derive(ReadOnlySpan<byte> salt, MasterKey key, ReadOnlySpan<byte> label, Span<byte> output)
    {
        Span<byte> pseudorandomKey = stackalloc byte[HkdfSha256.HashLength];
        HkdfSha256.Extract(salt, key.Bytes, pseudorandomKey);
        GC.KeepAlive(key);
        HkdfSha256.Expand(pseudorandomKey, label, output);
        CryptographicOperations.ZeroMemory(pseudorandomKey);
    }
}
