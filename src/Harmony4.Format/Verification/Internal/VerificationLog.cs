namespace Harmony4.Format.Internal;

/// <summary>What a verification has found so far: one finding for each chunk, so that damage is not told again by its consequences.</summary>
internal sealed class VerificationLog(int maxFindings)
{
    private readonly List<VerificationFinding> _findings = [];
    private readonly HashSet<long> _offsets = [];
    private long _last = -1;

    /// <summary>Whether a check failed.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>Whether something was not checked, because a limit of the options was met.</summary>
    public bool IsLimited { get; private set; }

    public long Count { get; private set; }

    /// <summary>The findings in file order.</summary>
    public IReadOnlyList<VerificationFinding> Findings => [.. _findings.OrderBy(f => f.Offset)];

    /// <summary>Takes note of a check that failed.</summary>
    public void Add(ChunkTag? chunk, long offset, H4mkErrorCode code, string message)
    {
        IsLimited |= code == H4mkErrorCode.Limit;
        IsDamaged |= code != H4mkErrorCode.Limit;
        Note(chunk, offset, code, message);
    }

    /// <summary>Whether the chunk at a position has been named.</summary>
    public bool Contains(long offset) => offset == _last || _offsets.Contains(offset);

    public void Add(H4mkFormatException exception) => Add(exception.Tag, exception.Offset, exception.Code, exception.Detail);

    /// <summary>Takes note of something that leaves the state.</summary>
    public void Note(ChunkTag? chunk, long offset, H4mkErrorCode code, string message)
    {
        // Several chunks may be missing at the end of the file.
        if (code != H4mkErrorCode.Missing && Contains(offset))
        {
            return;
        }

        // Beyond the most findings only the last position is remembered: a scan goes from one chunk to the next.
        _last = offset;
        Count++;
        if (_findings.Count < maxFindings)
        {
            _offsets.Add(offset);
            _findings.Add(new VerificationFinding(chunk, offset, code, message));
        }
    }
}
