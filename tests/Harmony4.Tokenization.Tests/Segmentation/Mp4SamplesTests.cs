using FsCheck.Xunit;
using Harmony4.Tokenization.Internal;
using static Harmony4.Tokenization.Tests.Segmentation.Mp4Builder;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Sample tables against lists of what they stand for, sample by sample: runs, blocks and frames.</summary>
public sealed class Mp4SamplesTests
{
    private const int Head = 4096;

    private sealed record Sample(long Position, long Size, long Time, long Duration, long Offset, bool IsSync);

    /// <summary>Random samples in chunks, which may lie in any order and apart, and the tables of a track that tell of them.</summary>
    private static (List<Sample> Samples, byte[][] Tables, int Length) Make(Random random, bool isVideo)
    {
        var count = random.Next(1, 40);
        var isOneSize = random.Next(3) == 0;
        var isListedSync = isVideo ? random.Next(4) > 0 : random.Next(6) == 0;
        var sizes = Enumerable.Range(0, count).Select(_ => isOneSize ? 5L : random.Next(4) == 0 ? 0 : random.Next(1, 16)).ToList();
        var durations = new List<long>();
        while (durations.Count < count)
        {
            var (length, duration) = (random.Next(1, 9), random.Next(0, 30));
            durations.AddRange(Enumerable.Repeat((long)duration, Math.Min(length, count - durations.Count)));
        }

        var offsets = Enumerable.Range(0, count).Select(i => random.Next(3) == 0 ? 0L : random.Next(-40, 60)).ToList();
        var offsetCount = random.Next(3) == 0 ? 0 : random.Next(3) == 0 ? random.Next(0, count) : count;
        var syncs = Enumerable.Range(0, count).Where(_ => random.Next(3) == 0).ToList();
        var partial = isListedSync ? Enumerable.Range(0, count).Where(_ => random.Next(8) == 0).ToList() : [];

        // Chunks of samples, shuffled a little.
        var chunks = new List<(int First, int Count)>();
        var perChunk = 1;
        for (var at = 0; at < count; at += chunks[^1].Count)
        {
            perChunk = random.Next(2) == 0 ? perChunk : random.Next(1, 7);
            chunks.Add((at, Math.Min(perChunk, count - at)));
        }

        var order = Enumerable.Range(0, chunks.Count).ToArray();
        for (var swaps = random.Next(3); swaps > 0 && order.Length > 1; swaps--)
        {
            var at = random.Next(order.Length - 1);
            (order[at], order[at + 1]) = (order[at + 1], order[at]);
        }

        var positions = new long[chunks.Count];
        long position = Head;
        foreach (var chunk in order)
        {
            position += random.Next(2) * random.Next(20);
            positions[chunk] = position;
            position += sizes.Skip(chunks[chunk].First).Take(chunks[chunk].Count).Sum();
        }

        var samples = new List<Sample>();
        var time = 0L;
        for (var (chunk, i) = (0, 0); i < count; i++)
        {
            chunk += i == chunks[chunk].First + chunks[chunk].Count ? 1 : 0;
            var inChunk = sizes.Skip(chunks[chunk].First).Take(i - chunks[chunk].First).Sum();
            samples.Add(new Sample(positions[chunk] + inChunk, sizes[i], time, durations[i], i < offsetCount ? offsets[i] : 0, !isListedSync || syncs.Contains(i) || partial.Contains(i)));
            time += durations[i];
        }

        long[] Runs(IEnumerable<long> values)
        {
            var runs = new List<(long Count, long Value)>();
            foreach (var value in values)
            {
                // Now and then a run is cut in two, or one of no samples stands between.
                if (runs.Count > 0 && runs[^1].Value == value && random.Next(5) > 0)
                {
                    runs[^1] = (runs[^1].Count + 1, value);
                }
                else
                {
                    runs.AddRange(random.Next(9) == 0 ? [(0, 7), (1, value)] : [(1, value)]);
                }
            }

            return [.. runs.SelectMany(r => new[] { r.Count, r.Value })];
        }

        var layout = chunks.Select((c, i) => (Chunk: i + 1, c.Count)).Where((c, i) => i == 0 || c.Count != chunks[i - 1].Count || random.Next(5) == 0).SelectMany(c => new long[] { c.Chunk, c.Count, 1 }).ToArray();
        var isCompact = !isOneSize && random.Next(3) == 0;
        var bits = random.Next(3) switch { 0 => 4, 1 => 8, _ => 16 };
        byte[][] tables =
        [
            Counted("stts", 2, Runs(durations)), offsetCount > 0 ? Counted("ctts", 2, Runs(offsets.Take(offsetCount))) : [], isListedSync ? Counted("stss", 1, [.. syncs.Select(s => s + 1L)]) : [],
            partial.Count > 0 ? Counted("stps", 1, [.. partial.Select(s => s + 1L)]) : [], Counted("stsc", 3, layout),
            isOneSize ? Table("stsz", 5, count) : isCompact ? Box("stz2", new byte[7], [(byte)bits], U32((uint)count), Compact(sizes, bits)) : Sizes([.. sizes]),
            random.Next(2) == 0 ? Counted("stco", 1, positions) : Box("co64", [new byte[4], U32((uint)positions.Length), .. positions.Select(p => U64((ulong)p))]),
        ];
        return (samples, tables, (int)position);
    }

