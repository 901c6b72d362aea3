using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>
/// What everyone may know about a seal, and what a reader needs beside the content key: the payload of a <c>SEAL</c> chunk. Suite
/// u16, epoch log2 u8, salt mode u8, container id 16, salt 32, commitment 32, then wrapped-key records; big-endian.
/// </summary>
/// <remarks>
/// Every recording, and every append to one, begins with parameters of its own: the same ordinal must never meet the same
/// key twice. So one <see cref="BlockSealer"/> takes them once, where they were made; parameters that were read only open. Thread-safe.
/// </remarks>
public sealed class SealParameters
{
    /// <summary>The length in bytes without wrapped keys: 84.</summary>
    public const int FixedLength = SealLayout.WrappedKeysOffset;

    /// <summary>The length of a container id in bytes: 16.</summary>
    public const int ContainerIdLength = SealLayout.ContainerIdLength;

    /// <summary>The length of a salt in bytes: 32.</summary>
    public const int SaltLength = SealLayout.SaltLength;

    /// <summary>The default of <see cref="EpochLog2"/>: 20, a new key every 1,048,576 blocks of a track.</summary>
    public const int DefaultEpochLog2 = 20;

    /// <summary>The greatest <see cref="EpochLog2"/>: 32.</summary>
    public const int MaxEpochLog2 = 32;

    private readonly byte[] _bytes;

    // Shared by copies with more wrapped keys, which have the same salt; null for parameters that were read.
    private readonly StrongBox<bool>? _isTaken;

    private SealParameters(byte[] bytes, StrongBox<bool>? isTaken)
    {
        _bytes = bytes;
        _isTaken = isTaken;
    }

    /// <summary>Gets the cipher.</summary>
    public SealSuite Suite => (SealSuite)BinaryPrimitives.ReadUInt16BigEndian(_bytes);

    /// <summary>Gets the binary logarithm of the number of consecutive blocks of a track that share a key, 0…32.</summary>
    public int EpochLog2 => _bytes[SealLayout.EpochLog2Offset];

    /// <summary>Gets where the salt came from.</summary>
    public SealSaltMode SaltMode => (SealSaltMode)_bytes[SealLayout.ModeOffset];

    /// <summary>Gets the container's id, 16 bytes, part of every key and of what every tag covers.</summary>
    public ReadOnlySpan<byte> ContainerId => _bytes.AsSpan(SealLayout.ContainerIdOffset, SealLayout.ContainerIdLength);

    /// <summary>Gets the wrapped-key records, one after the other; see <see cref="WrappedKey"/>. May be empty.</summary>
    public ReadOnlyMemory<byte> WrappedKeys => _bytes.AsMemory(SealLayout.WrappedKeysOffset);

    /// <summary>Gets the length of the encoded parameters in bytes.</summary>
    public int EncodedLength => _bytes.Length;

    internal ReadOnlySpan<byte> Salt => _bytes.AsSpan(SealLayout.SaltOffset, SealLayout.SaltLength);

    private Span<byte> Commitment => _bytes.AsSpan(SealLayout.CommitmentOffset, SealLayout.CommitmentLength);

    /// <summary>Makes parameters with a random salt: the right choice unless the output must be reproducible.</summary>
    /// <param name="key">The content key.</param>
    /// <param name="suite">The cipher.</param>
    /// <param name="containerId">The id of the container that is appended to, 16 bytes; empty for a new one, which gets a random id.</param>
    /// <param name="epochLog2">See <see cref="EpochLog2"/>.</param>
    /// <returns>The parameters, without wrapped keys.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The container id is neither empty nor 16 bytes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The suite is unknown or the epoch out of range.</exception>
    public static SealParameters CreateRandom(
        ContentKey key, SealSuite suite = SealSuite.Aes256Gcm, ReadOnlySpan<byte> containerId = default, int epochLog2 = DefaultEpochLog2)
    {
        Span<byte> seed = stackalloc byte[SealLayout.ContainerIdLength + SealLayout.SaltLength];
        RandomNumberGenerator.Fill(seed);
        return Create(key, suite, SealSaltMode.Random, containerId, epochLog2, seed);
    }

