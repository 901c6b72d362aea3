using System.Buffers;

namespace Harmony4.Tokenization;

/// <summary>Finds where the blocks of one input begin, and their times and key flags, from container framing alone.</summary>
/// <remarks>
/// <para>
/// Pull form: the caller keeps the bytes that no returned block covers yet, in order, and offers them again with more behind
/// them. The blocks of an input concatenate to the input, byte for byte, and do not depend on how the input was cut into buffers.
/// </para>
/// <para>
/// Total: whatever the bytes, no method throws. Where framing cannot be followed, <see cref="Notice"/> says so and the
/// rest comes as opaque blocks that are not key. Bounded: a block is found, or split, once <see cref="MaxBufferLength"/> bytes are offered.
/// </para>
/// <para>
/// Ordered: the times of key blocks strictly increase, and no block ends behind 2^64 − 1 µs. The times of other blocks may fall.
/// </para>
/// <para>
/// An instance serves one input and is not safe for concurrent use. Derive from it to add a format of your own. An export checks these rules as
/// it reads, and ends with an <see cref="InvalidOperationException"/> that says where one was broken.
/// </para>
/// </remarks>
public abstract class BlockSegmenter
{
    /// <summary>Gets the short lower-case name of the format, such as <c>fmp4</c>, which a container keeps.</summary>
    /// <value>A name by <see cref="SegmenterFormat.IsValidName"/>. Those of <see cref="MediaFormats.BuiltIn"/> are for the built-in segmenters. It never changes.</value>
    public abstract string Name { get; }

    /// <summary>Gets the most bytes that the caller has to hold before a block is returned.</summary>
    public abstract long MaxBufferLength { get; }

    /// <summary>Gets how many bytes of memory the segmenter holds of media that it has gone over, such as tables that tell of media to come; small fixed ones need not be told of.</summary>
    /// <value>0 unless overridden.</value>
    public virtual long HeldLength => 0;

    /// <summary>Gets the first place where the framing could not be followed, or null while it can.</summary>
    public virtual SegmentationNotice? Notice => null;

    /// <summary>Gets the track of the media that times and key flags come from. It stays the same from the first returned block on.</summary>
    /// <value>By default data without a number.</value>
    public virtual TimeTrack TimeTrack => default;

    /// <summary>Gets whether the blocks are timed by counting them at a frame rate, rather than by what the media says. It never changes.</summary>
    /// <value>By default <see langword="false"/>: the times are the media's own.</value>
    public virtual bool AreTimesCounted => false;

    /// <summary>
    /// Looks at an input that can be read twice, before its first block is read, for what stands in it too far behind: the sample tables of an MP4 whose movie
    /// header follows the media. Without it such an input comes as opaque blocks, and <see cref="Notice"/> says so.
    /// </summary>
    /// <param name="input">The input, at its first byte; seekable. Where it stands afterwards is not said.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns><see langword="false"/> where what it looked for is damaged or missing, which <see cref="Notice"/> tells. By default <see langword="true"/>, and nothing is read.</returns>
    /// <exception cref="IOException">The input cannot be read.</exception>
    public virtual ValueTask<bool> PrepareAsync(Stream input, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new(true);
    }

    /// <summary>Reads the next block from the start of a buffer.</summary>
    /// <param name="buffer">All bytes that no returned block covers yet. It must begin where the last returned block ended, and never shrink otherwise.</param>
    /// <param name="isFinalBlock">Whether the input ends with this buffer.</param>
    /// <param name="block">The block, which covers the first <see cref="MediaBlock.Length"/> bytes of <paramref name="buffer"/>.</param>
    /// <returns>
    /// <see langword="true"/> with a block; <see langword="false"/> when more bytes are needed or, with
    /// <paramref name="isFinalBlock"/>, when the buffer is empty. Never <see langword="false"/> for a final buffer that holds
    /// bytes, nor for one of <see cref="MaxBufferLength"/> bytes or more.
    /// </returns>
    public abstract bool TryRead(in ReadOnlySequence<byte> buffer, bool isFinalBlock, out MediaBlock block);
}
