using System.Buffers.Binary;
using Harmony4.Format;
using static Harmony4.AspNetCore.Tests.Playlists.PlaylistContainer;

namespace Harmony4.AspNetCore.Tests.Playlists;

/// <summary>Playlists of version 1.0, which knows the times of keyframes alone, and of files that were upgraded from it.</summary>
public sealed class Playlist10Tests
{
    private const string Meta = """{"segment":"fmp4","masked":false}""";
    private const uint Second = 1_000_000;

    private static readonly Block[] Blocks =
    [
        new("-", 0, 0, 100), new("k", 0, 9, 10), new("-", 400_000, 9, 11), new("k", Second, 9, 20), new("k", 3 * Second, 9, 30), new("-", 3_300_000, 9, 31), new("k", 4_500_000, 9, 40),
    ];

    private const string Expected =
        """
        #EXTM3U
        #EXT-X-VERSION:6
        #EXT-X-TARGETDURATION:3
        #EXT-X-MEDIA-SEQUENCE:0
        #EXT-X-PLAYLIST-TYPE:VOD
        #EXT-X-INDEPENDENT-SEGMENTS
        #EXT-X-MAP:URI="range.m4s?id=a&track=0",BYTERANGE="100@0"
        #EXTINF:3.000000,
        #EXT-X-BYTERANGE:41@100
        range.m4s?id=a&track=0
        #EXTINF:3.000000,
        #EXT-X-BYTERANGE:101@141
        range.m4s?id=a&track=0
        #EXT-X-ENDLIST

        """;

    [Fact]
    public async Task Playlist_KeyframesOfTheSeekTable_BeginTheSegmentsAndTheLastIsTakenToLastAsTheOneBefore()
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", await Record10Async(Meta, Blocks));
        Assert.Equal(Expected, await host.Client.GetStringAsync("/video/playlist?id=a"));
        using var stream = await host.GetAsync("/video/range.m4s?id=a&track=0");
        Assert.Equal("video/mp4", stream.Content.Headers.ContentType!.ToString());
        using var playlist = await host.GetAsync("/video/playlist?id=a");
        Assert.Equal(stream.Headers.ETag!.ToString().Trim('"') + "-hls1", playlist.Headers.ETag!.ToString().Trim('"'));
        Assert.False(playlist.Headers.ETag.IsWeak);
    }

    [Fact]
    public async Task Playlist_UpgradedFile_IsThatOfTheFileItWas()
    {
        await using var host = await TestHost.StartAsync();
        var upgraded = new MemoryStream();
        await using (var container = await H4mkContainer.OpenAsync(await Record10Async(Meta, Blocks)))
        {
            await new MediaTransport().UpgradeAsync(container, upgraded);
        }

        host.Put("a", upgraded.ToArray());
        Assert.Equal(Expected, await host.Client.GetStringAsync("/video/playlist?id=a"));
    }

    [Fact]
    public async Task Playlist_FileWithoutVeri_HasAWeakTag()
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", (await Record10Async(Meta, Blocks))[..^44]);
        using var response = await host.GetAsync("/video/playlist?id=a");
        Assert.True(response.Headers.ETag!.IsWeak);
        Assert.Equal(Expected, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"segment":"fmp4","masked":true}""", "masked")]
    [InlineData("""{"segment":"webm","masked":false}""", "no form for webm")]
    [InlineData("""{"segment":7}""", "does not say what media this is")]
    [InlineData("{}", "does not say what media this is")]
    public async Task Playlist_MetaThatNamesNoFormOrAMask_IsNotAcceptable(string meta, string reason)
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", await Record10Async(meta, Blocks));
        using var response = await host.GetAsync("/video/playlist?id=a");
        using var problem = await Problems.CheckAsync(response, 406);
        Assert.Contains(reason, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Playlist_OneKeyframe_IsNotAcceptable()
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", await Record10Async(Meta, Blocks[..3]));
        using var response = await host.GetAsync("/video/playlist?id=a");
        using var problem = await Problems.CheckAsync(response, 406);
        Assert.Contains("does not say how long", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Playlist_NoKeyframe_IsNotAcceptable()
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", await Record10Async(Meta, Blocks[..1]));
        using var response = await host.GetAsync("/video/playlist?id=a");
        await Problems.CheckAsync(response, 406);
    }

    [Fact]
    public async Task Playlist_EntriesThatDoNotGoForward_BeginNothing()
    {
        // Of four keyframes the second is listed at a byte behind the end, and the third at the byte of the first.
        var file = await Record10Async(Meta, Blocks);
        var seek = file.AsSpan().IndexOf("SEEK"u8) + 12;
        BinaryPrimitives.WriteUInt64BigEndian(file.AsSpan(seek + 4 + 16 + 8), ulong.MaxValue);
        BinaryPrimitives.WriteUInt64BigEndian(file.AsSpan(seek + 4 + 32 + 8), 100);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(seek - 4), Hashing.Crc32.Compute(file.AsSpan(seek, 4 + (4 * 16))));
        await using var host = await TestHost.StartAsync();
        host.Put("a", file);
        var text = await host.Client.GetStringAsync("/video/playlist?id=a");
        Assert.Contains("#EXTINF:4.500000,\n#EXT-X-BYTERANGE:102@100\n", text, StringComparison.Ordinal);
        Assert.Contains("#EXTINF:4.500000,\n#EXT-X-BYTERANGE:40@202\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Range_Masked_IsOctetsAndHasNoOtherName()
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", await Record10Async("""{"segment":"fmp4","masked":true}""", Blocks));
        using var plain = await host.GetAsync("/video/range?id=a");
        Assert.Equal("application/octet-stream", plain.Content.Headers.ContentType!.ToString());
        using var named = await host.GetAsync("/video/range.m4s?id=a");
        await Problems.CheckAsync(named, 404);
    }

    [Fact]
    public async Task Range_FixedBlocks_IsOctets()
    {
        await using var host = await TestHost.StartAsync();
        host.PutVector("small", "exports/small.h4mk");
        using var response = await host.GetAsync("/video/range?id=small");
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.ToString());
    }
}
