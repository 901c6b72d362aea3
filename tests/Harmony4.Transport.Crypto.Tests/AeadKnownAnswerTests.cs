using System.Security.Cryptography;

namespace Harmony4.Transport.Crypto.Tests;

/// <summary>Published cases of the two ciphers, so that a platform that gets them wrong is found here and not in a container.</summary>
public sealed class AeadKnownAnswerTests
{
    [Theory]
    [InlineData("", "", "530f8afbc74536b9a963b4f1c4cb738b")]
    [InlineData("00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919")]
    public void AesGcm256_GcmSpecificationCases13And14_Match(string plaintext, string ciphertext, string tag)
    {
        using var aes = new AesGcm(new byte[32], 16);
        var actual = new byte[plaintext.Length / 2];
        var actualTag = new byte[16];
        aes.Encrypt(new byte[12], Convert.FromHexString(plaintext), actual, actualTag);
        Assert.Equal(ciphertext, Convert.ToHexStringLower(actual));
        Assert.Equal(tag, Convert.ToHexStringLower(actualTag));
    }

    [Fact]
    public void ChaCha20Poly1305_Rfc8439Section282_Matches()
    {
        if (!ChaCha20Poly1305.IsSupported)
        {
            return;
        }

        using var cipher = new ChaCha20Poly1305(Convert.FromHexString("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"));
        var plaintext = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."u8;
        var ciphertext = new byte[plaintext.Length];
        var tag = new byte[16];
        cipher.Encrypt(
            Convert.FromHexString("070000004041424344454647"), plaintext, ciphertext, tag, Convert.FromHexString("50515253c0c1c2c3c4c5c6c7"));
        Assert.StartsWith("d31a8d34648e60db7b86afbc53ef7ec2", Convert.ToHexStringLower(ciphertext), StringComparison.Ordinal);
        Assert.Equal("1ae10b594f09e26a7e902ecbd0600691", Convert.ToHexStringLower(tag));
    }
}