    /// <summary>
    /// Makes parameters whose salt is a keyed hash of the content, for outputs that must be the same every time. It takes a
    /// pass over the plaintext first, and anyone can see that two such containers hold the same content.
    /// </summary>
    /// <param name="key">The content key.</param>
    /// <param name="plaintextTracksRoot">The Merkle root, 32 bytes, that covers every block's plaintext, track, time, duration and flags.</param>
    /// <param name="metadataHash">The SHA-256 of the container's metadata, 32 bytes.</param>
    /// <param name="previousIdentity">On append, the identity of the container that is extended, 32 bytes; otherwise empty.</param>
    /// <param name="suite">The cipher.</param>
    /// <param name="containerId">The id of the container that is appended to, 16 bytes; empty for a new one, whose id follows from the content.</param>
    /// <param name="epochLog2">See <see cref="EpochLog2"/>.</param>
    /// <returns>The parameters, without wrapped keys.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The suite is unknown or the epoch out of range.</exception>
    public static SealParameters CreateReproducible(
        ContentKey key, ReadOnlySpan<byte> plaintextTracksRoot, ReadOnlySpan<byte> metadataHash, ReadOnlySpan<byte> previousIdentity = default,
        SealSuite suite = SealSuite.Aes256Gcm, ReadOnlySpan<byte> containerId = default, int epochLog2 = DefaultEpochLog2)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> seed = stackalloc byte[SealLayout.ContainerIdLength + SealLayout.SaltLength];
        ReproducibleSalt.Derive(key, plaintextTracksRoot, metadataHash, previousIdentity, seed);
        return Create(key, suite, SealSaltMode.Reproducible, containerId, epochLog2, seed);
    }

    /// <summary>Reads parameters. Only their form is checked; the key is held against them when a <see cref="BlockOpener"/> is made.</summary>
    /// <param name="encoded">The payload of a <c>SEAL</c> chunk.</param>
    /// <param name="parameters">The parameters.</param>
    /// <returns><see langword="false"/> when the bytes are too short, or name a suite, salt mode or epoch that does not exist.</returns>
    public static bool TryRead(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out SealParameters? parameters)
    {
        parameters = null;
        if (encoded.Length < FixedLength
            || BinaryPrimitives.ReadUInt16BigEndian(encoded) is not ((ushort)SealSuite.Aes256Gcm or (ushort)SealSuite.ChaCha20Poly1305)
            || encoded[SealLayout.EpochLog2Offset] > MaxEpochLog2
            || encoded[SealLayout.ModeOffset] > (byte)SealSaltMode.Reproducible)
        {
            return false;
        }

        parameters = new SealParameters(encoded.ToArray(), null);
        return true;
    }

    /// <summary>Copies the parameters, with another wrapped key at the end.</summary>
    /// <param name="record">The record, as <see cref="WrappedKey.Wrap"/> gives it.</param>
    /// <returns>The longer parameters.</returns>
    /// <exception cref="ArgumentException"><paramref name="record"/> is not exactly one record: those behind it could not be read.</exception>
    public SealParameters WithWrappedKey(ReadOnlySpan<byte> record) => WrappedKey.TryRead(record, out _, out var length) && length == record.Length
        ? new([.. _bytes, .. record], _isTaken)
        : throw new ArgumentException("The bytes are not one wrapped-key record.", nameof(record));

    /// <summary>Writes the parameters as the payload of a <c>SEAL</c> chunk.</summary>
    /// <param name="output">Receives <see cref="EncodedLength"/> bytes.</param>
    /// <exception cref="ArgumentNullException"><paramref name="output"/> is <see langword="null"/>.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(_bytes);
    }

    /// <summary>Copies the parameters as the payload of a <c>SEAL</c> chunk.</summary>
    /// <returns>The bytes.</returns>
    public byte[] ToArray() => _bytes.AsSpan().ToArray();

    /// <summary>Makes parameters of a container id 16 ‖ salt 32. Both must be new: no caller of the package chooses them, only tests that compare bytes.</summary>
    internal static SealParameters Create(
        ContentKey key, SealSuite suite, SealSaltMode mode, ReadOnlySpan<byte> containerId, int epochLog2, ReadOnlySpan<byte> seed)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegative(epochLog2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(epochLog2, MaxEpochLog2);
        if (!Enum.IsDefined(suite))
        {
            throw new ArgumentOutOfRangeException(nameof(suite), suite, "There is no such suite.");
        }

        if (containerId.Length is not (0 or SealLayout.ContainerIdLength))
        {
            throw new ArgumentException($"A container id has {SealLayout.ContainerIdLength} bytes.", nameof(containerId));
        }

        var parameters = new SealParameters(new byte[FixedLength], new StrongBox<bool>());
        var bytes = parameters._bytes.AsSpan();
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)suite);
        bytes[SealLayout.EpochLog2Offset] = (byte)epochLog2;
        bytes[SealLayout.ModeOffset] = (byte)mode;
        (containerId.IsEmpty ? seed[..SealLayout.ContainerIdLength] : containerId).CopyTo(bytes[SealLayout.ContainerIdOffset..]);
        seed[SealLayout.ContainerIdLength..].CopyTo(bytes[SealLayout.SaltOffset..]);
        using var keys = parameters.CreateKeys(key);
        keys.DeriveCommitment(parameters.Commitment);
        return parameters;
    }

    internal SealKeySchedule CreateKeys(ContentKey key) => new(key, Salt, _bytes);

    /// <summary>Takes the parameters for sealing; <see langword="false"/> unless they are fresh.</summary>
    internal bool TryTake() => _isTaken is not null && !Interlocked.Exchange(ref _isTaken.Value, true);

    internal bool IsCommittedTo(SealKeySchedule keys)
    {
        Span<byte> expected = stackalloc byte[SealLayout.CommitmentLength];
        keys.DeriveCommitment(expected);
        return CryptographicOperations.FixedTimeEquals(expected, Commitment);
    }
}
