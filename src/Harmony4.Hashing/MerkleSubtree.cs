namespace Harmony4.Hashing;

/// <summary>A run of leaves whose root is a node of a proof: RFC 9162's D[Start:Start + Count].</summary>
/// <param name="Start">The first leaf, from 0.</param>
/// <param name="Count">The number of leaves, above 0.</param>
public readonly record struct MerkleSubtree(long Start, long Count);
