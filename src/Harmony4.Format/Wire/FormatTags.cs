using System.Numerics;

namespace Harmony4.Format.Internal;

/// <summary>The twelve tags of the format, and what each is to a container.</summary>
internal static class FormatTags
{
    private static readonly TagRole[] Roles =
    [
        new(ChunkTag.Core, IsSingleton: false, Since11: false),
        new(ChunkTag.Seek, IsSingleton: true, Since11: false),
        new(ChunkTag.Meta, IsSingleton: true, Since11: false),
        new(ChunkTag.Safe, IsSingleton: true, Since11: false),
        new(ChunkTag.Veri, IsSingleton: true, Since11: false),
        new(ChunkTag.Trak, IsSingleton: true, Since11: true),
        new(ChunkTag.Tokn, IsSingleton: false, Since11: true),
        new(ChunkTag.Indx, IsSingleton: false, Since11: true),
        new(ChunkTag.Seal, IsSingleton: false, Since11: true),
        new(ChunkTag.Root, IsSingleton: true, Since11: true),
        new(ChunkTag.Sign, IsSingleton: false, Since11: true),
        new(ChunkTag.Tail, IsSingleton: true, Since11: true),
    ];

    public static bool IsKnown(ChunkTag tag) => IndexOf(tag) >= 0;

    /// <summary>Whether version 1.1 defines the tag: such a chunk inside a 1.0 part is an error.</summary>
    public static bool IsSince11(ChunkTag tag) => IndexOf(tag) is >= 0 and var index && Roles[index].Since11;

    /// <summary>A bit of its own for a tag of which a container holds one; 0 for the others.</summary>
    public static ushort SingletonBit(ChunkTag tag) => IndexOf(tag) is >= 0 and var index && Roles[index].IsSingleton ? (ushort)(1 << index) : (ushort)0;

    /// <summary>Whether ROOT lists chunks of this tag as aux records: META, SAFE, TRAK, SEAL and every unknown tag.</summary>
    public static bool IsAux(ChunkTag tag) =>
        tag == ChunkTag.Meta || tag == ChunkTag.Safe || tag == ChunkTag.Trak || tag == ChunkTag.Seal || !IsKnown(tag);

    /// <summary>Whether a tag is one bit away from one of the twelve. It is taken for damage, never for a chunk of the caller's own.</summary>
    public static bool IsNearMiss(ChunkTag tag)
    {
        foreach (var role in Roles)
        {
            if (BitOperations.PopCount(tag.Value ^ role.Tag.Value) == 1)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a caller may write chunks of this tag.</summary>
    public static bool IsFree(ChunkTag tag) => tag.IsValid && !IsKnown(tag) && !IsNearMiss(tag);

    private static int IndexOf(ChunkTag tag)
    {
        for (var i = 0; i < Roles.Length; i++)
        {
            if (Roles[i].Tag == tag)
            {
                return i;
            }
        }

        return -1;
    }

    private readonly record struct TagRole(ChunkTag Tag, bool IsSingleton, bool Since11);
}
