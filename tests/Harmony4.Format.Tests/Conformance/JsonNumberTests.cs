using System.Globalization;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Conformance;

public sealed class JsonNumberTests
{
    public static IEnumerable<object[]> Cases =>
        Vectors.Cases("float_text").Select(c => new object[] { c.GetProperty("bits_hex").GetString()!, c.GetProperty("json_text").GetString()! });

    [Theory, MemberData(nameof(Cases))]
    public void FormatDouble_Vector_GivesTheText(string bits, string text) =>
        Assert.Equal(text, H4mkJsonWriter.FormatDouble(BitConverter.UInt64BitsToDouble(ulong.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void FormatDouble_NotFinite_IsRefused(double value) => Assert.Throws<ArgumentException>(() => H4mkJsonWriter.FormatDouble(value));
}
