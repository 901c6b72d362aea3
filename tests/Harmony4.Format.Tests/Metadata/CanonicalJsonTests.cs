using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Harmony4.Format.Tests.Metadata;

/// <summary>The canonical form of RFC 8785, with the samples of its text and its appendix B.</summary>
public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("{}", "{}")]
    [InlineData("[]", "[]")]
    [InlineData(" [ 1 , \"two\" , [ ] , { } , true , false , null ] ", "[1,\"two\",[],{},true,false,null]")]
    [InlineData("{ \"b\" : 1 , \"a\" : [ 2 , 3 ] , \"B\" : { \"d\" : 4 , \"c\" : 5 } }", "{\"B\":{\"c\":5,\"d\":4},\"a\":[2,3],\"b\":1}")]
    [InlineData("{\"numbers\":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],\"literals\":[null,true,false]}", "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27]}")]
    public void Write_AValue_HasNoBlanksAndItsMembersByName(string json, string expected) => Assert.Equal(expected, Write(json));

    [Fact]
    public void Write_MemberNames_AreSortedByUtf16CodeUnits() =>
        Assert.Equal(
            "{\"\\r\":1,\"1\":2,\"\u0080\":3,\"ö\":4,\"€\":5,\"\ud83d\ude00\":6,\"\ufb33\":7}",
            Write("{\"\\u20ac\":5,\"\\r\":1,\"\\ufb33\":7,\"1\":2,\"\\ud83d\\ude00\":6,\"\\u0080\":3,\"\\u00f6\":4}"));

    [Theory]
    [InlineData("\\u0022\\u005c\\u002f", "\\\"\\\\/")]
    [InlineData("\\u0008\\u000c\\u000a\\u000d\\u0009", "\\b\\f\\n\\r\\t")]
    [InlineData("\\u0000\\u001f\\u0020\\u007f", "\\u0000\\u001f \u007f")]
    [InlineData("\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/", "€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/")]
    [InlineData("\\ud83d\\ude00\\ud83d\\ude00", "\ud83d\ude00\ud83d\ude00")]
    public void Write_AString_EscapesWhatItMust(string escaped, string expected) => Assert.Equal($"\"{expected}\"", Write($"\"{escaped}\""));

    [Theory]
    [InlineData("0000000000000000", "0")]
    [InlineData("8000000000000000", "0")]
    [InlineData("0000000000000001", "5e-324")]
    [InlineData("8000000000000001", "-5e-324")]
    [InlineData("7fefffffffffffff", "1.7976931348623157e+308")]
    [InlineData("ffefffffffffffff", "-1.7976931348623157e+308")]
    [InlineData("4340000000000000", "9007199254740992")]
    [InlineData("c340000000000000", "-9007199254740992")]
    [InlineData("4430000000000000", "295147905179352830000")]
    [InlineData("44b52d02c7e14af5", "9.999999999999997e+22")]
    [InlineData("44b52d02c7e14af6", "1e+23")]
    [InlineData("44b52d02c7e14af7", "1.0000000000000001e+23")]
    [InlineData("444b1ae4d6e2ef4e", "999999999999999700000")]
    [InlineData("444b1ae4d6e2ef4f", "999999999999999900000")]
    [InlineData("444b1ae4d6e2ef50", "1e+21")]
    [InlineData("3eb0c6f7a0b5ed8c", "9.999999999999997e-7")]
    [InlineData("3eb0c6f7a0b5ed8d", "0.000001")]
    [InlineData("41b3de4355555553", "333333333.3333332")]
    [InlineData("41b3de4355555554", "333333333.33333325")]
    [InlineData("becbf647612f3696", "-0.0000033333333333333333")]
    [InlineData("43143ff3c1cb0959", "1424953923781206.2")]
    public void Write_ANumber_IsTextOfEcmaScript(string bits, string expected)
    {
        var number = BitConverter.UInt64BitsToDouble(ulong.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.Equal(expected, Write(number.ToString("R", CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("-1", "-1")]
    [InlineData("10", "10")]
    [InlineData("100.5", "100.5")]
    [InlineData("0.1", "0.1")]
    [InlineData("-0.01", "-0.01")]
    [InlineData("1.0", "1")]
    [InlineData("1e3", "1000")]
    [InlineData("12E-1", "1.2")]
    [InlineData("123456789012345680000", "123456789012345680000")]
    [InlineData("1.5e300", "1.5e+300")]
    [InlineData("1e-7", "1e-7")]
    public void Write_ANumberInAnyForm_IsTheSameText(string number, string expected) => Assert.Equal(expected, Write(number));

    [Theory]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00\\ud800\"")]
    [InlineData("[\"\\ud800a\"]")]
    [InlineData("{\"a\":1,\"\\u0061\":2}")]
    [InlineData("{\"b\":{\"a\":1,\"c\":2,\"a\":3}}")]
    public void Write_WhatHasNoCanonicalForm_IsRefused(string json) => Assert.Throws<ArgumentException>(() => Write(json));

    [Fact]
    public void Write_NoValue_IsRefused()
    {
        Assert.Throws<ArgumentException>("value", () => CanonicalJson.Write(default(JsonElement)));
        Assert.ThrowsAny<JsonException>(() => Write("{"));
    }

    private static string Write(string json) => Encoding.UTF8.GetString(CanonicalJson.Write(Encoding.UTF8.GetBytes(json)));
}
