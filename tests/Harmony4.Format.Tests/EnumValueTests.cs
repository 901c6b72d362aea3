namespace Harmony4.Format.Tests;

/// <summary>The numbers of enumerations: flags and kinds are those of the wire, and no other may change once programs are compiled against them.</summary>
public sealed class EnumValueTests
{
    [Theory]
    [InlineData(typeof(BlockFlags), "None 0, Key 1, Sealed 2, Lost 4, Discontinuity 8")]
    [InlineData(typeof(ProofKind), "None 0, Block 1, Keyframe 2, Extension 3")]
    public void Members_OfAnEnumeration_HaveTheirNumbers(Type type, string expected) =>
        Assert.Equal(expected, string.Join(", ", Enum.GetNames(type).Select(name => $"{name} {Convert.ToInt32(Enum.Parse(type, name), System.Globalization.CultureInfo.InvariantCulture)}")));
}
