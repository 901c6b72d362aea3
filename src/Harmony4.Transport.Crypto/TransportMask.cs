using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Harmony4.Hashing;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>
/// The H4MK 1.0 transport mask: XOR with a keystream, per block. It hides payloads from a casual look. <b>It is
/// obfuscation and nothing more</b>: it detects no change, and with the default context the same master key
/// repeats the same keystream in every container, so two masked files reveal the XOR of their contents.
/// New containers should be sealed instead: see <see cref="BlockSealer"/>.
/// </summary>
/// <remarks>
/// Block key = HKDF-SHA256 (RFC 5869) without salt, info = context ‖ 0x7C ‖ the block index in decimal ASCII, 32 bytes;
/// keystream = SHA-256(block key ‖ u32be 0) ‖ SHA-256(block key ‖ u32be 1) ‖ …. Masking twice with the same arguments
/// restores the bytes; lengths do not change. Instances are thread-safe and <c>Apply</c> allocates nothing.
/// </remarks>
public sealed class TransportMask : IDisposable
{
    /// <summary>The greatest length of a context in bytes: 1,024.</summary>
    public const int MaxContextLength = 1024;

    /// <summary>The least length of a container salt in bytes: 16.</summary>
    public const int MinContainerSaltLength = 16;

    /// <summary>The greatest length of a container salt in bytes: 64.</summary>
    public const int MaxContainerSaltLength = 64;

    /// <summary>The greatest length of a block in bytes: 128 GiB, where the keystream's counter ends.</summary>
    public const long MaxBlockLength = Mgf1Sha256.MaxLength;

    private const int DefaultBlockKeyLength = 32;
    private const int MaxDecimalDigits = 20;
    private const byte Separator = (byte)'|';

    private readonly SecretBytes _pseudorandomKey;
    private readonly byte[] _context;
    private readonly int _blockKeyLength;

    /// <summary>Masks as every 1.0 implementation does, with <see cref="DefaultContext"/>.</summary>
    /// <param name="key">The master key; not needed any more afterwards.</param>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException"><paramref name="key"/> is disposed.</exception>
    public TransportMask(MasterKey key)
        : this(key, DefaultContext)
    {
    }

    /// <summary>Masks with a context of the caller's. A context that no other container has ends the repetition of keystreams.</summary>
    /// <param name="key">The master key; not needed any more afterwards.</param>
    /// <param name="context">0…<see cref="MaxContextLength"/> bytes. Whoever unmasks must know them; they are not secret.</param>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="context"/> is too long.</exception>
    /// <exception cref="ObjectDisposedException"><paramref name="key"/> is disposed.</exception>
    public TransportMask(MasterKey key, ReadOnlySpan<byte> context)
        : this(key, context, DefaultBlockKeyLength)
    {
    }

    private TransportMask(MasterKey key, ReadOnlySpan<byte> context, int blockKeyLength)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (context.Length > MaxContextLength)
        {
            throw new ArgumentException($"A context has at most {MaxContextLength} bytes.", nameof(context));
        }

        _context = context.ToArray();
        _blockKeyLength = blockKeyLength;
        _pseudorandomKey = SecretBytes.Create(
            HkdfSha256.HashLength, key.Bytes, static (output, bytes) => HkdfSha256.Extract([], bytes, output));
        GC.KeepAlive(key);
    }

    /// <summary>Gets the context of 1.0: the 18 UTF-8 bytes of "HarmonyØ4|Mask|v1".</summary>
    public static ReadOnlySpan<byte> DefaultContext => "HarmonyØ4|Mask|v1"u8;

    /// <summary>Masks with a context of one container's own: the default one ‖ 0x7C ‖ the salt in lower-case hexadecimal.</summary>
    /// <param name="key">The master key; not needed any more afterwards.</param>
    /// <param name="containerSalt">16…64 bytes that no other container uses, at best random; they are stored or sent in the open.</param>
    /// <returns>The mask. It is still obfuscation, but equal block indices no longer share a keystream between containers.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="containerSalt"/> is too short or too long.</exception>
    public static TransportMask ForContainer(MasterKey key, ReadOnlySpan<byte> containerSalt)
    {
        if (containerSalt.Length is < MinContainerSaltLength or > MaxContainerSaltLength)
        {
            throw new ArgumentException(
                $"A container salt has {MinContainerSaltLength} to {MaxContainerSaltLength} bytes.", nameof(containerSalt));
        }

        return new TransportMask(key, [.. DefaultContext, Separator, .. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(containerSalt))]);
    }

    /// <summary>Masks with a block key of another length: only to read what other implementations made.</summary>
    /// <param name="key">The master key; not needed any more afterwards.</param>
    /// <param name="context">0…<see cref="MaxContextLength"/> bytes.</param>
    /// <param name="blockKeyLength">The length of the block key in bytes, 0…8,160. 0 leaves a keystream without any key.</param>
    /// <returns>The mask.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="context"/> is too long.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="blockKeyLength"/> is out of range.</exception>
    public static TransportMask CreateUnchecked(MasterKey key, ReadOnlySpan<byte> context, int blockKeyLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(blockKeyLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockKeyLength, HkdfSha256.MaxOutputLength);
        return new TransportMask(key, context, blockKeyLength);
    }

    /// <summary>Masks or unmasks a whole block in place.</summary>
    /// <param name="blockIndex">The block's index in its container, from 0.</param>
    /// <param name="data">The block's bytes.</param>
    /// <exception cref="ObjectDisposedException">The mask is disposed.</exception>
    public void Apply(ulong blockIndex, Span<byte> data) => Apply(blockIndex, 0, data);

    /// <summary>Masks or unmasks a part of a block in place. Parts may have any length and come in any order.</summary>
    /// <param name="blockIndex">The block's index in its container, from 0.</param>
    /// <param name="offset">The position of <paramref name="data"/> within the block, in bytes.</param>
    /// <param name="data">The part's bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within <see cref="MaxBlockLength"/>.</exception>
    /// <exception cref="ObjectDisposedException">The mask is disposed.</exception>
    public void Apply(ulong blockIndex, long offset, Span<byte> data)
    {
        Span<byte> blockKey = stackalloc byte[_blockKeyLength];
        DeriveBlockKey(blockIndex, blockKey);
        try
        {
            Mgf1Sha256.Xor(blockKey, offset, data);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(blockKey);
        }
    }

    /// <summary>Zeroes the key. Using the mask afterwards throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _pseudorandomKey.Dispose();

    internal void DeriveBlockKey(ulong blockIndex, Span<byte> blockKey)
    {
        Span<byte> info = stackalloc byte[_context.Length + 1 + MaxDecimalDigits];
        _context.CopyTo(info);
        info[_context.Length] = Separator;
        Utf8Formatter.TryFormat(blockIndex, info[(_context.Length + 1)..], out var digits);
        HkdfSha256.Expand(_pseudorandomKey.Span, info[..(_context.Length + 1 + digits)], blockKey);
        GC.KeepAlive(this);
    }
}
