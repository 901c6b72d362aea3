namespace Harmony4.Format.Internal;

/// <summary>What a recovery lost and skipped.</summary>
internal sealed class RecoveryLog(int maxListed)
{
    private readonly List<LostBlock> _lost = [];
    private readonly List<SkippedRange> _skipped = [];

    public long LostCount { get; private set; }

    public long SkippedCount { get; private set; }

    public void AddLost(int track, long ordinal)
    {
        LostCount++;
        if (_lost.Count < maxListed)
        {
            _lost.Add(new LostBlock(track, ordinal));
        }
    }

    public void AddSkipped(long from, long to)
    {
        SkippedCount++;
        if (_skipped.Count < maxListed)
        {
            _skipped.Add(new SkippedRange(from, to));
        }
    }

    public H4mkRecoveryReport ToReport(H4mkWriteSummary container, long blocks, long? cutOffset) => new()
    {
        Container = container,
        BlockCount = blocks,
        Lost = _lost,
        LostCount = LostCount,
        Skipped = _skipped,
        SkippedCount = SkippedCount,
        CutOffset = cutOffset,
    };
}
