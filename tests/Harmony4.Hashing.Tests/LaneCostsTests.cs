using Harmony4.Hashing.Internal.Lanes;

namespace Harmony4.Hashing.Tests;

public sealed class LaneCostsTests
{
    private const int Mebibyte = 1 << 20;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PlatformShare_SixteenEvenMessages_GoToAvx512(bool platformIsFast) =>
        Assert.Equal(0, Share(LanePath.Vector512, platformIsFast, Enumerable.Repeat(Mebibyte / 2, 64)));

    [Fact]
    public void PlatformShare_EvenMessages_GoToAvx2OnlyWithoutShaInstructions()
    {
        Assert.Equal(64, Share(LanePath.Vector256, true, Enumerable.Repeat(Mebibyte / 2, 64)));
        Assert.Equal(0, Share(LanePath.Vector256, false, Enumerable.Repeat(Mebibyte / 2, 64)));
    }

    [Fact]
    public void PlatformShare_ShortMessages_GoToLanesEvenWithShaInstructions() =>
        Assert.Equal(0, Share(LanePath.Vector256, true, Enumerable.Repeat(57, 64)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PlatformShare_OneLongMessageAmongShortOnes_IsPeeledOff(bool platformIsFast) =>
        Assert.Equal(1, Share(LanePath.Vector512, platformIsFast, Enumerable.Repeat(1024, 63).Append(Mebibyte)));

    [Theory]
    [InlineData(LaneWidth.Wide, true)]
    [InlineData(LaneWidth.Narrow, true)]
    [InlineData(LaneWidth.Wide, false)]
    [InlineData(LaneWidth.Narrow, false)]
    public void PlatformShare_OneMessage_IsThePlatforms(LaneWidth width, bool platformIsFast)
    {
        var path = width == LaneWidth.Wide ? LanePath.Vector512 : LanePath.Vector128;
        Assert.Equal(1, Share(path, platformIsFast, [Mebibyte]));
    }

    [Fact]
    public void Widest_ThisCpu_IsTheLastSupported()
    {
        Assert.Equal(LanePaths.Supported.Last(), LaneEngine.Widest);
        Assert.True(LaneEngine.IsSupported(LanePath.Platform));
        Assert.False(LaneEngine.IsSupported((LanePath)4));
        Assert.Equal([1, 4, 8, 16], Enum.GetValues<LanePath>().Select(LaneEngine.Lanes));
    }

    public enum LaneWidth
    {
        Narrow,
        Wide,
    }

    private static int Share(LanePath path, bool platformIsFast, IEnumerable<int> lengths)
    {
        var order = lengths.Select((length, i) => LaneCosts.Key(i, length)).Order().ToArray();
        return LaneCosts.Of(path, platformIsFast).PlatformShare(order, LaneEngine.Lanes(path));
    }
}
