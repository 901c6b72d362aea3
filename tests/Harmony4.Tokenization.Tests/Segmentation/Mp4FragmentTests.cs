using FsCheck.Xunit;
using static Harmony4.Tokenization.Tests.Segmentation.Mp4Builder;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Fragments whose samples are chosen first and then written in any of the forms that a track run has.</summary>
public sealed class Mp4FragmentTests
{
    private const uint Other = 0x0100_0000;

    private sealed record Sample(uint Duration, uint Size, uint Flags, int Offset)
    {
        public bool IsSync => (Flags & 0x0101_0000) == 0;
    }

    private sealed class Track(Random random, int index, uint flags)
    {
        public uint Id => (uint)index * 3;

        public uint Timescale { get; } = (uint)random.Next(1, 3000);

        public bool IsVideo { get; } = index == 2 || random.Next(4) == 0;

        public uint Duration { get; } = (uint)random.Next(0, 40);

        public uint Size { get; } = (uint)random.Next(0, 9);

        public uint Flags { get; } = flags;

        public long Time { get; set; }
    }

    [Property(Replay = "20270411,13", MaxTest = 400)]
    public void TryRead_RandomFragments_HaveTheSamplesThatWereChosen(int seed)
    {
        var random = new Random(seed);
        uint Flags() => random.Next(3) switch { 0 => Sync, 1 => NonSync, _ => Other };
        var tracks = Enumerable.Range(1, random.Next(1, 4)).Select(i => new Track(random, i, Flags())).ToList();
        byte[] init =
        [
            .. Box("ftyp", new byte[8]),
            .. Box(
                "moov",
                [
                    .. tracks.Select(t => Box(
                        "trak", Box("tkhd", new byte[12], U32(t.Id), new byte[4]),
                        Box("mdia", Box("mdhd", new byte[12], U32(t.Timescale), new byte[4]), Box("hdlr", new byte[8], t.IsVideo ? "vide"u8.ToArray() : "soun"u8.ToArray())))),
                    Box("mvex", [.. tracks.Select(t => Box("trex", U32(0), U32(t.Id), U32(1), U32(t.Duration), U32(t.Size), U32(t.Flags)))]),
                ]),
        ];

        // Which of several picture tracks has the times is told by their samples: here it is the first, or the wanted one.
        var wanted = random.Next(2) == 0 || tracks.Count(t => t.IsVideo) > 1 ? tracks[random.Next(tracks.Count)] : null;
        var timed = wanted ?? tracks.Find(t => t.IsVideo) ?? tracks[0];
        var input = new List<byte>(init);
        var frames = new List<(ulong, long, long?, long?, bool, long)>();
        var blocks = new List<(long Length, Int128 Pts, Int128 Duration, bool IsKey)>();
        for (var fragment = random.Next(1, 4); fragment > 0; fragment--)
        {
            var start = input.Count;
            var parts = tracks.Where(_ => random.Next(4) > 0).Select(t => (Track: t, Runs: Enumerable.Range(0, random.Next(1, 3)).Select(_ => Samples(random, t, Flags)).ToList())).ToList();

            // The length does not depend on the positions that are written, so it is made twice.
            var state = random.Next();
            var length = Make(new Random(state), parts, start, 0).Length;
            var times = tracks.Select(t => t.Time).ToList();
            for (var i = 0; i < tracks.Count; i++)
            {
                tracks[i].Time = times[i];
            }

            var moof = Make(new Random(state), parts, start, length + 8);
            Assert.Equal(length, moof.Length);
            input.AddRange([.. moof, .. Data(parts.Sum(p => p.Runs.Sum(r => r.Sum(s => (int)s.Size))))]);

            long at = start + length + 8;
            (Int128 Pts, Int128 Duration, bool IsKey)? block = null;
            foreach (var (track, runs) in parts)
            {
                var begin = track.Time;
                foreach (var sample in runs.SelectMany(r => r))
                {
                    if (track == timed && block is null)
                    {
                        block = (Micros(track.Time + sample.Offset, track), 0, sample.IsSync);
                    }

                    if (sample.Size > 0)
                    {
                        frames.Add((track.Id, at, track.Time + sample.Offset, sample.Duration == 0 ? null : sample.Duration, !track.IsVideo || sample.IsSync, sample.Size));
                    }

                    at += sample.Size;
                    track.Time += sample.Duration;
                }

                block = track == timed && block is { } b ? b with { Duration = Micros(track.Time, track) - Micros(begin, track) } : block;
            }

            blocks.Add((input.Count - start, block?.Pts ?? -1, block?.Duration ?? 0, block?.IsKey ?? false));
        }

        byte[] bytes = [.. input];
        var options = new SegmenterOptions { TimeTrack = wanted?.Id };
        var run = Frames.FrameRun.Of(bytes, MediaFormats.FragmentedMp4, options: options);
        Assert.Equal(frames, run.Frames.Select(f => (f.Track, f.Position, f.Ticks, f.DurationTicks, f.IsKey, f.Size)));
        Assert.All(run.Frames, f => Assert.Equal((f.Position, tracks.Single(t => t.Id == f.Track).Timescale), (f.DataPosition, f.TimeBase.Denominator)));

        var found = SegmentationRun.Of(bytes, MediaFormats.FragmentedMp4, options);
        Assert.Equal(found.ToString(), SegmentationRun.Of(bytes, MediaFormats.FragmentedMp4, options, step: 1, segment: 3).ToString());
        Assert.Equal(blocks.Select(b => b.Length).Prepend(init.Length), found.Blocks.Select(b => b.Length));

        // Until a time does not rise all is as it was chosen.
        Int128 last = -1;
        foreach (var (expected, block) in blocks.Zip(found.Blocks.Skip(1)))
        {
            if (expected.Pts >= 0 && expected.Pts <= last)
            {
                break;
            }

            if (expected.Pts >= 0)
            {
                last = expected.Pts;
                Assert.Equal((expected.Pts, expected.Duration, expected.IsKey), ((Int128)block.Pts, (Int128)block.Duration, block.IsKey));
            }
            else
            {
                Assert.False(block.IsKey);
            }
        }
    }

