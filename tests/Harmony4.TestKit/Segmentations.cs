using System.Buffers;

namespace Harmony4.TestKit;

/// <summary>The same bytes as sequences of differently cut segments: whatever reads a sequence must not care.</summary>
public static class Segmentations
{
    /// <summary>One segment; one byte per segment; then, for short inputs, every two-way split, else a spread of them.</summary>
    public static IEnumerable<ReadOnlySequence<byte>> Of(byte[] bytes)
    {
        yield return new ReadOnlySequence<byte>(bytes);
        yield return Cut(bytes, Enumerable.Range(1, Math.Max(0, Math.Min(bytes.Length, 4096) - 1)));
        var step = Math.Max(1, bytes.Length / 64);
        for (var at = 0; at <= bytes.Length; at += step)
        {
            yield return Cut(bytes, [at]);
        }
    }

    /// <summary>A part of an input, in segments of so many bytes; 0 for one.</summary>
    public static ReadOnlySequence<byte> Window(byte[] input, int start, int end, int segment)
    {
        if (segment == 0 || end == start)
        {
            return new ReadOnlySequence<byte>(input, start, end - start);
        }

        var window = input.AsSpan(start, end - start).ToArray();
        return Cut(window, Enumerable.Range(1, (window.Length - 1) / segment).Select(i => i * segment));
    }

    /// <summary>Cuts at the given places, ascending; equal or outer places give empty segments.</summary>
    public static ReadOnlySequence<byte> Cut(byte[] bytes, IEnumerable<int> places)
    {
        Segment? first = null, last = null;
        var at = 0;
        foreach (var place in places.Append(bytes.Length))
        {
            var memory = bytes.AsMemory(at, place - at);
            at = place;
            if (last is null)
            {
                first = last = new Segment(memory, 0);
            }
            else
            {
                last = last.Append(memory);
            }
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
