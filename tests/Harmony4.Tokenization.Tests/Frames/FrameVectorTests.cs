using System.Globalization;
using Harmony4.TestKit;

namespace Harmony4.Tokenization.Tests.Frames;

/// <summary>The frames of real files, as ffprobe has them: tests/Vectors/media/frames.</summary>
public sealed class FrameVectorTests
{
    public static TheoryData<string, string> Files => new()
    {
        { MediaFormats.Mp4, "clip-tables.mp4" },
        { MediaFormats.FragmentedMp4, "clip.mp4" },
        { MediaFormats.Webm, "clip.webm" },
        { MediaFormats.Ts, "clip.ts" },
        { MediaFormats.Flac, "clip.flac" },
        { MediaFormats.Mp3, "clip.mp3" },
        { MediaFormats.Adts, "clip.aac" },
        { MediaFormats.Flv, "clip.flv" },
        { MediaFormats.Ivf, "clip.ivf" },
        { MediaFormats.Ogg, "clip.opus" },
        { MediaFormats.Ogg, "clip.ogv" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void TryRead_RealFile_HasEveryFrame(string format, string file)
    {
        var run = FrameRun.Of(Vectors.Read("media/" + file), format);
        Assert.Null(run.Notice);
        foreach (var track in File.ReadLines(Vectors.PathOf($"media/frames/{file}.csv")).Select(l => l.Split(',')).GroupBy(l => l[0]))
        {
            var expected = track.ToList();
            var found = run.Frames.Where(f => f.Track == ulong.Parse(track.Key, CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(expected.Count, found.Count);
            foreach (var (line, frame) in expected.Zip(found))
            {
                // What ffprobe does not say, or takes from the codec, is left out there.
                Assert.Equal(
                    string.Join(',', line),
                    string.Create(CultureInfo.InvariantCulture, $"{frame.Track},{frame.Pts},{(line[2].Length > 0 ? frame.Duration : null)},{(frame.IsKey ? "key" : "")},{(line[4].Length > 0 ? frame.Position : null)},{frame.Size}"));
            }
        }

        Assert.Equal(run.Frames.Count, File.ReadLines(Vectors.PathOf($"media/frames/{file}.csv")).Count());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void TryRead_InputCutInAnyWay_GivesTheSameFrames(string format, string file)
    {
        var input = Vectors.Read("media/" + file);
        var whole = FrameRun.Of(input, format).ToString();
        foreach (var (step, segment) in new[] { (997, 0), (4096, 61), (65_537, 4096), (int.MaxValue, 333) })
        {
            Assert.Equal(whole, FrameRun.Of(input, format, step, segment).ToString());
            Assert.Equal(whole, FrameRun.Of(input, format, step, segment, seeks: true).ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void TryRead_OneByteAtATime_GivesTheSameFrames(string format, string file)
    {
        var input = Vectors.Read("media/" + file);
        input = input[..Math.Min(input.Length, 20_000)];
        Assert.Equal(FrameRun.Of(input, format).ToString(), FrameRun.Of(input, format, step: 1, segment: 7).ToString());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void TryRead_FramesInOnePiece_LieWhereTheySay(string format, string file)
    {
        // No byte is in two frames of one piece, and together with the framing they are the file.
        var input = Vectors.Read("media/" + file);
        var end = 0L;
        foreach (var frame in FrameRun.Of(input, format).Frames.Where(f => f.DataPosition is not null).OrderBy(f => f.DataPosition))
        {
            Assert.InRange(frame.DataPosition!.Value, Math.Max(end, frame.Position), frame.Position + 32);
            end = frame.DataPosition.Value + frame.Size;
        }

        Assert.InRange(end, 0, input.Length);
    }

    [Theory]
    [InlineData(MediaFormats.Ts, "clip.ts")]
    [InlineData(MediaFormats.Adts, "clip.aac")]
    [InlineData(MediaFormats.Mp3, "clip.mp3")]
    [InlineData(MediaFormats.Flac, "clip.flac")]
    [InlineData(MediaFormats.Ogg, "clip.opus")]
    [InlineData(MediaFormats.Ogg, "clip.ogv")]
    public void TryRead_SteadyState_AllocatesNothing(string format, string file)
    {
        // However often the file is repeated, no more is allocated.
        var once = Vectors.Read("media/" + file);
        long Drive(int times)
        {
            var input = Enumerable.Repeat(once, times).SelectMany(b => b).ToArray();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var reader = new FrameReader(format) { InputLength = input.Length };
            bool goesOn;
            do
            {
                goesOn = reader.Read(new(input, (int)reader.Position, input.Length - (int)reader.Position), isFinalBlock: true) > 0;
                while (reader.TryRead(out _))
                {
                    goesOn = true;
                }
            }
            while (goesOn);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The queue has grown to what it holds at most by then; the runtime itself allocates now and then.
        Assert.InRange(Enumerable.Range(0, 5).Min(_ => Drive(60)), 0, Enumerable.Range(0, 5).Min(_ => Drive(40)));
    }

    [Fact]
    public void Skip_TablesInFront_LeavesTheMediaOut()
    {
        var input = Vectors.Read("media/clip-tables.mp4");
        var run = FrameRun.Of(input, MediaFormats.Mp4, step: 4096, seeks: true);
        Assert.Equal(770, run.Frames.Count);
        Assert.InRange(run.BytesRead, 1, 20_000);
    }
}
