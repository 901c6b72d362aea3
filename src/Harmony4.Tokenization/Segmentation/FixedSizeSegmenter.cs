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

    private readonly VideoTransportTokenizer _tokenizer;
    private ulong _index;

    /// <summary>Initializes a segmenter.</summary>
    /// <param name="options">Block size, frame rate, group length and rounding are used; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public FixedSizeSegmenter(SegmenterOptions? options = null)
    {
        options ??= new SegmenterOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.BlockSize, SegmenterOptions.LargestBlockLength, nameof(options));
        BlockSize = options.BlockSize;
        _tokenizer = new VideoTransportTokenizer(options.FrameRate, options.Gop ?? DefaultGop, options.PtsRounding);
    }

    /// <summary>Gets the length of a block, in bytes; the last one may be shorter.</summary>
    public long BlockSize { get; }

    /// <summary>Gets the rate that the blocks are timed with.</summary>
    public FrameRate FrameRate => _tokenizer.FrameRate;

    /// <summary>Gets the distance between key blocks, in blocks.</summary>
    public int Gop => _tokenizer.Gop;

    /// <inheritdoc/>
    public override string Name => FormatName;

    /// <inheritdoc/>
    public override long MaxBufferLength => BlockSize;

    /// <inheritdoc/>
    public override bool AreTimesCounted => true;

    /// <inheritdoc/>
    public override bool TryRead(in ReadOnlySequence<byte> buffer, bool isFinalBlock, out MediaBlock block)
    {
        var length = Math.Min(buffer.Length, BlockSize);
        if (length == 0 || (length < BlockSize && !isFinalBlock))
        {
            block = default;
            return false;
        }

        // Reading never throws: a time that no pts can hold, half a million years on, stays at the last one and its blocks are no longer key.
        var isTimed = _tokenizer.TryGetPts(_index, out var pts);
        var end = _tokenizer.TryGetPts(_index + 1, out var next) ? next : ulong.MaxValue;
        block = isTimed
            ? new MediaBlock(length, pts, end - pts, _tokenizer.IsKey(_index))
            : new MediaBlock(length, ulong.MaxValue, 0, IsKey: false);
        _index++;
        return true;
    }
}
