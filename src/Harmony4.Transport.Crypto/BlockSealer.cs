using System.Security.Cryptography;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>
/// Seals blocks: each becomes frame 16 ‖ ciphertext ‖ tag 16, readable only with the content key and only in its place. Blocks
/// are independent, so any one opens without the others.
/// </summary>
/// <remarks>
/// A track's ordinals must rise: the nonce is made of the ordinal, and a repeated one would give the plaintext away. Not
/// thread-safe. Sealing allocates nothing but a cipher per track and epoch.
/// </remarks>
public sealed class BlockSealer : IDisposable
{
    private readonly SealParameters _parameters;
    private readonly SealKeySchedule _keys;
    private readonly Dictionary<ushort, TrackState> _tracks = [];
    private readonly uint _sealNumber;

    /// <summary>Begins sealing under parameters that nothing was sealed under before.</summary>
    /// <param name="key">The content key; not needed any more afterwards.</param>
    /// <param name="parameters">Fresh parameters, made with this key.</param>
    /// <param name="sealNumber">The place of these parameters among those of the container, from 0.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="CryptographicException">The parameters were made with another key.</exception>
    /// <exception cref="InvalidOperationException">The parameters were read, or a sealer has taken them before: nonces would repeat.</exception>
    /// <exception cref="PlatformNotSupportedException">The platform lacks the suite.</exception>
    public BlockSealer(ContentKey key, SealParameters parameters, uint sealNumber)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(parameters);
        BlockCipher.ThrowIfUnsupported(parameters.Suite);
        _parameters = parameters;
        _sealNumber = sealNumber;
        _keys = parameters.CreateKeys(key);
        if (!parameters.IsCommittedTo(_keys))
        {
            _keys.Dispose();
            throw new CryptographicException("The parameters were made with another key.");
        }

        if (!parameters.TryTake())
        {
            _keys.Dispose();
            throw new InvalidOperationException("Sealing needs fresh parameters: these were read, or another sealer has taken them.");
        }
    }

    /// <summary>Computes the length of a sealed block.</summary>
    /// <param name="plaintextLength">The block's length in bytes.</param>
    /// <returns>The length with frame and tag.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative, or the sealed block would be longer than 2³¹ - 1 bytes.</exception>
    public static int GetSealedLength(int plaintextLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(plaintextLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plaintextLength, int.MaxValue - SealedFrame.Overhead);
        return plaintextLength + SealedFrame.Overhead;
    }

    /// <summary>Seals a block.</summary>
    /// <param name="block">Its place and time; within a track the ordinal must be above that of every block sealed before.</param>
    /// <param name="plaintext">Its payload; may be empty.</param>
    /// <param name="destination">Receives <see cref="GetSealedLength"/> bytes; must not overlap the plaintext.</param>
    /// <returns>The bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short, or overlaps the plaintext.</exception>
    /// <exception cref="InvalidOperationException">The ordinal does not rise.</exception>
    /// <exception cref="ObjectDisposedException">The sealer is disposed.</exception>
    public int Seal(in BlockContext block, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        var length = GetSealedLength(plaintext.Length);
        if (destination.Length < length)
        {
            throw new ArgumentException($"The sealed block needs {length} bytes.", nameof(destination));
        }

        destination = destination[..length];
        if (destination.Overlaps(plaintext))
        {
            throw new ArgumentException("The sealed block overlaps the plaintext.", nameof(destination));
        }

        var cipher = Advance(block);
        Span<byte> associatedData = stackalloc byte[SealLayout.AssociatedDataLength];
        var frame = new SealedFrame(_parameters.Suite, block.Track, _sealNumber, block.Ordinal);
        SealAssociatedData.Write(associatedData, frame, _parameters.ContainerId, block);
        frame.Write(destination);
        cipher.Encrypt(
            block.Ordinal, plaintext, destination[SealLayout.FrameLength..^SealLayout.TagLength], destination[^SealLayout.TagLength..], associatedData);
        return length;
    }

    /// <summary>Zeroes the keys. Sealing afterwards throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        foreach (var track in _tracks.Values)
        {
            track.Cipher?.Dispose();
        }

        _tracks.Clear();
        _keys.Dispose();
    }

    private BlockCipher Advance(in BlockContext block)
    {
        if (!_tracks.TryGetValue(block.Track, out var track))
        {
            track = new TrackState();
        }
        else if (block.Ordinal <= track.LastOrdinal)
        {
            throw new InvalidOperationException(
                $"Block {block.Ordinal} of track {block.Track} comes after block {track.LastOrdinal}: an ordinal is never sealed twice.");
        }

        var epoch = block.Ordinal >> _parameters.EpochLog2;
        if (track.Cipher is null || track.Cipher.Epoch != epoch)
        {
            var cipher = BlockCipher.Derive(_parameters.Suite, _keys, block.Track, epoch);
            track.Cipher?.Dispose();
            track.Cipher = cipher;
        }

        // Before the cipher runs: an ordinal counts as used even if encryption fails half way.
        track.LastOrdinal = block.Ordinal;
        _tracks[block.Track] = track;
        return track.Cipher;
    }

    private sealed class TrackState
    {
        public BlockCipher? Cipher { get; set; }

        public ulong LastOrdinal { get; set; }
    }
}
