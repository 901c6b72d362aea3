using Harmony4.Format.Internal;
using Harmony4.Hashing;

namespace Harmony4.Format;

/// <summary>Where an <see cref="H4mkReader"/> stands, in a value that outlives its buffer: hand it to the next reader with the bytes that follow.</summary>
/// <remarks>A copy is independent: reading can go back to it. The default, or one made with options, stands at the start of a file.</remarks>
public struct H4mkReaderState
{
    internal H4mkReaderOptions Options;
    internal StructureRules Rules;
    internal ChunkPart Part;
    internal bool HeaderRead;
    internal long Position;
    internal ChunkInfo Chunk;
    internal uint Remaining;
    internal Crc32 Crc;
    internal uint SeekCount;
    internal ChunkFault? Fault;

    /// <summary>Initializes the state at the start of a file.</summary>
    /// <param name="options">How to read.</param>
    public H4mkReaderState(H4mkReaderOptions options)
        : this() => Options = options;
}
