using System.Numerics;
using Harmony4.Format.Internal;

namespace Harmony4.Format.Tests.Wire;

/// <summary>What each of the twelve tags is to a container, and what every other is.</summary>
public sealed class FormatTagsTests
{
    // The tag, whether a container has one such chunk at most, whether version 1.1 brought it, whether ROOT has aux records of it.
    public static TheoryData<string, bool, bool, bool> Tags => new()
    {
        { "CORE", false, false, false },
        { "SEEK", true, false, false },
        { "META", true, false, true },
        { "SAFE", true, false, true },
        { "VERI", true, false, false },
        { "TRAK", true, true, true },
        { "TOKN", false, true, false },
        { "INDX", false, true, false },
        { "SEAL", false, true, true },
        { "ROOT", true, true, false },
        { "SIGN", false, true, false },
        { "TAIL", true, true, false },
    };

    [Theory, MemberData(nameof(Tags))]
    public void Tag_OfTheFormat_HasItsRole(string name, bool isSingle, bool since11, bool isAux)
    {
        var tag = new ChunkTag(name);
        Assert.Equal(tag, typeof(ChunkTag).GetField(name[..1] + name[1..].ToLowerInvariant())!.GetValue(null));
        Assert.True(FormatTags.IsKnown(tag));
        Assert.Equal((isSingle, since11, isAux), (FormatTags.SingletonBit(tag) != 0, FormatTags.IsSince11(tag), FormatTags.IsAux(tag)));
        Assert.False(FormatTags.IsNearMiss(tag));
        Assert.False(FormatTags.IsFree(tag));
        for (var bit = 0; bit < 32; bit++)
        {
            var near = new ChunkTag(tag.Value ^ (1u << bit));
            Assert.True(FormatTags.IsNearMiss(near));
            Assert.False(FormatTags.IsFree(near));
            Assert.False(FormatTags.IsKnown(near));
        }
    }

    [Fact]
    public void SingletonBits_OfTheTags_AreBitsOfTheirOwn()
    {
        var bits = Tags.Where(t => (bool)t[1]).Select(t => FormatTags.SingletonBit(new ChunkTag((string)t[0]))).ToArray();
        Assert.All(bits, b => Assert.Equal(1, BitOperations.PopCount(b)));
        Assert.Equal(bits.Length, bits.Distinct().Count());
    }

    [Fact]
    public void Tag_OfTheCallersOwn_IsFreeUnlessItIsNone()
    {
        foreach (var name in (string[])["note", "more", "!~!~", "METB"])
        {
            var tag = new ChunkTag(name);
            Assert.Equal((false, false, true, (ushort)0), (FormatTags.IsKnown(tag), FormatTags.IsSince11(tag), FormatTags.IsAux(tag), FormatTags.SingletonBit(tag)));
            Assert.Equal(name != "METB" || BitOperations.PopCount(tag.Value ^ ChunkTag.Meta.Value) > 1, FormatTags.IsFree(tag));
        }

        foreach (var value in (uint[])[0x206F7465, 0x7F6F7465, 0x6E6F7420, 0x6E6F747F, 0])
        {
            Assert.False(FormatTags.IsFree(new ChunkTag(value)));
        }
    }
}
