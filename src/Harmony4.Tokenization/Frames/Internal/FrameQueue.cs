namespace Harmony4.Tokenization.Internal;

/// <summary>The frames that were found and not taken yet.</summary>
internal sealed class FrameQueue
{
    // What is held at most, but for the frames of one unit.
    private const int Capacity = 256;

    private readonly Queue<FrameRun> _runs = [];
    private readonly Dictionary<ulong, long> _told = [];
    private FrameRun _current;

    /// <summary>Gets or sets the bytes of the input; null where they are not known.</summary>
    public long? InputLength { get; set; }

    /// <summary>Gets or sets the frames that sample tables tell of, which come one by one.</summary>
    public Mp4TableFrames? Tables { get; set; }

    /// <summary>Gets whether frames have to be taken before more are looked for.</summary>
    public bool IsFull => _runs.Count >= Capacity || Tables is { HasFrames: true };

    /// <summary>Gets the first frame that the input cannot hold; null where there is none.</summary>
    public SegmentationNotice? Refused { get; private set; }

    /// <summary>Adds a frame. One without bytes is none.</summary>
    public void Add(in MediaFrame frame) => Add(new FrameRun(frame));

    /// <inheritdoc cref="Add(in MediaFrame)"/>
    public void Add(in FrameRun run)
    {
        if (run.First.Size > 0)
        {
            _runs.Enqueue(run);
        }
    }

    public bool TryTake(out MediaFrame frame)
    {
        while (_current.Count > 0 || _runs.TryDequeue(out _current))
        {
            frame = _current.First;
            if (Admits(frame))
            {
                _current = _current.Count > 1 ? _current.Next : default;
                return true;
            }

            // Those behind it lie further behind.
            _current = default;
        }

        while (Tables is { HasFrames: true } tables)
        {
            frame = tables.Current;
            if (Admits(frame))
            {
                tables.MoveNext();
                return true;
            }

            tables.SkipRun();
        }

        frame = default;
        return false;
    }

    /// <summary>
    /// Whether the input can hold a frame: it ends within it, and the frames of its track have together no more bytes than there are. So frames are no more than bytes, whatever a few of them say.
    /// </summary>
    private bool Admits(in MediaFrame frame)
    {
        if (InputLength is not { } length)
        {
            return true;
        }

        if (frame.Size > length - frame.Position)
        {
            Refused ??= new SegmentationNotice(frame.Position, FormattableString.Invariant($"expected a frame of {frame.Size} bytes of track {frame.Track}, found the end of the input at {length}"));
            return false;
        }

        var told = _told.GetValueOrDefault(frame.Track);
        if (frame.Size > length - told)
        {
            Refused ??= new SegmentationNotice(frame.Position, FormattableString.Invariant($"expected frames of track {frame.Track} that lie apart, found them to have more bytes than the input"));
            return false;
        }

        _told[frame.Track] = told + frame.Size;
        return true;
    }
}
