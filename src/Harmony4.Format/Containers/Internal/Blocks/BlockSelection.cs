namespace Harmony4.Format.Internal;

/// <summary>Which blocks of a track are asked for: a list of ordinals, or a run of them.</summary>
internal readonly struct BlockSelection
{
    private readonly IReadOnlyList<long>? _list;
    private readonly long _first;

    public BlockSelection(IReadOnlyList<long> list)
    {
        _list = list;
        Count = list.Count;
    }

    public BlockSelection(long first, long count)
    {
        _first = first;
        Count = count;
    }

    public long Count { get; }

    public long this[long index] => _list is null ? _first + index : _list[(int)index];
}
