using System.Buffers.Binary;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>MP4 with sample tables, in front of the media and behind them.</summary>
public sealed class SampleTableTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    private static byte[] Front => Vectors.Read("media/clip-tables.mp4");

    [Theory]
    [InlineData("1.0")]
    [InlineData("1.1")]
    public async Task Extract_PartOfIt_IsRefusedWithoutForce(string spec)
    {
        var container = _tool.Path("c");
        var export = await _tool.RunAsync("export", Vectors.PathOf("media/clip-tables.mp4"), "-o", container, "--spec", spec);
        Assert.Equal((0, ""), (export.Code, export.Error));
        Assert.Contains($"{container}: version {spec}, ", export.Said, StringComparison.Ordinal);
        var offset = (await _tool.RunAsync("seek", container, "5s", "--json")).Json.GetProperty("offset").GetInt32();
        (await _tool.RunAsync("extract", container, "--from", "5s", "-o", _tool.Path("out"))).ShouldFail(2, "--force", "MP4");
        Assert.False(File.Exists(_tool.Path("out")));
        var head = (await _tool.RunAsync("extract", container, "--block", "0")).Bytes;
        byte[] part = [.. head, .. Front[offset..]];
        Assert.Equal(part, (await _tool.RunAsync("extract", container, "--from", "5s", "--force")).Bytes);

        // Whole, from the start with the tables there, and a block on its own are not judged.
        Assert.Equal(Front, (await _tool.RunAsync("extract", container)).Bytes);
        Assert.Equal(Front, (await _tool.RunAsync("extract", container, "--from", "0")).Bytes);
        Assert.Equal(Front[..offset], (await _tool.RunAsync("extract", container, "--to", "4s")).Bytes);
    }

    [Fact]
    public async Task Export_TablesBehind_OfAFileFindsTheSameTimes()
    {
        var behind = _tool.Write("behind.mp4", TablesBehind(Front));
        var front = _tool.Write("front.mp4", Front);
        foreach (var path in new[] { front, behind })
        {
            var export = await _tool.RunAsync("export", path);
            Assert.Equal(0, export.Code);
            Assert.DoesNotContain("opaque", export.Error, StringComparison.Ordinal);
            var track = (await _tool.RunAsync("inspect", path + ".h4mk", "--json")).Json.GetProperty("tracks")[0];
            Assert.Equal(("video", 10_010_000), (track.GetProperty("kind").GetString(), track.GetProperty("duration_us").GetInt64()));
            Assert.Equal(File.ReadAllBytes(path), (await _tool.RunAsync("extract", path + ".h4mk")).Bytes);
        }

        foreach (var time in new[] { "1s", "5s", "9s" })
        {
            Assert.Equal(await PtsAsync(front), await PtsAsync(behind));
            async Task<long> PtsAsync(string path) => (await _tool.RunAsync("seek", path + ".h4mk", time, "--json")).Json.GetProperty("pts").GetInt64();
        }

        // Without its end it has no tables.
        (await _tool.RunAsync("extract", behind + ".h4mk", "--to", "5s")).ShouldFail(2, "--force");
    }

    [Fact]
    public async Task Export_TablesBehindInAPipe_IsOpaqueAndSaysSo()
    {
        var behind = TablesBehind(Front);
        var export = await _tool.RunWithInputAsync(behind, "export", "-", "-o", _tool.Path("c"));
        Assert.Equal(0, export.Code);
        Assert.Contains("behind the media", export.Error, StringComparison.Ordinal);
        Assert.Equal(behind, (await _tool.RunAsync("extract", _tool.Path("c"))).Bytes);
        (await _tool.RunWithInputAsync(behind, "export", "-", "-o", _tool.Path("d"), "--segment", "mp4")).ShouldFail(3, "moov");

        // In front, a pipe is as good as a file.
        Assert.Equal(0, (await _tool.RunWithInputAsync(Front, "export", "-", "-o", _tool.Path("e"), "--segment", "mp4")).Code);
        Assert.Equal(0, (await _tool.RunAsync("seek", _tool.Path("e"), "5s")).Code);
    }

    [Fact]
    public async Task Export_TablesCutOff_IsOpaqueAndSaysWhere()
    {
        var behind = TablesBehind(Front);
        var cut = _tool.Write("cut.mp4", behind[..150_000]);
        var export = await _tool.RunAsync("export", cut);
        Assert.Equal(0, export.Code);
        Assert.Contains("cut.mp4: expected a movie header (moov) behind the media data, found none at byte 150000", export.Error, StringComparison.Ordinal);
        (await _tool.RunAsync("export", cut, "-f", "--segment", "mp4")).ShouldFail(3, "150000", "moov");
    }

    /// <summary>The file with its moov behind mdat, and the places in it changed to fit.</summary>
    private static byte[] TablesBehind(byte[] front)
    {
        var boxes = Boxes(front, 0, front.Length);
        var (movieAt, movieLength) = boxes["moov"];
        var (dataAt, dataLength) = boxes["mdat"];
        var movie = front[movieAt..(movieAt + movieLength)];
        for (var at = movie.AsSpan().IndexOf("stco"u8); at >= 0;)
        {
            var count = BinaryPrimitives.ReadInt32BigEndian(movie.AsSpan(at + 8));
            for (var i = 0; i < count; i++)
            {
                var place = movie.AsSpan(at + 12 + (4 * i));
                BinaryPrimitives.WriteInt32BigEndian(place, BinaryPrimitives.ReadInt32BigEndian(place) - (dataAt - movieAt));
            }

            var next = movie.AsSpan(at + 4).IndexOf("stco"u8);
            at = next < 0 ? -1 : at + 4 + next;
        }

        return [.. front[..movieAt], .. front[dataAt..(dataAt + dataLength)], .. movie];
    }

    private static Dictionary<string, (int At, int Length)> Boxes(byte[] bytes, int from, int to)
    {
        var boxes = new Dictionary<string, (int, int)>(StringComparer.Ordinal);
        for (var at = from; at < to;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
            boxes[System.Text.Encoding.ASCII.GetString(bytes, at + 4, 4)] = (at, length);
            at += length;
        }

        return boxes;
    }
}
