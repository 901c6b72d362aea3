namespace Harmony4.Format.Internal;

/// <summary>The pages read last, bounded in bytes. Safe for concurrent use; a lookup allocates nothing.</summary>
internal sealed class PageCache(long capacity)
{
    private readonly Lock _lock = new();
    private readonly List<(int Number, IndexPage Page)> _pages = [];
    private long _size;

    /// <summary>Returns a page by its place in ROOT.</summary>
    public IndexPage? Find(int number)
    {
        lock (_lock)
        {
            for (var i = _pages.Count - 1; i >= 0; i--)
            {
                if (_pages[i].Number == number)
                {
                    var found = _pages[i];
                    if (i < _pages.Count - 1)
                    {
                        // The latest stands last.
                        _pages.RemoveAt(i);
                        _pages.Add(found);
                    }

                    return found.Page;
                }
            }

            return null;
        }
    }

    /// <summary>Keeps a page, and drops those not asked for longest; the latest always stays.</summary>
    public void Add(int number, IndexPage page)
    {
        lock (_lock)
        {
            _pages.RemoveAll(p =>
            {
                var same = p.Number == number;
                _size -= same ? p.Page.Size : 0;
                return same;
            });
            _pages.Add((number, page));
            _size += page.Size;
            while (_size > capacity && _pages.Count > 1)
            {
                _size -= _pages[0].Page.Size;
                _pages.RemoveAt(0);
            }
        }
    }
}
