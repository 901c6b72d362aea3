namespace Harmony4.Format.Internal;

/// <summary>A stretch of the file that is read at once: some blocks of a window in file order, and what lies between them.</summary>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="First">Its first block, as a place in the window's file order.</param>
/// <param name="Count">How many blocks it holds.</param>
/// <param name="BufferOffset">Where it goes in the window's buffer.</param>
internal readonly record struct BlockRun(long Offset, int Length, int First, int Count, int BufferOffset);
