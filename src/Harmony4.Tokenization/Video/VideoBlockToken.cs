using System.Buffers.Binary;

namespace Harmony4.Tokenization;

/// <summary>The 13-byte token of one opaque video block: presentation time, index and key flag.</summary>
/// <remarks>
/// Wire form, big-endian (H4MK 1.0 section 6): pts u64 in microseconds, block index u32, key flag u8 (1 or 0).
/// </remarks>
/// <param name="Pts">Presentation time in microseconds.</param>
/// <param name="Index">Position of the block in its stream, from 0.</param>
/// <param name="IsKey">Whether playback can start at this block.</param>
public readonly record struct VideoBlockToken(ulong Pts, uint Index, bool IsKey) : IToken<VideoBlockToken>
{
    /// <summary>The number of bytes of a token on the wire.</summary>
    public const int EncodedSize = 13;

    private const int IndexOffset = 8;
    private const int KeyOffset = 12;

    /// <inheritdoc/>
    public static int Size => EncodedSize;

    /// <inheritdoc/>
    public bool TryWrite(Span<byte> destination)
    {
        if (destination.Length < EncodedSize)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, Pts);
        BinaryPrimitives.WriteUInt32BigEndian(destination[IndexOffset..], Index);
        destination[KeyOffset] = IsKey ? (byte)1 : (byte)0;
        return true;
    }

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlySpan<byte> source, out VideoBlockToken token)
    {
        // A key byte other than 0 and 1 cannot be written back, so it is no token.
        if (source.Length < EncodedSize || source[KeyOffset] > 1)
        {
            token = default;
            return false;
        }

        token = new VideoBlockToken(
            BinaryPrimitives.ReadUInt64BigEndian(source),
            BinaryPrimitives.ReadUInt32BigEndian(source[IndexOffset..]),
            source[KeyOffset] == 1);
        return true;
    }
}
