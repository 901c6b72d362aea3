using System.Security.Cryptography;
using System.Text;

namespace Harmony4.Transport.Crypto.Tests;

public sealed class KeyFileTests
{
    private const string Hex = "00112233445566778899AABBccddeeff";

    [Theory]
    [InlineData(Hex)]
    [InlineData(Hex + "\n")]
    [InlineData(Hex + " \t\r\n\n")]
    public void ReadMasterKey_Hex_IsDecoded(string text)
    {
        using var key = KeyFile.ReadMasterKey(Encoding.ASCII.GetBytes(text));
        Assert.Equal(Convert.FromHexString(Hex), key.Bytes.ToArray());
    }

    [Theory]
    [InlineData("0" + Hex)]
    [InlineData(" " + Hex)]
    [InlineData(Hex + "\nx")]
    [InlineData("sixteen bytes ok\n")]
    public void ReadMasterKey_AnythingElse_IsTheKeyItself(string text)
    {
        using var key = KeyFile.ReadMasterKey(Encoding.ASCII.GetBytes(text));
        Assert.Equal(Encoding.ASCII.GetBytes(text), key.Bytes.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("00112233445566778899aabbccddee")]
    [InlineData("fifteen bytes !")]
    public void ReadMasterKey_Short_Throws(string text)
    {
        var exception = Assert.Throws<CryptographicException>(() => KeyFile.ReadMasterKey(Encoding.ASCII.GetBytes(text)));
        Assert.True(text.Length < 3 || !exception.ToString().Contains(text, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void ReadContentKey_OnlyThirtyTwoBytes()
    {
        using var hex = KeyFile.ReadContentKey(Encoding.ASCII.GetBytes(Hex + Hex + "\n"));
        using var raw = KeyFile.ReadContentKey(new byte[32]);
        Assert.Equal(Convert.FromHexString(Hex + Hex), hex.Bytes.ToArray());
        Assert.Throws<CryptographicException>(() => KeyFile.ReadContentKey(Encoding.ASCII.GetBytes(Hex)));
        Assert.Throws<CryptographicException>(() => KeyFile.ReadContentKey(new byte[33]));
    }
}
