using System.Buffers;

namespace Harmony4.Tokenization;

/// <summary>Gives the n-th opaque block of a stream its time, index and key flag, from a frame rate and a group length alone.</summary>
/// <remarks>Looks at no payload byte. Immutable and safe to share between threads; allocates nothing per token.</remarks>
public sealed class VideoTransportTokenizer
{
    /// <summary>The highest frame rate: one frame per microsecond, the unit of time.</summary>
    public const int MaxFramesPerSecond = MicrosecondsPerSecond;

    private const int MicrosecondsPerSecond = 1_000_000;
    private readonly ulong _frameMicroseconds;

    /// <summary>Initializes a tokenizer.</summary>
    /// <param name="frameRate">Blocks per second, above 0 and at most <see cref="MaxFramesPerSecond"/>.</param>
    /// <param name="gop">Every <paramref name="gop"/>-th block, the first included, is a key block; at least 1.</param>
    /// <param name="rounding">How times are rounded to microseconds.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public VideoTransportTokenizer(FrameRate frameRate, int gop, PtsRounding rounding = PtsRounding.Exact)
    {
        if (frameRate.Numerator == 0 || (UInt128)frameRate.Numerator > (UInt128)frameRate.Denominator * MaxFramesPerSecond)
        {
            throw new ArgumentOutOfRangeException(nameof(frameRate), frameRate, $"a frame rate is above 0 and at most {MaxFramesPerSecond}");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(gop, 1);
        if (rounding is not (PtsRounding.Exact or PtsRounding.Version10))
        {
            throw new ArgumentOutOfRangeException(nameof(rounding), rounding, "not a rounding");
        }

        FrameRate = frameRate;
        Gop = gop;
        Rounding = rounding;
        var frame = rounding == PtsRounding.Version10 ? MicrosecondsPerSecond / frameRate.ToDouble() : 0;

        // 2^64 is the first double that a pts cannot hold; the conversion truncates, as 1.0 does.
        _frameMicroseconds = frame < 18446744073709551616.0
            ? (ulong)frame
            : throw new ArgumentOutOfRangeException(nameof(frameRate), frameRate, "the time between two frames is above 2^64 - 1 microseconds");
    }

    /// <summary>Gets the blocks per second.</summary>
    public FrameRate FrameRate { get; }

    /// <summary>Gets the distance between key blocks, in blocks.</summary>
    public int Gop { get; }

    /// <summary>Gets how times are rounded.</summary>
    public PtsRounding Rounding { get; }

    /// <summary>Returns the time of a block.</summary>
    /// <param name="index">Position of the block, from 0.</param>
    /// <returns>Microseconds.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is above 2^64 − 1 µs.</exception>
    public ulong GetPts(ulong index)
    {
        if (!TryGetPts(index, out var pts))
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"the time of this block at {FrameRate} frames per second is above 2^64 - 1 microseconds");
        }

        return pts;
    }

    /// <summary>Returns the time from a block's pts to the next block's.</summary>
    /// <param name="index">Position of the block, from 0.</param>
    /// <returns>Microseconds; over consecutive blocks these sum to the time between them exactly.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time of the next block is above 2^64 − 1 µs.</exception>
    public ulong GetDuration(ulong index)
    {
        var pts = GetPts(index);
        ArgumentOutOfRangeException.ThrowIfEqual(index, ulong.MaxValue);
        return GetPts(index + 1) - pts;
    }

    /// <summary>Returns whether a block is a key block.</summary>
    /// <param name="index">Position of the block, from 0.</param>
    /// <returns>Whether <paramref name="index"/> is a multiple of <see cref="Gop"/>.</returns>
    public bool IsKey(ulong index) => index % (uint)Gop == 0;

    /// <summary>Returns the token of a block.</summary>
    /// <param name="index">Position of the block, from 0.</param>
    /// <returns>The token.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is above 2^64 − 1 µs.</exception>
    public VideoBlockToken GetToken(uint index) => new(GetPts(index), index, IsKey(index));

    /// <summary>Writes the tokens of consecutive blocks.</summary>
    /// <param name="firstIndex">Position of the first block.</param>
    /// <param name="count">How many tokens to write; 0 or more.</param>
    /// <param name="destination">Receives <paramref name="count"/> × 13 bytes.</param>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="count"/> is negative, an index would be above 2^32 − 1, or a time above 2^64 − 1 µs. Nothing is written then.
    /// </exception>
    public void WriteTokens(uint firstIndex, int count, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0)
        {
            return;
        }

        var last = (ulong)firstIndex + (uint)count - 1;
        if (last > uint.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, "the last index is above 2^32 - 1");
        }

        GetPts(last);
        for (var index = (ulong)firstIndex; index <= last; index++)
        {
            GetToken((uint)index).TryWrite(destination.GetSpan(VideoBlockToken.EncodedSize));
            destination.Advance(VideoBlockToken.EncodedSize);
        }
    }

    internal bool TryGetPts(ulong index, out ulong pts)
    {
        UInt128 exact;
        if (Rounding == PtsRounding.Version10)
        {
            exact = (UInt128)index * _frameMicroseconds;
        }
        else
        {
            // index × 10^6 stays below 2^84; only a denominator above 2^44 can take the product past 128 bits.
            var scaled = (UInt128)index * MicrosecondsPerSecond;
            if (FrameRate.Denominator != 1 && scaled != 0 && FrameRate.Denominator > UInt128.MaxValue / scaled)
            {
                pts = 0;
                return false;
            }

            exact = scaled * FrameRate.Denominator / FrameRate.Numerator;
        }

        pts = (ulong)exact;
        return exact <= ulong.MaxValue;
    }
}
