using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Harmony4.Transport.Crypto.Internal;

/// <summary>The cipher of one (track, epoch). Not thread-safe, as the platform's ciphers are not.</summary>
internal sealed class BlockCipher : IDisposable
{
    private readonly SecretBytes _baseNonce;
    private readonly AesGcm? _aes;
    private readonly ChaCha20Poly1305? _chaCha;

    /// <summary>Takes a key 32 ‖ base nonce 12.</summary>
    public BlockCipher(SealSuite suite, ReadOnlySpan<byte> keyAndNonce, ushort track, ulong epoch)
    {
        Track = track;
        Epoch = epoch;
        if (suite == SealSuite.Aes256Gcm)
        {
            _aes = new AesGcm(keyAndNonce[..SealLayout.KeyLength], SealLayout.TagLength);
        }
        else
        {
            _chaCha = new ChaCha20Poly1305(keyAndNonce[..SealLayout.KeyLength]);
        }

        _baseNonce = new SecretBytes(keyAndNonce[SealLayout.KeyLength..]);
    }

    public ushort Track { get; }

    public ulong Epoch { get; }

    public static BlockCipher Derive(SealSuite suite, SealKeySchedule keys, ushort track, ulong epoch)
    {
        Span<byte> derived = stackalloc byte[SealLayout.KeyLength + SealLayout.NonceLength];
        keys.DeriveBlocks(track, epoch, derived);
        try
        {
            return new BlockCipher(suite, derived, track, epoch);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    public static void ThrowIfUnsupported(SealSuite suite)
    {
        if (suite == SealSuite.Aes256Gcm ? !AesGcm.IsSupported : !ChaCha20Poly1305.IsSupported)
        {
            throw new PlatformNotSupportedException($"This platform has no {(suite == SealSuite.Aes256Gcm ? "AES-GCM" : "ChaCha20-Poly1305")}.");
        }
    }

    public void Encrypt(ulong ordinal, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData)
    {
        Span<byte> nonce = stackalloc byte[SealLayout.NonceLength];
        MakeNonce(ordinal, nonce);
        if (_aes is not null)
        {
            _aes.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);
        }
        else
        {
            _chaCha!.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);
        }
    }

    public bool TryDecrypt(ulong ordinal, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        Span<byte> nonce = stackalloc byte[SealLayout.NonceLength];
        MakeNonce(ordinal, nonce);
        try
        {
            if (_aes is not null)
            {
                _aes.Decrypt(nonce, ciphertext, tag, plaintext, associatedData);
            }
            else
            {
                _chaCha!.Decrypt(nonce, ciphertext, tag, plaintext, associatedData);
            }

            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _aes?.Dispose();
        _chaCha?.Dispose();
        _baseNonce.Dispose();
    }

    internal void MakeNonce(ulong ordinal, Span<byte> nonce)
    {
        _baseNonce.Span.CopyTo(nonce);
        var low = nonce[(SealLayout.NonceLength - sizeof(ulong))..];
        BinaryPrimitives.WriteUInt64BigEndian(low, BinaryPrimitives.ReadUInt64BigEndian(low) ^ ordinal);
        GC.KeepAlive(this);
    }
}
