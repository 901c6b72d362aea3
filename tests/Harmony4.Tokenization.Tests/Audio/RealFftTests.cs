using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests;

/// <summary>The transform against its definition, and every width against every other.</summary>
public unsafe class RealFftTests
{
    public static TheoryData<int> Sizes => [256, 512, 1024, 2048, 4096, 8192, 16384];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Transform_EveryWidth_GivesTheBitsOfTheScalarForm(int size)
    {
        var points = GetPoints(size);
        var expected = Transform(points, LaneWidth.Scalar);
        foreach (var width in Enum.GetValues<LaneWidth>().Where(LaneWidths.IsSupported))
        {
            var actual = Transform(points, width);
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.Equal(BitConverter.DoubleToInt64Bits(expected[i]), BitConverter.DoubleToInt64Bits(actual[i]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Transform_Noise_IsWithin6e16OfTheDefinition(int size)
    {
        var points = GetPoints(size);
        var actual = Transform(points, LaneWidths.Widest);
        var precise = new PreciseDft(size);
        var bins = (size / 2) + 1;
        var largest = Enumerable.Range(0, bins).Max(i => Math.Sqrt((actual[i] * actual[i]) + (actual[bins + i] * actual[bins + i])));
        var worst = 0.0;

        // All bins of the small sizes, some of each eighth of the large ones, and the ends.
        foreach (var bin in Enumerable.Range(0, bins).Where(i => size <= 512 || i % (size / 32) is 0 or 1 || i == bins - 1))
        {
            var (real, imaginary) = precise.GetBin(points, bin);
            var errorReal = (double)(real - PreciseDft.ToDecimal(actual[bin]));
            var errorImaginary = (double)(imaginary - PreciseDft.ToDecimal(actual[bins + bin]));
            worst = Math.Max(worst, Math.Sqrt((errorReal * errorReal) + (errorImaginary * errorImaginary)) / largest);
        }

        Assert.InRange(worst, 0, 6e-16);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Transform_OnePointInTurn_IsTheCircle(int size)
    {
        foreach (var at in new[] { 0, 1, 2, size / 2, size - 1 })
        {
            var points = new double[size];
            points[at] = 1;
            var actual = Transform(points, LaneWidths.Widest);
            for (var bin = 0; bin <= size / 2; bin++)
            {
                UnitCircle.CosSin(-(long)bin * at, size, out var cos, out var sin);
                Assert.Equal(cos, actual[bin], 1e-15);
                Assert.Equal(sin, actual[(size / 2) + 1 + bin], 1e-15);
            }
        }
    }

    private static double[] GetPoints(int size)
    {
        var random = new Random(size);
        return Enumerable.Range(0, size).Select(_ => random.Next(-1048576, 1048576) / 1048576.0).ToArray();
    }

    private static double[] Transform(double[] points, LaneWidth width)
    {
        var bins = (points.Length / 2) + 1;
        var result = new double[2 * bins];
        fixed (double* source = points, destination = result)
        {
            new RealFft(points.Length, width).Transform(new RealInput(source), new ComplexOutput(destination, destination + bins));
        }

        return result;
    }
}
