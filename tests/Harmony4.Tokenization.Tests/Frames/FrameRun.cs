using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Frames;

/// <summary>One pass of a frame reader over an input, as a caller drives it; checks what holds for every format and input.</summary>
internal sealed record FrameRun(IReadOnlyList<MediaFrame> Frames, SegmentationNotice? Notice, TimeTrack TimeTrack)
{
    /// <summary>Gets how many bytes were looked at.</summary>
    public long BytesRead { get; private init; }

    /// <summary>Reads an input that arrives <paramref name="step"/> bytes at a time, in segments of <paramref name="segment"/> bytes, 0 for one.</summary>
    /// <param name="input">The input.</param>
    /// <param name="format">Its format.</param>
    /// <param name="step">How many bytes arrive at a time.</param>
    /// <param name="segment">The bytes of a segment.</param>
    /// <param name="seeks">Whether bytes that need not be looked at are left out.</param>
    /// <param name="isLengthKnown">Whether the reader is told how long the input is.</param>
    /// <param name="most">How many frames are taken at most.</param>
    /// <param name="options">What the reader is created with.</param>
    /// <param name="isPrepared">Whether the input is looked at before it is read; null for where the reader is told how long it is.</param>
    public static FrameRun Of(byte[] input, string format, int step = int.MaxValue, int segment = 0, bool seeks = false, bool isLengthKnown = true, int most = int.MaxValue, SegmenterOptions? options = null, bool? isPrepared = null)
    {
        var reader = new FrameReader(format, options) { InputLength = isLengthKnown ? input.Length : null };
        if (isPrepared ?? isLengthKnown)
        {
            using var stream = new MemoryStream(input);
            reader.PrepareAsync(stream).AsTask().GetAwaiter().GetResult();
        }

        var frames = new List<MediaFrame>();
        int start = 0, end = (int)Math.Min(step, (long)input.Length);
        var bytesOfTracks = new Dictionary<ulong, long>();
        var read = 0L;
        while (true)
        {
            while (frames.Count < most && reader.TryRead(out var frame))
            {
                Add(frame);
            }

            if (frames.Count == most)
            {
                break;
            }

            if (seeks && reader.SkippableLength > 0)
            {
                var skipped = (int)Math.Min(reader.SkippableLength, input.Length - start);
                reader.Skip(skipped);
                start += skipped;
                end = Math.Max(start, end);
            }

            var isFinal = end == input.Length;
            var taken = reader.Read(Segmentations.Window(input, start, end, segment), isFinal);
            Require(taken >= 0 && taken <= end - start, $"{taken} of {end - start} bytes");
            start += (int)taken;
            read += taken;
            Require(reader.Position == start, $"position {reader.Position}, {start}");
            if (taken > 0 || reader.TryRead(out var next) && Add(next))
            {
                continue;
            }

            if (isFinal)
            {
                break;
            }

            Require(end - start < reader.MaxBufferLength, $"nothing taken of {end - start} bytes");
            end = (int)Math.Min((long)end + step, input.Length);
        }

        Require(start == input.Length || frames.Count == most, $"{input.Length - start} bytes left");
        return new FrameRun(frames, reader.Notice, reader.TimeTrack) { BytesRead = read };

        bool Add(in MediaFrame frame)
        {
            Require(frame.Size > 0 && frame.Position >= 0 && frame.DataPosition is null or >= 0, $"a frame of {frame.Size} bytes at {frame.Position}");
            if (isLengthKnown)
            {
                Require(frame.Position <= input.Length - frame.Size, $"a frame of {frame.Size} bytes at {frame.Position} of {input.Length}");
                var bytes = bytesOfTracks[frame.Track] = bytesOfTracks.GetValueOrDefault(frame.Track) + frame.Size;
                Require(bytes <= input.Length, $"{bytes} bytes of the frames of track {frame.Track} in {input.Length}");
            }

            frames.Add(frame);
            return true;
        }
    }

    /// <summary>The frames and the notice as text, so that a difference shows where it is.</summary>
    public override string ToString() => string.Join('\n', Frames.Select(f => $"{f.Track} {f.Kind} {f.Ticks}+{f.DurationTicks} of {f.TimeBase.Numerator}/{f.TimeBase.Denominator} {f.IsKey} {f.Position} {f.DataPosition} {f.Size}")) + "\n" + Notice;

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }
}
