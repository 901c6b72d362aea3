using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck.Xunit;

namespace Harmony4.Format.Tests.Recording;

/// <summary>The JSON text of docs/format/h4mk-1.0.md section 4.</summary>
public sealed class H4mkJsonWriterTests
{
    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("HarmonyØ4 – 日本 😀", "\"HarmonyØ4 – 日本 😀\"")]
    [InlineData("\"\\/", "\"\\\"\\\\/\"")]
    [InlineData("\n\r\t\b\f", "\"\\n\\r\\t\\b\\f\"")]
    [InlineData("\0\u0001\u000B\u001F\u007F", "\"\\u0000\\u0001\\u000b\\u001f\u007F\"")]
    [InlineData("\u0085\u2028\u2029<>&'+", "\"\u0085\u2028\u2029<>&'+\"")]
    [InlineData("😀\"😀", "\"😀\\\"😀\"")]
    public void WriteStringValue_Text_EscapesOnlyWhatItMust(string value, string expected) =>
        Assert.Equal(expected, Write((ref w) => w.WriteStringValue(value)));

    [Theory]
    [InlineData("D800")]
    [InlineData("0061 DC00")]
    [InlineData("D83D D83D DE00")]
    [InlineData("D83D 000A DE00")]
    public void WriteStringValue_LoneSurrogate_IsRefused(string units)
    {
        // As numbers: a runner that stores its arguments in UTF-8 would mend them.
        var value = string.Concat(units.Split(' ').Select(u => (char)int.Parse(u, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        Assert.Throws<ArgumentException>(() => Write((ref w) => w.WriteStringValue(value)));
        Assert.Throws<ArgumentException>(() => Write((ref w) => w.WritePropertyName(value)));
    }

    [Fact]
    public void Write_NestedObject_IsThatOfTheFirstImplementation() => Assert.Equal(
        "{\"project\":\"HarmonyØ4\",\"fps_hint\":30.0,\"gop\":30,\"big\":18446744073709551615,\"small\":-9223372036854775808,\"none\":null,\"in\":{},\"masked\":false,\"o\":{\"a\":{\"b\":true}},\"z\":1e-05}",
        Write((ref w) =>
        {
            w.WriteStartObject();
            w.WritePropertyName("project");
            w.WriteStringValue("HarmonyØ4");
            w.WritePropertyName("fps_hint");
            w.WriteNumberValue(30.0);
            w.WritePropertyName("gop");
            w.WriteNumberValue(30);
            w.WritePropertyName("big");
            w.WriteNumberValue(ulong.MaxValue);
            w.WritePropertyName("small");
            w.WriteNumberValue(long.MinValue);
            w.WritePropertyName("none");
            w.WriteNullValue();
            w.WritePropertyName("in");
            w.WriteStartObject();
            w.WriteEndObject();
            w.WritePropertyName("masked");
            w.WriteBooleanValue(false);
            w.WritePropertyName("o");
            w.WriteStartObject();
            w.WritePropertyName("a");
            w.WriteStartObject();
            w.WritePropertyName("b");
            w.WriteBooleanValue(true);
            w.WriteEndObject();
            w.WriteEndObject();
            w.WritePropertyName("z");
            w.WriteNumberValue(0.00001);
            w.WriteEndObject();
        }));

    [Fact]
    public void Write_ValuesOneAfterTheOther_AreSeparated() => Assert.Equal(
        "\"a\",-1,2,3.0,true,null,{},{\"b\":{}},false,\"c\"",
        Write((ref w) =>
        {
            w.WriteStringValue("a");
            w.WriteNumberValue(-1L);
            w.WriteNumberValue(2UL);
            w.WriteNumberValue(3.0);
            w.WriteBooleanValue(true);
            w.WriteNullValue();
            w.WriteStartObject();
            w.WriteEndObject();
            w.WriteStartObject();
            w.WritePropertyName("b");
            w.WriteStartObject();
            w.WriteEndObject();
            w.WriteEndObject();
            w.WriteBooleanValue(false);
            w.WriteStringValue("c");
        }));

    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.000012, "1.2e-05")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(100.0, "100.0")]
    [InlineData(999_999_999_999_999.9, "999999999999999.9")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(-1.5e15, "-1500000000000000.0")]
    [InlineData(1_234_567_890_123_456.8, "1234567890123456.8")]
    [InlineData(9_999_999_999_999_998.0, "9999999999999998.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(-1.25e16, "-1.25e+16")]
    [InlineData(12_345_678_901_234_568.0, "1.2345678901234568e+16")]
    [InlineData(99_999_999_999_999_984.0, "9.999999999999998e+16")]
    [InlineData(1e17, "1e+17")]
    [InlineData(1e100, "1e+100")]
    [InlineData(5e-324, "5e-324")]
    public void FormatDouble_AroundTheExponents_IsPlainUpToTheSixteenthDigit(double value, string expected) => Assert.Equal(expected, H4mkJsonWriter.FormatDouble(value));

    [Property(Replay = "301,7", MaxTest = 2000)]
    public void FormatDouble_AnyBits_ReadsBackAsTheSame(long bits)
    {
        var value = BitConverter.Int64BitsToDouble(bits * 0x2545F4914F6CDD1D);
        if (double.IsFinite(value))
        {
            var text = H4mkJsonWriter.FormatDouble(value);
            Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)));
            Assert.Matches(@"^-?\d+(\.\d+|(\.\d+)?e[+-]\d\d+)$", text);
        }
    }

    [Property(Replay = "302,7", MaxTest = 500)]
    public void WriteStringValue_AnyValidText_ReadsBackAsTheSame(string? text)
    {
        if (text is not null && text.IsNormalizedUtf16())
        {
            var json = Write((ref w) => w.WriteStringValue(text));
            Assert.Equal(text, JsonDocument.Parse(json).RootElement.GetString());
        }
    }

    private delegate void Writing(ref H4mkJsonWriter writer);

    private static string Write(Writing write)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkJsonWriter(output);
        write(ref writer);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}

file static class Utf16
{
    public static bool IsNormalizedUtf16(this string text)
    {
        try
        {
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
