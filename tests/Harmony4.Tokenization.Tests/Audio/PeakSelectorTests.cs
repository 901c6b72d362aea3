using System.Runtime.Intrinsics;
using FsCheck.Xunit;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests;

/// <summary>The selection against a plain sort: larger power first, then the lower bin.</summary>
public unsafe class PeakSelectorTests
{
    [Property(Replay = "17,19", MaxTest = 150)]
    public void Select_NoiseWithTies_EqualsASort(int seed, byte levels, ushort wanted)
    {
        var random = new Random(seed);
        var half = 128 << random.Next(0, 4);
        var distinct = 1 + (levels % 40);

        // Few distinct values in half of the cases: long ties, also across the last place.
        var power = Enumerable.Range(0, half + 1)
            .Select(_ => levels < 128 ? Math.Pow(random.NextDouble(), 8) : random.Next(distinct) / 3.0)
            .ToArray();
        AssertSelects(power, 1 + (wanted % (half + 1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.Epsilon)]
    public void Select_AllEqual_IsTheLowestBins(double value)
    {
        foreach (var count in new[] { 1, 7, 32, 256, 1025 })
        {
            AssertSelects(Enumerable.Repeat(value, 1025).ToArray(), count);
        }
    }

    [Theory]
    [InlineData(10, 78)]
    [InlineData(16, 80)]
    [InlineData(1, 95)]
    [InlineData(31, 65)]
    public void Select_TiesBehindStrongerBins_AreTheLowestOfThem(int stronger, int ties)
    {
        // Weaker ones in front of them and behind.
        var power = new double[257];
        power.AsSpan(0, ties).Fill(1);
        power.AsSpan(ties + 2, stronger).Fill(2);
        power.AsSpan(200).Fill(0.5);
        AssertSelects(power, 32);
        power.AsSpan().Reverse();
        AssertSelects(power, 32);
    }

    [Fact]
    public void Select_LastBinStrongest_ComesFirst()
    {
        var power = Enumerable.Range(0, 129).Select(i => (double)i).ToArray();
        AssertSelects(power, 1);
        AssertSelects(power, 129);
    }

    private static void AssertSelects(double[] power, int count)
    {
        var expected = Enumerable.Range(0, power.Length).OrderByDescending(i => power[i]).ThenBy(i => i).Take(count).ToArray();
        Assert.Equal(expected, Select<double, ScalarLanes>(power, count));
        if (Lanes128.IsSupported)
        {
            Assert.Equal(expected, Select<Vector128<double>, Lanes128>(power, count));
        }

        if (Lanes256.IsSupported)
        {
            Assert.Equal(expected, Select<Vector256<double>, Lanes256>(power, count));
        }

        if (Lanes512.IsSupported)
        {
            Assert.Equal(expected, Select<Vector512<double>, Lanes512>(power, count));
        }
    }

    private static int[] Select<TVector, TLanes>(double[] power, int count)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        var scratch = new PeakScratch(power.Length - 1);
        fixed (double* start = power)
        {
            Assert.Equal(power.Max(), PeakSelector<TVector, TLanes>.Select(start, power.Length - 1, count, scratch));
        }

        return new Span<int>(scratch.Selected, count).ToArray();
    }
}
