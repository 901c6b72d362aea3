using System.Buffers.Binary;

namespace Harmony4.Tokenization;

/// <summary>The 8-byte token of one frequency bin of one audio frame: frequency, relative magnitude and phase.</summary>
/// <remarks>
/// Wire form, big-endian (H4MK 1.0 section 7): frequency u32, magnitude u16, phase u16. A token holds no time and no frame
/// number: those are in <see cref="AudioFrame"/>.
/// </remarks>
/// <param name="Hz10">Frequency of the bin in tenths of a hertz, cut off at <see cref="MaxHz10"/>: trunc(10 × min(bin × rate / frame size, 20,000)).</param>
/// <param name="Magnitude">Magnitude relative to the largest of the frame: trunc(65,535 × |X| / max |X|).</param>
/// <param name="Phase">Phase: trunc(65,535 × (φ + π) / 2π), so −π is 0, 0 is <see cref="ZeroPhase"/> and +π is 65,535.</param>
public readonly record struct AudioToken(uint Hz10, ushort Magnitude, ushort Phase) : IToken<AudioToken>
{
    /// <summary>The number of bytes of a token on the wire.</summary>
    public const int EncodedSize = 8;

    /// <summary>The highest frequency that a token names, in tenths of a hertz: 20 kHz. Bins above it are named so too.</summary>
    public const uint MaxHz10 = 200_000;

    /// <summary>The phase field of a phase of zero, and of a bin of no magnitude.</summary>
    public const ushort ZeroPhase = 32767;

    private const int MagnitudeOffset = 4;
    private const int PhaseOffset = 6;

    /// <inheritdoc/>
    public static int Size => EncodedSize;

    /// <inheritdoc/>
    public bool TryWrite(Span<byte> destination)
    {
        if (destination.Length < EncodedSize)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, ((ulong)Hz10 << 32) | ((ulong)Magnitude << 16) | Phase);
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>Every eight bytes are a token: a frequency above <see cref="MaxHz10"/> is read as it stands.</remarks>
    public static bool TryRead(ReadOnlySpan<byte> source, out AudioToken token)
    {
        if (source.Length < EncodedSize)
        {
            token = default;
            return false;
        }

        token = new AudioToken(
            BinaryPrimitives.ReadUInt32BigEndian(source),
            BinaryPrimitives.ReadUInt16BigEndian(source[MagnitudeOffset..]),
            BinaryPrimitives.ReadUInt16BigEndian(source[PhaseOffset..]));
        return true;
    }
}
