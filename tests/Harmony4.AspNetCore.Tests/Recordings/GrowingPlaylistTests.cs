using System.Globalization;
using Harmony4.AspNetCore.Tests.Playlists;
using Harmony4.Format;

namespace Harmony4.AspNetCore.Tests.Recordings;

/// <summary>Playlists of recordings: segments are added and never change, and the end comes with the container's.</summary>
public sealed class GrowingPlaylistTests
{
    [Fact]
    public async Task Playlist_EveryPrefix_AddsSegmentsToTheOneBefore()
    {
        await using var host = await TestHost.StartAsync();
        var bytes = await PlaylistContainer.RecordAsync("fmp4", [new PlaylistContainer.Block("", 0, 0, 50), .. PlaylistContainer.Keys(12, 1_000_000, 100)]);
        string[] before = [];
        var counts = new HashSet<int>();
        using (var mark = new FileStream(Path.Combine(host.Folder, ".live-a"), FileMode.Create, FileAccess.Write, FileShare.None))
        {
            for (var length = 600; length < bytes.Length; length += 97)
            {
                host.Put("a", bytes[..length]);
                using var response = await host.GetAsync("/video/playlist?id=a");
                if ((int)response.StatusCode == 503)
                {
                    // No segment is whole: later there may be one.
                    Assert.Empty(before);
                    Assert.NotNull(response.Headers.RetryAfter);
                    continue;
                }

                var text = await response.Content.ReadAsStringAsync();
                Assert.True(response.IsSuccessStatusCode, text);
                Assert.True(response.Headers.ETag!.IsWeak);
                var lines = text.TrimEnd('\n').Split('\n');
                Assert.Contains("#EXT-X-PLAYLIST-TYPE:EVENT", lines);
                Assert.Contains("#EXT-X-TARGETDURATION:10", lines);
                Assert.DoesNotContain("#EXT-X-ENDLIST", lines);
                Assert.Equal(before, lines.Take(before.Length));
                Assert.All(lines.Where(l => l.StartsWith("#EXTINF", StringComparison.Ordinal)), l => Assert.Equal("#EXTINF:2.000000,", l));
                counts.Add(lines.Count(l => l.StartsWith("#EXTINF", StringComparison.Ordinal)));
                before = lines;
            }
        }

        // The last one is ended by the container's end alone.
        Assert.Equal([1, 2, 3, 4, 5], counts.Order());
        host.Put("a", bytes);
        File.Delete(Path.Combine(host.Folder, ".live-a"));
        var whole = (await host.Client.GetStringAsync("/video/playlist?id=a")).TrimEnd('\n').Split('\n');
        Assert.Equal("#EXT-X-ENDLIST", whole[^1]);
        Assert.Equal(6, whole.Count(l => l.StartsWith("#EXTINF", StringComparison.Ordinal)));
        Assert.Equal(before.Where(l => !l.StartsWith("#EXT-X-TARGET", StringComparison.Ordinal) && !l.StartsWith("#EXT-X-PLAYLIST", StringComparison.Ordinal)), whole.Where(l => !l.StartsWith("#EXT-X-TARGET", StringComparison.Ordinal) && !l.StartsWith("#EXT-X-PLAYLIST", StringComparison.Ordinal)).Take(before.Length - 2));
    }

    [Fact]
    public async Task Playlist_OfSeveralTracks_ListsThoseThatHaveSegments()
    {
        await using var host = await TestHost.StartAsync();
        var bytes = await PlaylistContainer.RecordAsync(
            4,
            (PlaylistContainer.Track(0, TrackKind.Video, "fmp4"), [new PlaylistContainer.Block("", 0, 0, 50), .. PlaylistContainer.Keys(6, 1_000_000, 100)]),
            (PlaylistContainer.Track(1, TrackKind.Audio, "adts", language: "de"), PlaylistContainer.Keys(6, 1_000_000, 100)));
        using var mark = new FileStream(Path.Combine(host.Folder, ".live-a"), FileMode.Create, FileAccess.Write, FileShare.None);
        host.Put("a", bytes[..^400]);
        var text = await host.Client.GetStringAsync("/video/playlist?id=a");
        Assert.Contains("LANGUAGE=\"de\"", text, StringComparison.Ordinal);
        Assert.Contains("playlist?id=a&track=0", text, StringComparison.Ordinal);
        Assert.Contains("#EXT-X-PLAYLIST-TYPE:EVENT", await host.Client.GetStringAsync("/video/playlist?id=a&track=1"), StringComparison.Ordinal);
        Assert.Equal(Invariant($"bytes 0-9/{650}"), (await host.GetAsync("/video/range.m4s?id=a&track=0", ("Range", "bytes=0-9"))).Content.Headers.ContentRange!.ToString());
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
