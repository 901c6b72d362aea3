namespace Harmony4.Format.Internal;

/// <summary>Tags that the format uses or will use; a caller's own chunks have others.</summary>
internal static class ReservedTags
{
    public static bool Contains(ChunkTag tag) => tag.ToString()
        is "CORE" or "SEEK" or "META" or "SAFE" or "VERI"
        or "TRAK" or "TOKN" or "INDX" or "SEAL" or "ROOT" or "SIGN" or "TAIL";
}
