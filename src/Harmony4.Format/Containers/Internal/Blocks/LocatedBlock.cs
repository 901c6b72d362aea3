namespace Harmony4.Format.Internal;

/// <summary>Where a block stands, or what kept the index from telling.</summary>
internal readonly record struct LocatedBlock(BlockLocation Location, Exception? Fault);
