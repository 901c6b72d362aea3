using System.Diagnostics.CodeAnalysis;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto;

/// <summary>Opens sealed blocks, in any order and from any number of threads at once.</summary>
/// <remarks>A block opens as a whole or not at all, and a failure does not tell why. Opening allocates nothing once a track's epoch was seen.</remarks>
public sealed class BlockOpener : IDisposable
{
    private readonly SealParameters _parameters;
    private readonly SealKeySchedule _keys;
    private readonly CipherPool _ciphers = new();
    private readonly uint _sealNumber;

    private BlockOpener(SealParameters parameters, SealKeySchedule keys, uint sealNumber)
    {
        _parameters = parameters;
        _keys = keys;
        _sealNumber = sealNumber;
    }

    /// <summary>Holds a key against the parameters' commitment, in constant time, before anything is opened with it.</summary>
    /// <param name="key">The content key; not needed any more afterwards.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="sealNumber">The place of these parameters among those of the container, from 0.</param>
    /// <param name="opener">The opener.</param>
    /// <returns><see langword="false"/> when the key is not the one, or the parameters were changed.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="PlatformNotSupportedException">The platform lacks the suite.</exception>
    public static bool TryCreate(ContentKey key, SealParameters parameters, uint sealNumber, [NotNullWhen(true)] out BlockOpener? opener)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(parameters);
        BlockCipher.ThrowIfUnsupported(parameters.Suite);
        var keys = parameters.CreateKeys(key);
        if (!parameters.IsCommittedTo(keys))
        {
            keys.Dispose();
            opener = null;
            return false;
        }

        opener = new BlockOpener(parameters, keys, sealNumber);
        return true;
    }

    /// <summary>Computes the length of a block from that of its sealed form.</summary>
    /// <param name="sealedLength">The sealed length in bytes.</param>
    /// <param name="plaintextLength">The block's length in bytes.</param>
    /// <returns><see langword="false"/> when no sealed block is that short.</returns>
    public static bool TryGetPlaintextLength(int sealedLength, out int plaintextLength)
    {
        plaintextLength = Math.Max(0, sealedLength - SealedFrame.Overhead);
        return sealedLength >= SealedFrame.Overhead;
    }

    /// <summary>Opens a block.</summary>
    /// <param name="block">The place and time that the reader knows the block to have.</param>
    /// <param name="sealedBlock">The stored payload.</param>
    /// <param name="destination">Receives the plaintext; must not overlap the stored payload. It is all zero after a failure.</param>
    /// <param name="bytesWritten">The length of the plaintext, or 0 after a failure.</param>
    /// <returns><see langword="false"/> when the block is not exactly what was sealed for this place with this key.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short, or overlaps the stored payload.</exception>
    /// <exception cref="ObjectDisposedException">The opener is disposed.</exception>
    public bool TryOpen(in BlockContext block, ReadOnlySpan<byte> sealedBlock, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        var wellFormed = TryGetPlaintextLength(sealedBlock.Length, out var length);
        if (destination.Length < length)
        {
            throw new ArgumentException($"The block needs {length} bytes.", nameof(destination));
        }

        if (destination.Overlaps(sealedBlock))
        {
            throw new ArgumentException("The destination overlaps the stored payload.", nameof(destination));
        }

        var expected = new SealedFrame(_parameters.Suite, block.Track, _sealNumber, block.Ordinal);
        var opened = false;
        try
        {
            opened = wellFormed && SealedFrame.TryRead(sealedBlock, out var frame) && frame == expected
                && TryDecrypt(block, expected, sealedBlock, destination[..length]);
        }
        finally
        {
            // Also when the platform throws: a caller that goes on must not find half a block.
            if (!opened)
            {
                destination.Clear();
            }
        }

        bytesWritten = opened ? length : 0;
        return opened;
    }

    /// <summary>Zeroes the keys. Opening afterwards throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _ciphers.Dispose();
        _keys.Dispose();
    }

    private bool TryDecrypt(in BlockContext block, in SealedFrame frame, ReadOnlySpan<byte> sealedBlock, Span<byte> plaintext)
    {
        Span<byte> associatedData = stackalloc byte[SealLayout.AssociatedDataLength];
        SealAssociatedData.Write(associatedData, frame, _parameters.ContainerId, block);
        var epoch = block.Ordinal >> _parameters.EpochLog2;
        var cipher = _ciphers.Take(block.Track, epoch) ?? BlockCipher.Derive(_parameters.Suite, _keys, block.Track, epoch);
        try
        {
            return cipher.TryDecrypt(
                block.Ordinal, sealedBlock[SealLayout.FrameLength..^SealLayout.TagLength], sealedBlock[^SealLayout.TagLength..], plaintext, associatedData);
        }
        finally
        {
            _ciphers.Return(cipher);
        }
    }
}
