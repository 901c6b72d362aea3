using System.Diagnostics;
using System.Numerics;
using System.Text.Json;
using Harmony4.Tokenization;

namespace Harmony4.Media.Tests;

/// <summary>The frames of files made with ffmpeg against ffprobe, and their mappings against ffprobe and PyAV.</summary>
public sealed class FrameMediaTests
{
    // Rounded by another rule between the times that packets state, at most so far from it, in microseconds.
    private const long SoundBetweenPackets = 600;

    public static TheoryData<string> Names => new(MediaCases.All.Where(c => FrameReader.Formats.Contains(c.Format)).Select(c => c.ToString()));

    public static TheoryData<string> Videos => new(MediaCases.All.Where(c => c.Format is MediaFormats.Mp4 or MediaFormats.FragmentedMp4 or MediaFormats.Webm or MediaFormats.Ts or MediaFormats.Ogg && c.Arguments.Contains("testsrc", StringComparison.Ordinal)).Select(c => c.ToString()));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Read_MadeFile_AgreesWithFfprobe(string name)
    {
        var file = MediaCases.All.Single(c => c.ToString() == name);
        var bytes = SegmenterMediaTests.Make(file);
        var packets = ProbedFrame.ReadAll(bytes, file);
        var (input, frames) = await ReadAsync(bytes);
        Assert.True(file.Damage is not null || input.Notice is null, input.Notice?.ToString());
        var tracks = frames.GroupBy(f => f.Track).OrderBy(t => t.First().Position).Select(t => t.ToList()).ToList();
        var streams = packets.GroupBy(p => p.Stream).OrderBy(s => s.First().Position).Select(s => s.ToList()).ToList();

        // Chapters are a track of text, which ffprobe does not list.
        tracks = [.. tracks.Where(t => streams.Any(s => s[0].Position == t[0].Position))];
        Assert.Equal(streams.Count, tracks.Count);
        foreach (var (stream, track) in streams.Zip(tracks))
        {
            Assert.Equal(stream.Count, track.Count);
            var isSoundOfTs = file.Format == MediaFormats.Ts && track[0].Kind == MediaKind.Audio;

            // libavformat's parser takes a zero byte for the start of the next picture.
            var slack = file is { Format: MediaFormats.Ts, Name: "h265" } ? 1 : 0;
            foreach (var (packet, frame) in stream.Zip(track))
            {
                Assert.InRange(frame.Size, packet.Size - slack, packet.Size + slack);
                Assert.True(packet.Position is null || packet.Position == frame.Position, $"{packet} {frame}");
                if (file is { Format: MediaFormats.Ogg, Name: "vorbis, blocks of both lengths" } && packet.Duration < frame.Duration)
                {
                    // Of a short block behind a long one libavformat leaves the first samples out, so that nothing is shown at their time; both end at once, to a microsecond of rounding.
                    Assert.InRange(packet.Pts!.Value + packet.Duration.Value - frame.Pts!.Value - frame.Duration!.Value, -1, 1);
                    continue;
                }

                Assert.True(BigInteger.Abs((packet.Pts ?? frame.Pts!.Value) - frame.Pts!.Value) <= (isSoundOfTs ? SoundBetweenPackets : 0), $"{packet} {frame}");
                Assert.Equal(file.Format == MediaFormats.Ivf ? frame.Ticks == track[0].Ticks : packet.IsKey, frame.IsKey);

                // Of sound in fragments libavformat takes it from the codec, and of reordered pictures that are not evenly apart from their average rate.
                if (packet.Duration is { } duration && frame.Duration is { } found && file.AreDurationsExact && !(frame.Kind == MediaKind.Audio && file.Arguments.Contains("frag", StringComparison.Ordinal)))
                {
                    Assert.True(duration == found, $"{packet} {frame}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Videos))]
    public async Task WriteFrameMapping_MadeFile_IsWhatFfprobeShows(string name)
    {
        var file = MediaCases.All.Single(c => c.ToString() == name);
        var bytes = SegmenterMediaTests.Make(file);
        using var output = new MemoryStream();
        await new MediaTransport().WriteFrameMappingAsync(await FrameInput.OpenAsync(new MemoryStream(bytes)), output);
        using var mapping = JsonDocument.Parse(output.ToArray());
        var frames = mapping.RootElement.GetProperty("frames").EnumerateArray().Select(f => (Pts: f.GetProperty("pts").GetInt64(), IsKey: f.GetProperty("key_frame").GetInt32() == 1)).ToList();

        // As libavformat shows it by default: with the edit list applied, less what that discards; but times past 2^33 it has below 0.
        using var probed = JsonDocument.Parse(FFmpeg.Probe(bytes, file.Extension, "-of json -select_streams v:0 -show_entries packet=pts,flags"));
        var expected = probed.RootElement.GetProperty("packets").EnumerateArray().Where(p => !p.GetProperty("flags").GetString()!.Contains('D', StringComparison.Ordinal))
            .Select(p => (Pts: p.GetProperty("pts").GetInt64() + Math.Max(0, file.TickShift), IsKey: p.GetProperty("flags").GetString()!.Contains('K', StringComparison.Ordinal))).OrderBy(p => p.Pts).ToList();
        Assert.Equal(expected, frames);
    }

    [Theory]
    [MemberData(nameof(Videos))]
    public async Task WriteFrameMapping_MadeFile_SeeksToEachFrame(string name)
    {
        var file = MediaCases.All.Single(c => c.ToString() == name);
        if (file.Format is MediaFormats.Ts or MediaFormats.Ogg)
        {
            // Which have no index: libavformat seeks there by guess.
            return;
        }

        var media = FFmpeg.NewPath(file.Extension);
        await File.WriteAllBytesAsync(media, SegmenterMediaTests.Make(file));
        var mapping = FFmpeg.NewPath("json");
        await using (var input = File.OpenRead(media))
        await using (var output = File.Create(mapping))
        {
            await new MediaTransport().WriteFrameMappingAsync(await FrameInput.OpenAsync(input), output);
        }

        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "seek_frames.py"), media, mapping]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(("ok\n", 0), (said + await errors, process.ExitCode));
    }

    private static async Task<(FrameInput Input, List<MediaFrame> Frames)> ReadAsync(byte[] bytes)
    {
        var input = await FrameInput.OpenAsync(new MemoryStream(bytes));
        var frames = new List<MediaFrame>();
        await foreach (var frame in input.ReadAsync())
        {
            frames.Add(frame);
        }

        return (input, frames);
    }
}
