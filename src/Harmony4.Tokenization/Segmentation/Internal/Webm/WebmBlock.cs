using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>The head of a Block or SimpleBlock (RFC 9559, 10): its track, time and flags, and the lengths of the frames that it holds.</summary>
internal ref struct WebmBlock
{
    /// <summary>The most frames of a block.</summary>
    public const int MostFrames = 256;

    /// <summary>The most bytes of a head with its lengths.</summary>
    public const int LongestHead = EbmlElement.LongestVarInt + 3 + 1 + ((MostFrames - 1) * EbmlElement.LongestVarInt);

    private const byte KeyFlag = 0x80;
    private const int LacingMask = 0x06;
    private const int Xiph = 0x02;
    private const int FixedSize = 0x04;

    public ulong Track;
    public short RelativeTime;
    public bool IsKey;

    /// <summary>How many bytes stand before the first frame.</summary>
    public int HeadLength;

    /// <summary>The bytes of each frame; none where they do not fit the block.</summary>
    public ReadOnlySpan<long> Sizes;

    /// <summary>Reads a head; <see langword="false"/> where there is none.</summary>
    /// <param name="body">The first bytes of the block, <see cref="LongestHead"/> or all of them.</param>
    /// <param name="length">All bytes of the block.</param>
    /// <param name="sizes">Room for the lengths of <see cref="MostFrames"/>.</param>
    /// <param name="block">The head.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, long length, Span<long> sizes, out WebmBlock block)
    {
        block = default;
        var at = EbmlElement.ReadVarInt(body, out var number);
        if (at == 0 || body.Length < at + 3)
        {
            return false;
        }

        block.Track = (ulong)number;
        block.RelativeTime = BinaryPrimitives.ReadInt16BigEndian(body[at..]);
        var flags = body[at + 2];
        block.IsKey = (flags & KeyFlag) != 0;
        block.HeadLength = at + 3;
        var count = 1;
        if ((flags & LacingMask) != 0)
        {
            count = body.Length > block.HeadLength ? body[block.HeadLength++] + 1 : 0;
        }

        block.Sizes = TryReadSizes(body, flags & LacingMask, length, sizes[..count], ref block.HeadLength) ? sizes[..count] : default;
        return true;
    }

    private static bool TryReadSizes(ReadOnlySpan<byte> body, int lacing, long length, Span<long> sizes, ref int at)
    {
        var sum = 0L;
        for (var i = 0; i < sizes.Length - 1; i++)
        {
            if (lacing == FixedSize)
            {
                sizes[i] = (length - at) / sizes.Length;
            }
            else if (lacing == Xiph)
            {
                do
                {
                    if (at >= body.Length)
                    {
                        return false;
                    }

                    sizes[i] += body[at];
                }
                while (body[at++] == byte.MaxValue);
            }
            else
            {
                var read = EbmlElement.ReadVarInt(body[Math.Min(at, body.Length)..], out var value);
                if (read == 0)
                {
                    return false;
                }

                // Behind the first, differences with a bias that makes them positive.
                sizes[i] = i == 0 ? value : sizes[i - 1] + value - ((1L << ((7 * read) - 1)) - 1);
                at += read;
            }

            sum += sizes[i];
            if (sizes[i] < 0 || sum > length)
            {
                return false;
            }
        }

        if (sizes.IsEmpty)
        {
            return false;
        }

        sizes[^1] = length - at - sum;
        return sizes[^1] >= 0;
    }
}