    private static List<Sample> Samples(Random random, Track track, Func<uint> flags)
    {
        // Many are those that the movie header says, so that a run need not say it.
        var (hasDuration, hasSize, hasFlags, hasOffset) = (random.Next(2) == 0, random.Next(2) == 0, random.Next(2) == 0, random.Next(2) == 0);
        return [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => new Sample(hasDuration ? (uint)random.Next(0, 30) : track.Duration, hasSize ? (uint)random.Next(0, 20) : track.Size, hasFlags ? flags() : track.Flags, hasOffset ? random.Next(0, 50) : 0))];
    }

    private static byte[] Make(Random random, List<(Track Track, List<List<Sample>> Runs)> parts, long moof, int data)
    {
        var boxes = new List<byte[]> { Box("mfhd", new byte[8]) };
        var at = data;
        foreach (var (track, runs) in parts)
        {
            // A default of the fragment takes the place of the movie header's; a run that has another says so.
            var all = runs.SelectMany(r => r).ToList();
            uint tf = random.Next(3) switch { 0 => 0x02_0000, 1 => 0x02_0002, _ => 0x01 };
            var (duration, size, flags) = (track.Duration, track.Size, track.Flags);
            List<byte[]> fields = [U32(track.Id)];
            if ((tf & 1) != 0)
            {
                fields.Add(U64((ulong)moof));
            }

            if ((tf & 2) != 0)
            {
                fields.Add(U32(1));
            }

            if (random.Next(2) == 0)
            {
                tf |= 0x08;
                duration = all[0].Duration;
                fields.Add(U32(duration));
            }

            if (random.Next(2) == 0)
            {
                tf |= 0x10;
                size = all[0].Size;
                fields.Add(U32(size));
            }

            if (random.Next(2) == 0)
            {
                tf |= 0x20;
                flags = all[^1].Flags;
                fields.Add(U32(flags));
            }

            List<byte[]> traf = [Box("tfhd", [U32(tf), .. fields])];
            if (random.Next(3) > 0)
            {
                track.Time = random.Next(0, 5000);
                traf.Add(random.Next(2) == 0 ? Box("tfdt", U32(0), U32((uint)track.Time)) : Box("tfdt", U32(0x0100_0000), U64((ulong)track.Time)));
            }

            var isFirst = true;
            foreach (var run in runs)
            {
                bool Needs(bool differs) => differs | random.Next(3) == 0;
                var tr = (Needs(run.Any(s => s.Duration != duration)) ? 0x100u : 0) | (Needs(run.Any(s => s.Size != size)) ? 0x200u : 0) | (Needs(run.Any(s => s.Offset != 0)) ? 0x800u : 0);
                var hasFirst = Needs(run[0].Flags != flags);
                tr |= run.Skip(1).Any(s => s.Flags != flags) ? 0x400u : 0;
                tr |= hasFirst || (tr & 0x400) != 0 ? 0x004u : 0;
                tr |= isFirst || random.Next(2) == 0 ? 0x001u : 0;
                traf.Add(Box(
                    "trun",
                    [
                        U32(tr), U32((uint)run.Count), (tr & 1) != 0 ? U32((uint)at) : [], (tr & 4) != 0 ? U32(run[0].Flags) : [],
                        .. run.Select((s, i) => (byte[])[.. (tr & 0x100) != 0 ? U32(s.Duration) : [], .. (tr & 0x200) != 0 ? U32(s.Size) : [], .. (tr & 0x400) != 0 ? U32(i == 0 ? 0xFFFF_FFFF : s.Flags) : [], .. (tr & 0x800) != 0 ? U32((uint)s.Offset) : []]),
                    ]));
                at += run.Sum(s => (int)s.Size);
                isFirst = false;
            }

            boxes.Add(Box("traf", [.. traf]));
        }

        return Box("moof", [.. boxes]);
    }

    private static Int128 Micros(long ticks, Track track) => (Int128)ticks * 1_000_000 / track.Timescale;
}
