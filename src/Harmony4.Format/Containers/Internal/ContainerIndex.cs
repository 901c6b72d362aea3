namespace Harmony4.Format.Internal;

/// <summary>Where everything stands in a container, whatever its version: the seam between the container's face and the two ways of knowing it.</summary>
/// <remarks>Tracks are named by their position in <see cref="Tracks"/>. Safe for concurrent use.</remarks>
internal abstract class ContainerIndex : IDisposable
{
    private readonly Dictionary<int, int> _positions = [];

    protected ContainerIndex(IReadOnlyList<H4mkTrack> tracks, long length, MemoryAccount memory)
    {
        Memory = memory;
        Tracks = tracks;
        Length = length;
        for (var i = 0; i < tracks.Count; i++)
        {
            _positions.Add(tracks[i].Id, i);
            BlockCount += tracks[i].BlockCount;
        }
    }

    public IReadOnlyList<H4mkTrack> Tracks { get; }

    /// <summary>Bytes of the file when it was opened.</summary>
    public long Length { get; }

    public long BlockCount { get; }

    /// <summary>What the index takes of the budget, until it is disposed.</summary>
    public MemoryAccount Memory { get; }

    public abstract H4mkVersion Version { get; }

    /// <summary>Returns the position of the track with an id; −1 when there is none.</summary>
    public int PositionOf(int track) => _positions.GetValueOrDefault(track, -1);

    public virtual void Dispose() => Memory.Dispose();

    /// <summary>The block with an ordinal that the track has.</summary>
    public abstract ValueTask<BlockLocation> GetBlockAsync(int position, long ordinal, CancellationToken cancellationToken);

    /// <summary>Many blocks with ordinals that the track has. What keeps one from being located is told with it.</summary>
    /// <param name="position">The track.</param>
    /// <param name="ordinals">The blocks.</param>
    /// <param name="destination">Receives as many answers, in the same order.</param>
    /// <param name="maxConcurrency">How many reads may be under way at the same time.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public abstract ValueTask LocateAsync(int position, ReadOnlyMemory<long> ordinals, Memory<LocatedBlock> destination, int maxConcurrency, CancellationToken cancellationToken);

    /// <summary>The block that holds a byte that the track stream has.</summary>
    public abstract ValueTask<BlockLocation> FindBlockAsync(int position, long streamOffset, CancellationToken cancellationToken);

    /// <summary>The last keyframe at or before a time.</summary>
    public abstract ValueTask<Keyframe?> FindKeyframeAsync(int position, ulong pts, CancellationToken cancellationToken);

    /// <summary>The first keyframe after a time.</summary>
    public abstract ValueTask<Keyframe?> FindNextKeyframeAsync(int position, ulong pts, CancellationToken cancellationToken);

    /// <summary>The chunks that are no block, token or page, in file order, as far as they are known without a walk.</summary>
    public abstract IEnumerable<ChunkInfo> ListOthers();

    /// <summary>The first chunk of a tag that is no block, token or page; null when there is none, or only a walk would tell.</summary>
    public abstract ChunkInfo? Find(ChunkTag tag);

    /// <summary>The SHA-256 that the index names for a chunk that is no block, token or page.</summary>
    public virtual Sha256Digest? DigestOf(in ChunkInfo chunk) => null;

    /// <summary>Every chunk at or after a position in file order, or those of one tag.</summary>
    public abstract IAsyncEnumerable<ChunkInfo> EnumerateChunksAsync(ChunkTag? tag, long from, CancellationToken cancellationToken);
}
