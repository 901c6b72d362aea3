using System.Buffers;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization;

/// <summary>Finds the frames of one input, of all its tracks, from container framing alone: when each is shown, whether decoding can begin there, and which bytes it has.</summary>
/// <remarks>
/// <para>
/// Pull form: offer the bytes from <see cref="Position"/> on to <see cref="Read"/>, drop as many as it says, take frames with <see cref="TryRead"/> until there are none, and go on. Where
/// <see cref="SkippableLength"/> is not 0 that many bytes need not be read at all: an input that seeks goes over them with <see cref="Skip"/>. The frames do not depend on how the input was cut into buffers.
/// </para>
/// <para>
/// Frames come in the order in which the framing tells of them: by position, but for the fragments of MP4, which tell of one track behind the other. Total: whatever the bytes, nothing is thrown; where the
/// framing cannot be followed <see cref="Notice"/> says so. What is held is bounded: a buffer of <see cref="MaxBufferLength"/> bytes, some hundred frames, and of MP4 the sample tables, of at most 256 MiB together.
/// </para>
/// <para>An instance serves one input and is not safe for concurrent use.</para>
/// </remarks>
public sealed class FrameReader
{
    private static readonly string[] FormatNames =
    [
        MediaFormats.FragmentedMp4,
        MediaFormats.Mp4,
        MediaFormats.Webm,
        MediaFormats.Ivf,
        MediaFormats.Ogg,
        MediaFormats.Ts,
        MediaFormats.Adts,
        MediaFormats.Mp3,
        MediaFormats.Flac,
        MediaFormats.Flv,
    ];

    private readonly FrameQueue _frames = new();
    private readonly FramedSegmenter _framing;
    private bool _isAtEnd;

    /// <summary>Initializes a reader at the start of an input.</summary>
    /// <param name="format">One of <see cref="Formats"/>. The two forms of MP4 are read alike.</param>
    /// <param name="options">Options; null for the defaults. Only <see cref="SegmenterOptions.TimeTrack"/> and <see cref="SegmenterOptions.Gop"/> matter.</param>
    /// <exception cref="ArgumentException">The format is not one of <see cref="Formats"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public FrameReader(string format, SegmenterOptions? options = null)
    {
        if (!Formats.Contains(format))
        {
            throw new ArgumentException($"'{format}' is not a format with frames: expected one of {string.Join(", ", Formats)}", nameof(format));
        }

        Format = format;
        options = (options ?? new SegmenterOptions()) with { Frames = _frames };
        _framing = format is MediaFormats.FragmentedMp4 or MediaFormats.Mp4 ? new Mp4Segmenter(options, readsTables: true) : (FramedSegmenter)MediaFormats.BuiltIn.Create(format, options);
    }

    /// <summary>Gets the names of the formats whose framing tells of frames.</summary>
    public static IReadOnlyList<string> Formats => FormatNames;

    /// <summary>Gets the name of the format.</summary>
    public string Format { get; }

    /// <summary>Gets the bytes of the input where they are known: frames that reach behind them are not told of, and those of a track have together no more bytes.</summary>
    /// <value>Default null. Frames may then be told of whose bytes do not come, by a few bytes of a damaged MP4 billions of them.</value>
    public long? InputLength
    {
        get => _frames.InputLength;
        init => _frames.InputLength = value;
    }

    /// <summary>Gets the most bytes that the caller has to hold before <see cref="Read"/> takes some of them.</summary>
    public long MaxBufferLength => _framing.MaxBufferLength;

    /// <summary>Gets the position in the input of the next byte to offer.</summary>
    public long Position { get; private set; }

    /// <summary>Gets how many bytes from <see cref="Position"/> on need not be looked at; those behind the end of the input are counted too.</summary>
    public long SkippableLength { get; private set; }

    /// <summary>Gets the first place where the framing could not be followed, else the first frame that an input of <see cref="InputLength"/> cannot hold; null while there is neither.</summary>
    public SegmentationNotice? Notice => _framing.Notice ?? _frames.Refused;

    /// <summary>Gets the track that times of blocks would come from, as far as the input was read: the first with moving pictures, else the first.</summary>
    public TimeTrack TimeTrack => _framing.CurrentTimeTrack;

    /// <summary>Gets the edit list of a track of MP4, as far as the input was read.</summary>
    /// <param name="track">The media's own number of the track.</param>
    /// <returns>The entries in their order; none where there is no such list.</returns>
    public IReadOnlyList<MediaEdit> GetEdits(ulong track) => _framing.GetEdits(track);

    /// <summary>
    /// Gets by how much later than the media says libavformat shows the frames of a track that stands in fragments alone: as far as composition offsets reach below 0, so that nothing is shown before it is decoded.
    /// </summary>
    /// <param name="track">The media's own number of the track.</param>
    /// <returns>Ticks of the track, by what was read; null for a track that has sample tables, and for other formats.</returns>
    public long? GetFragmentShift(ulong track) => _framing.GetFragmentShift(track);

    /// <inheritdoc cref="BlockSegmenter.PrepareAsync"/>
    public ValueTask<bool> PrepareAsync(Stream input, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        return _framing.PrepareAsync(input, cancellationToken);
    }

    /// <summary>Looks at the next bytes of the input.</summary>
    /// <param name="buffer">The bytes from <see cref="Position"/> on.</param>
    /// <param name="isFinalBlock">Whether the input ends with them.</param>
    /// <returns>How many bytes were taken. With 0 there are frames to take, or more bytes are needed; with <paramref name="isFinalBlock"/> all are taken once no frames are left.</returns>
    public long Read(in ReadOnlySequence<byte> buffer, bool isFinalBlock)
    {
        var skipped = Math.Min(SkippableLength, buffer.Length);
        Skip(skipped);
        if (SkippableLength > 0)
        {
            if (isFinalBlock && !_isAtEnd)
            {
                _isAtEnd = true;
                _framing.EndWalk(SkippableLength);
            }

            return skipped;
        }

        return _isAtEnd ? skipped : skipped + Walk(buffer.Slice(skipped), isFinalBlock);
    }

    /// <summary>Goes over bytes without looking at them.</summary>
    /// <param name="count">At most <see cref="SkippableLength"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or too large.</exception>
    public void Skip(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, SkippableLength);
        Position += count;
        SkippableLength -= count;
    }

    /// <summary>Takes the next frame that was found.</summary>
    /// <param name="frame">The frame.</param>
    /// <returns><see langword="false"/> when there is none until more of the input is read.</returns>
    public bool TryRead(out MediaFrame frame) => _frames.TryTake(out frame);

    private long Walk(in ReadOnlySequence<byte> buffer, bool isFinalBlock)
    {
        var walked = _framing.Walk(buffer, isFinalBlock);
        var taken = Math.Min(walked, buffer.Length);
        Position += taken;
        SkippableLength = walked - taken;
        _isAtEnd = isFinalBlock && walked >= buffer.Length;
        return taken;
    }
}