    private static byte[] Compact(List<long> sizes, int bits) => bits switch
    {
        4 => [.. sizes.Append(0).Chunk(2).Where(c => c.Length == 2).Select(c => (byte)((c[0] << 4) | c[1]))],
        8 => [.. sizes.Select(s => (byte)s)],
        _ => [.. sizes.SelectMany(s => new byte[] { 0, (byte)s })],
    };

    private static byte[] File(byte[][] tables, string handler, int length)
    {
        byte[] head = [.. Box("ftyp", new byte[8]), .. Box("moov", TrackOf(1, handler, 50, tables))];
        Assert.InRange(head.Length, 0, Head - 16);
        return [.. head, .. Box("free", new byte[Head - head.Length - 16]), .. Data(length - Head), .. Box("free")];
    }

    [Property(Replay = "20270411,7", MaxTest = 400)]
    public void Advance_RandomTables_GoesOverEverySample(int seed)
    {
        var random = new Random(seed);
        var (samples, boxes, _) = Make(random, isVideo: random.Next(2) == 0);
        var tables = new Mp4SampleTables();
        foreach (var box in boxes.Where(b => b.Length > 0))
        {
            tables.Begin(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(box.AsSpan(4)), box.Length - 8);
            for (var at = 8; at < box.Length;)
            {
                var count = Math.Min(random.Next(1, 40), box.Length - at);
                tables.Add(box.AsSpan(at, count));
                at += count;
            }
        }

        Assert.Equal(boxes.Sum(b => b.Length == 0 ? 0 : b.Length - 8), tables.Length);
        var run = new Mp4Samples(tables, MediaKind.Video);
        var i = 0;
        while (run.Count > 0)
        {
            Assert.InRange((int)run.Count, 1, samples.Count - i);
            for (var k = 0; k < run.Count; k++)
            {
                // All that is said of the first holds for the others, but for the sync flag.
                var sample = samples[i + k];
                Assert.Equal(
                    (sample.Position, sample.Size, sample.Time, sample.Duration, sample.Time + sample.Offset),
                    ((long)run.Position + (k * (long)run.Size), run.Size, (long)run.DecodeTime + (k * (long)run.Duration), run.Duration, (long)run.Time + (k * (long)run.Duration)));
                Assert.Equal(sample.IsSync, k == 0 ? run.IsSync : run.AreAllSync);
            }

            var step = (uint)random.Next(1, (int)run.Count + 1);
            i += (int)step;
            run.Advance(step);
        }

        Assert.Equal(samples.Count, i);
        Assert.Null(run.Fault);
        Assert.Equal((samples.Count, 1u), ((int)tables.SampleCount, run.MostAsOne));
    }

