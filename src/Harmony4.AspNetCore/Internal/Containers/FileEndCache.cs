using Harmony4.Format;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>
/// What the ends of stored files say, kept until the store speaks of another version: a list reads the end of each file once. Bounded; those
/// not asked for longest go first.
/// </summary>
internal sealed class FileEndCache(IContainerStore store, int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();

    /// <summary>Describes a stored file; null when it is not there any more. One that cannot be read is there all the same.</summary>
    public async ValueTask<Entry?> DescribeAsync(StoredContainer stored, CancellationToken cancellationToken)
    {
        if (Find(stored) is { } known)
        {
            return known;
        }

        try
        {
            if (await store.OpenAsync(stored.Id, cancellationToken) is not { } source)
            {
                return null;
            }

            await using (source)
            {
                var end = await H4mkFileEnd.ReadAsync(source, cancellationToken: cancellationToken);
                var entry = new Entry(stored.Id, stored.Version, EntityTags.OfFile(end, stored.Version), end);
                Keep(entry);
                return entry;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new Entry(stored.Id, stored.Version, EntityTags.Weak(stored.Version), new H4mkFileEnd { Length = stored.Length });
        }
    }

    private Entry? Find(StoredContainer stored)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(stored.Id, out var node) || node.Value.Version != stored.Version)
            {
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value;
        }
    }

    private void Keep(Entry entry)
    {
        lock (_lock)
        {
            if (_entries.Remove(entry.Id, out var former))
            {
                _byUse.Remove(former);
            }

            _entries.Add(entry.Id, _byUse.AddFirst(entry));
            if (_byUse.Count > capacity && _byUse.Last is { } oldest)
            {
                _byUse.Remove(oldest);
                _entries.Remove(oldest.Value.Id);
            }
        }
    }

    /// <param name="Id">The container's id.</param>
    /// <param name="Version">The store's version of the file.</param>
    /// <param name="Tag">The file's entity tag.</param>
    /// <param name="End">What its end says.</param>
    internal sealed record Entry(string Id, string Version, EntityTagHeaderValue Tag, H4mkFileEnd End);
}
