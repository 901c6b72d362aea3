using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Times of blocks out of times that framing states: order, jumps, and the ends of time.</summary>
public sealed class TimelineTests
{
    [Fact]
    public void Clamp_Ends_AreTheRange()
    {
        Assert.Equal([0UL, 0, 1, ulong.MaxValue - 1, ulong.MaxValue, ulong.MaxValue], new[] { -1, 0, 1, (Int128)ulong.MaxValue - 1, ulong.MaxValue, (Int128)ulong.MaxValue + 1 }.Select(Timeline.Clamp));
    }

    [Fact]
    public void Place_BlocksInOrder_StayAsTheyAre()
    {
        var line = default(Timeline);
        Assert.False(line.HasBlocks);
        Assert.Equal(new MediaBlock(5, 10, 20, true), line.Place(5, 10, 20, true));
        Assert.Equal((true, 10UL), (line.HasBlocks, line.Last));
        Assert.Equal(new MediaBlock(6, 11, 3, true), line.Place(6, 11, 3, true));
        Assert.Equal(11UL, line.Last);
    }

    [Fact]
    public void Place_KeyThatIsNotLater_GoesOnBehindTheLongestEnd()
    {
        // The block before the last ends at 130; what follows is moved by as much.
        var line = default(Timeline);
        line.Place(1, 100, 30, true);
        line.Place(1, 110, 5, true);
        Assert.Equal(new MediaBlock(1, 130, 7, true), line.Place(1, 110, 7, true));
        Assert.Equal(new MediaBlock(1, 137, 7, true), line.Place(1, 117, 7, true));
        Assert.Equal(new MediaBlock(1, 130, 7, false), line.Place(1, 110, 7, false));
    }

    [Fact]
    public void Place_KeyThatIsNotLaterAndBlocksWithoutLength_IsAMicrosecondLater()
    {
        var line = default(Timeline);
        line.Place(1, 100, 0, true);
        Assert.Equal(new MediaBlock(1, 101, 0, true), line.Place(1, 100, 0, true));
        Assert.Equal(new MediaBlock(1, 102, 0, true), line.Place(1, 7, 0, true));
    }

    [Fact]
    public void Place_KeyBehindOthersThatAreLater_IsOnlyMovedIfAKeyIs()
    {
        // Blocks that are no key may be later than a key behind them.
        var line = default(Timeline);
        line.Place(1, 100, 10, true);
        line.Place(1, 200, 10, false);
        Assert.Equal(new MediaBlock(1, 150, 10, true), line.Place(1, 150, 10, true));

        // The first key has none before it: 10 s of reordering are no jump, one microsecond more is.
        line = default;
        line.Place(1, 50_000_000, 10, false);
        Assert.Equal(new MediaBlock(1, 40_000_000, 1, true), line.Place(1, 40_000_000, 1, true));
        line = default;
        line.Place(1, 50_000_000, 10, false);
        Assert.Equal(new MediaBlock(1, 50_000_010, 1, true), line.Place(1, 39_999_999, 1, true));
    }

    [Fact]
    public void Place_BlockThatIsNotKey_JumpsBackByTenSecondsAtMost()
    {
        var line = default(Timeline);
        line.Place(1, 60_000_000, 5, true);
        Assert.Equal(50_000_000UL, line.Place(1, 50_000_000, 1, false).Pts);
        line.Place(1, 60_000_000, 5, false);
        Assert.Equal(new MediaBlock(1, 60_000_005, 1, false), line.Place(1, 49_999_999, 1, false));
        Assert.Equal(60_000_006UL, line.Place(1, 50_000_000, 1, true).Pts);
    }

    [Fact]
    public void Place_TimeBelowZero_IsHiddenAndLastsLess()
    {
        var line = default(Timeline);
        Assert.Equal(new MediaBlock(1, 0, 20, true), line.Place(1, -10, 30, true));
        line = default;
        Assert.Equal(new MediaBlock(1, 0, 0, true), line.Place(1, -10, 10, true));
        line = default;
        Assert.Equal(new MediaBlock(1, 0, 0, true), line.Place(1, -11, 10, true));
        Assert.Equal(new MediaBlock(1, 5, 0, true), line.Place(1, 5, -1, true));
    }

    [Fact]
    public void Place_EndOfTime_IsNeverPassed()
    {
        var line = default(Timeline);
        Assert.Equal(new MediaBlock(1, ulong.MaxValue - 3, 3, true), line.Place(1, ulong.MaxValue - 3, 4, true));
        Assert.Equal(new MediaBlock(1, ulong.MaxValue, 0, true), line.Place(1, (Int128)ulong.MaxValue + 9, 4, true));
        Assert.Equal(new MediaBlock(1, ulong.MaxValue, 0, false), line.Place(1, ulong.MaxValue, 4, true));
        Assert.Equal(new MediaBlock(1, ulong.MaxValue, 0, false), line.Place(1, 5, 4, true));
        Assert.Equal(ulong.MaxValue, line.Last);
    }

    [Theory]
    [InlineData(7, 3, 2, 10)]
    [InlineData(-7, 3, 2, -11)]
    [InlineData(-8, 3, 2, -12)]
    [InlineData(-1, 1, 1_000_000, -1)]
    [InlineData(0, 5, 7, 0)]
    [InlineData(long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue)]
    public void Scale_AnyTicks_IsRoundedDown(long ticks, long numerator, long denominator, long expected) => Assert.Equal(expected, MediaClock.Scale(ticks, numerator, denominator));

    [Fact]
    public void Scale_TicksOfARate_AreMicroseconds()
    {
        Assert.Equal([33_333, 66_666, 100_000, -33_334], new[] { 1, 2, 3, -1 }.Select(t => (int)MediaClock.Scale(t, 30u)));
        Assert.Equal((Int128)ulong.MaxValue * 1_000_000, MediaClock.Scale(ulong.MaxValue, 1u));
    }

    [Fact]
    public void ToTicks_Ends_AreTheRange() => Assert.Equal(
        [null, long.MinValue, -1, long.MaxValue, null],
        new[] { (Int128)long.MinValue - 1, long.MinValue, -1, long.MaxValue, (Int128)long.MaxValue + 1 }.Select(MediaClock.ToTicks));

    [Fact]
    public void ToMicroseconds_TicksOutOfRange_AreTheEnds()
    {
        Assert.Equal(long.MaxValue, new TimeBase(1, 1).ToMicroseconds(long.MaxValue));
        Assert.Equal(long.MinValue, new TimeBase(1, 1).ToMicroseconds(long.MinValue));
        Assert.Equal(-66_667, new TimeBase(2, 30).ToMicroseconds(-1));
        Assert.Throws<DivideByZeroException>(() => default(TimeBase).ToMicroseconds(1));
    }
}
