namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>Keeps lanes busy: asked whenever a lane has run dry.</summary>
internal unsafe interface ILaneFeed
{
    /// <summary>Gets the most blocks that lanes advance between two calls of <see cref="Advance"/>.</summary>
    int MaxStep { get; }

    /// <summary>Tells that every lane has advanced.</summary>
    /// <param name="blocks">By how many blocks.</param>
    void Advance(int blocks);

    /// <summary>Takes what the lane computed, and gives it its next stretch of whole blocks, of the same message or another.</summary>
    /// <param name="column">The lane's state, to read results from and to set.</param>
    /// <param name="blocks">The stretch; it must stay in place until the lane is dry again.</param>
    /// <param name="count">Its length in blocks, above 0.</param>
    /// <returns><see langword="false"/> when nothing is left for this lane; it is not asked again.</returns>
    bool TryNext(LaneColumn column, out byte* blocks, out int count);
}
