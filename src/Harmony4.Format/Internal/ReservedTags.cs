namespace Harmony4.Format.Internal;

/// <summary>Tags that the format uses or will use; a caller's own chunks have others.</summary>
internal static class ReservedTags
{
    private static readonly uint[] Values =
    [
        ChunkTag.Core.Value, ChunkTag.Seek.Value, ChunkTag.Meta.Value, ChunkTag.Safe.Value, ChunkTag.Veri.Value,
        new ChunkTag("TRAK").Value, new ChunkTag("TOKN").Value, new ChunkTag("INDX").Value, new ChunkTag("SEAL").Value,
        new ChunkTag("ROOT").Value, new ChunkTag("SIGN").Value, new ChunkTag("TAIL").Value,
    ];

    public static bool Contains(ChunkTag tag) => Values.AsSpan().Contains(tag.Value);
}
