using Harmony4.Format.Internal;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Containers;

public sealed class PageCacheTests
{
    [Fact]
    public async Task Add_MoreThanItHolds_DropsThePageNotAskedForLongest()
    {
        // What a page takes: its payload, and of each block where it starts in the track, and which is a keyframe.
        var pages = await PagesAsync();
        Assert.All(pages, p => Assert.Equal(PageHeader.PayloadLength(2) + (2 * sizeof(long)) + sizeof(int), p.Size));
        var cache = new PageCache(3 * pages[0].Size);
        for (var i = 0; i < 3; i++)
        {
            cache.Add(i, pages[i]);
        }

        Assert.All(Enumerable.Range(0, 3), i => Assert.Same(pages[i], cache.Find(i)));
        Assert.Null(cache.Find(3));
        cache.Find(1);
        cache.Find(0);
        cache.Add(3, pages[3]);
        Assert.Equal([true, true, false, true], Enumerable.Range(0, 4).Select(i => cache.Find(i) is not null));
        cache.Find(0);
        cache.Find(0);
        cache.Add(2, pages[2]);
        Assert.Equal([true, false, true, true], Enumerable.Range(0, 4).Select(i => cache.Find(i) is not null));
    }

    [Fact]
    public async Task Add_APageAgain_TakesTheOthersPlaceAndNoMore()
    {
        var pages = await PagesAsync();
        var cache = new PageCache(2 * pages[0].Size);
        cache.Add(0, pages[0]);
        for (var i = 0; i < 3; i++)
        {
            cache.Add(1, pages[i]);
        }

        Assert.Same(pages[2], cache.Find(1));
        Assert.Same(pages[0], cache.Find(0));
    }

    [Fact]
    public async Task Add_APageLongerThanAllItHolds_KeepsThatOneAlone()
    {
        var pages = await PagesAsync();
        var cache = new PageCache(0);
        cache.Add(0, pages[0]);
        Assert.Same(pages[0], cache.Find(0));
        cache.Add(1, pages[1]);
        Assert.Null(cache.Find(0));
        Assert.Same(pages[1], cache.Find(1));
    }

    /// <summary>Four pages of one size.</summary>
    private static async Task<IndexPage[]> PagesAsync()
    {
        var bytes = await new Recorded(1, 1, [.. Enumerable.Range(0, 8).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i, IsKey = i % 2 == 0 }, [1]))]).WriteAsync();
        using var index = (PagedIndex)await ContainerOpening.OpenAsync(H4mkSource.FromMemory(bytes), new H4mkContainerOptions(), CancellationToken.None);
        var pages = new IndexPage[4];
        for (var i = 0; i < pages.Length; i++)
        {
            pages[i] = await index.LoadAsync(0, i, CancellationToken.None);
        }

        return pages;
    }
}
