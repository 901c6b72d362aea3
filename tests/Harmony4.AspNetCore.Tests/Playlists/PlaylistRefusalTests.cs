using System.Net;
using Harmony4.Format;
using static Harmony4.AspNetCore.Tests.Playlists.PlaylistContainer;

namespace Harmony4.AspNetCore.Tests.Playlists;

/// <summary>Tracks of which there is no playlist, and what the answer says of them.</summary>
public sealed class PlaylistRefusalTests
{
    private const uint Second = 1_000_000;

    private static readonly Block Head = new("-", 0, 0, 100);

    [Theory]
    [InlineData("fmp4", true)]
    [InlineData("fmp4", false)]
    [InlineData("adts", true)]
    [InlineData("ts", false)]
    public async Task Track_WithoutMedia_IsNotAcceptable(string segment, bool hasHead) =>
        await RefusedAsync(await RecordAsync(segment, hasHead ? [Head, new("-", 0, 0, 5)] : []), "the track has no media");

    [Fact]
    public async Task FragmentedMp4_WithoutItsHead_IsNotAcceptable() =>
        await RefusedAsync(await RecordAsync("fmp4", Keys(4, Second, 10)), "the movie header (moov)");

    [Fact]
    public async Task Durations_OneKeyThatSaysNone_IsNotAcceptable() =>
        await RefusedAsync(await RecordAsync("fmp4", Head, new("k", 0, 0, 10), new("-", 0, 0, 10)), "does not say how long");

    [Theory]
    [InlineData("fixed", "does not say what media this is")]
    [InlineData("mp4", "+frag_keyframe+empty_moov+default_base_moof")]
    [InlineData("webm", "no form for webm")]
    [InlineData("ogg", "no form for ogg")]
    [InlineData("wav", "no form for wav")]
    [InlineData("flac", "no form for flac")]
    [InlineData("flv", "no form for flv")]
    [InlineData("ivf", "no form for ivf")]
    [InlineData("pcm", "no form for pcm")]
    [InlineData("reclog", "no form for reclog")]
    public async Task Segment_WithoutAFormInHls_IsNotAcceptable(string segment, string reason) =>
        await RefusedAsync(await RecordAsync(segment, Keys(4, Second, 10)), reason);

    [Fact]
    public async Task Segment_ThatIsNotSaid_IsNotAcceptable() =>
        await RefusedAsync(await RecordAsync(4, (Track(0, TrackKind.Video, null, members: ("segment", 7)), Keys(4, Second, 10))), "does not say what media this is");

    private static async Task RefusedAsync(byte[] file, string reason)
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", file);
        using var response = await host.GetAsync("/video/playlist?id=a");
        using var problem = await Problems.CheckAsync(response, 406);
        Assert.Contains(reason, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Null(response.Headers.ETag);
        using var head = await host.SendAsync(HttpMethod.Head, "/video/playlist?id=a");
        Assert.Equal(HttpStatusCode.NotAcceptable, head.StatusCode);
    }
}
