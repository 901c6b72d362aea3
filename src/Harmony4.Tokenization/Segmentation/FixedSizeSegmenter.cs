using System.Buffers;

namespace Harmony4.Tokenization;

/// <summary>Cuts any input every <see cref="SegmenterOptions.BlockSize"/> bytes and times the blocks with a frame rate, as H4MK 1.0's first writer did.</summary>
/// <remarks>The boundaries have nothing to do with the media: its keyframes are positions, not places where a decoder can start.</remarks>
public sealed class FixedSizeSegmenter : BlockSegmenter
{
    /// <summary>The <see cref="Name"/> of this segmenter.</summary>
    public const string FormatName = "fixed";

    /// <summary>The distance between key blocks when none is given.</summary>
    public const int DefaultGop = 30;

    private readonly long _blockSize;
    private readonly VideoTransportTokenizer _tokenizer;
    private ulong _index;

    /// <summary>Initializes a segmenter.</summary>
    /// <param name="options">Block size, frame rate, group length and rounding are used; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or 2^32 blocks at this rate would pass 2^64 − 1 µs.</exception>
    public FixedSizeSegmenter(SegmenterOptions? options = null)
    {
        options ??= new SegmenterOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.BlockSize, SegmenterOptions.LargestBlockLength, nameof(options));
        _blockSize = options.BlockSize;
        _tokenizer = new VideoTransportTokenizer(options.FrameRate, options.Gop ?? DefaultGop, options.PtsRounding);

        // Reading never throws, so the time after the last possible block is checked here.
        _tokenizer.GetPts(1UL + uint.MaxValue);
    }

    /// <inheritdoc/>
    public override string Name => FormatName;

    /// <inheritdoc/>
    public override long MaxBufferLength => _blockSize;

    /// <inheritdoc/>
    public override bool TryRead(in ReadOnlySequence<byte> buffer, bool isFinalBlock, out MediaBlock block)
    {
        var length = Math.Min(buffer.Length, _blockSize);
        if (length == 0 || (length < _blockSize && !isFinalBlock))
        {
            block = default;
            return false;
        }

        block = new MediaBlock(length, _tokenizer.GetPts(_index), _tokenizer.GetDuration(_index), _tokenizer.IsKey(_index));
        _index++;
        return true;
    }
}