    [Property(Replay = "20270411,9", MaxTest = 300)]
    public void TryRead_RandomTables_BeginsBlocksWhereTheListSays(int seed)
    {
        var random = new Random(seed);
        var isVideo = random.Next(2) == 0;
        var (samples, tables, length) = Make(random, isVideo);
        var input = File(tables, isVideo ? "vide" : "soun", length);
        var run = SegmentationRun.Of(input, MediaFormats.Mp4);
        if (samples.All(s => s.Size == 0))
        {
            Assert.NotNull(run.Notice);
            return;
        }

        // A block begins at a sample with bytes that decoding can begin at, behind the start before, in front of all that comes later; without pictures not within half a second of it.
        var starts = new List<int>();
        var isGrouped = !isVideo && samples.All(s => s.IsSync) && tables[2].Length == 0;
        for (var i = 0; i < samples.Count; i++)
        {
            var (sample, last) = (samples[i], starts.Count > 0 ? samples[starts[^1]] : null);
            var isBlock = sample.Size > 0 && !samples.Skip(i + 1).Any(s => s.Size > 0 && s.Position < sample.Position)
                && (last is null || (sample.IsSync && sample.Position > last.Position && !(isGrouped && 2 * (sample.Time + sample.Duration - last.Time) <= 50)));
            if (isBlock)
            {
                starts.Add(i);
            }
        }

        var end = samples[^1].Time + samples[^1].Duration;
        var timed = run.Blocks.Skip(1).Take(starts.Count).ToList();
        Assert.Equal(starts.Select(s => samples[s].Position), timed.Select((_, i) => SegmentationRun.OffsetOf(run.Blocks, i + 1)));
        var durations = starts.Select((s, i) => (i + 1 < starts.Count ? samples[starts[i + 1]].Time : end) - samples[s].Time);

        // Times that do not rise are moved; until then they are those of the list.
        var times = starts.Select(s => samples[s].Time + samples[s].Offset).ToList();
        var sound = Enumerable.Range(0, times.Count).TakeWhile(i => times[i] >= 0 && (i == 0 || times[i] > times[i - 1])).Count();
        Assert.Equal(starts.Take(sound).Select((s, i) => (times[i] * 20_000, samples[s].IsSync)), timed.Take(sound).Select(b => ((long)b.Pts, b.IsKey)));
        Assert.Equal(durations.Take(sound).Select(d => d * 20_000), timed.Take(sound).Select(b => (long)b.Duration));
        Assert.Equal(run.ToString(), SegmentationRun.Of(input, MediaFormats.Mp4, step: 61, segment: 7).ToString());
    }

    [Property(Replay = "20270411,11", MaxTest = 300)]
    public void TryRead_RandomTables_TellsEveryFrame(int seed)
    {
        var random = new Random(seed);
        var isVideo = random.Next(2) == 0;
        var (samples, tables, length) = Make(random, isVideo);
        var run = Frames.FrameRun.Of(File(tables, isVideo ? "vide" : "soun", length), MediaFormats.Mp4);
        if (!isVideo && tables[0].Length == 24 && samples.All(s => s.Duration == 1))
        {
            // Samples that are ticks are told of together.
            return;
        }

        Assert.Equal(
            samples.Where(s => s.Size > 0).Select(s => (s.Position, s.Size, (long?)s.Time + s.Offset, s.Duration == 0 ? null : (long?)s.Duration, !isVideo || s.IsSync)),
            run.Frames.Select(f => (f.Position, f.Size, f.Ticks, f.DurationTicks, f.IsKey)));
        Assert.Null(run.Notice);
    }
}
