namespace Harmony4.Format.Internal;

/// <summary>Where everything stands in a file of version 1.0.</summary>
internal sealed class ContainerMap
{
    public BlockIndex Blocks { get; } = new();

    /// <summary>All chunks but CORE, in file order.</summary>
    public List<ChunkInfo> Others { get; } = [];

    public long Length { get; set; }

    public ChunkInfo? Find(ChunkTag tag)
    {
        foreach (var chunk in Others)
        {
            if (chunk.Tag == tag)
            {
                return chunk;
            }
        }

        return null;
    }
}
