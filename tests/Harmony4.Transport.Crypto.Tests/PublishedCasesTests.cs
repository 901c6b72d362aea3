using System.Security.Cryptography;
using System.Text.Json;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto.Tests;

/// <summary>The published cases of NIST and Wycheproof, through the package's own code as far as a foreign key and nonce can get into it.</summary>
public sealed class PublishedCasesTests
{
    public static IEnumerable<object[]> Aead()
    {
        yield return ["aes-gcm-256-nist.json", "cases", SealSuite.Aes256Gcm, 200];
        yield return ["aead-wycheproof.json", "aes_gcm", SealSuite.Aes256Gcm, 47];
        yield return ["aead-wycheproof.json", "chacha20_poly1305", SealSuite.ChaCha20Poly1305, 177];
    }

    [Theory]
    [MemberData(nameof(Aead))]
    public void BlockCipher_PublishedCases_OpenExactlyTheValidOnes(string file, string group, SealSuite suite, int count)
    {
        if (suite == SealSuite.ChaCha20Poly1305 && !ChaCha20Poly1305.IsSupported)
        {
            return;
        }

        var cases = KnownAnswers.Read(file).GetProperty(group).EnumerateArray().ToArray();
        Assert.Equal(count, cases.Length);
        Assert.All(cases, test =>
        {
            // Ordinal 0 leaves the base nonce as it is.
            using var cipher = new BlockCipher(suite, [.. test.Hex("key"), .. test.Hex("iv")], 1, 0);
            var (ciphertext, tag, associatedData) = (test.Hex("ct"), test.Hex("tag"), test.Hex("aad"));
            var opened = Enumerable.Repeat((byte)0xA5, ciphertext.Length).ToArray();
            var isValid = cipher.TryDecrypt(0, ciphertext, tag, opened, associatedData);
            Assert.Equal(IsValid(test), isValid);
            if (isValid)
            {
                Assert.Equal(test.Hex("msg"), opened);
                var encrypted = new byte[ciphertext.Length];
                var encryptedTag = new byte[tag.Length];
                cipher.Encrypt(0, test.Hex("msg"), encrypted, encryptedTag, associatedData);
                Assert.Equal(ciphertext, encrypted);
                Assert.Equal(tag, encryptedTag);
            }
            else
            {
                // The platform's promise that BlockOpener leans on: no plaintext of a forgery comes out.
                Assert.DoesNotContain(opened, b => b != 0);
            }
        });
    }

    [Fact]
    public void HkdfSha256_WycheproofCases_GiveTheirKeys()
    {
        var cases = KnownAnswers.Read("hkdf-sha256-wycheproof.json").GetProperty("cases").EnumerateArray().ToArray();
        Assert.Equal(103, cases.Length);
        Assert.All(cases, test =>
        {
            if (test.Text("result") != "valid")
            {
                // Longer than there can be: what must refuse it is the caller, and it does.
                using var key = MasterKey.CreateUnchecked(test.Hex("ikm"));
                Assert.Throws<ArgumentOutOfRangeException>(() => TransportMask.CreateUnchecked(key, test.Hex("info"), test.Int("size")));
                return;
            }

            var pseudorandomKey = new byte[HkdfSha256.HashLength];
            HkdfSha256.Extract(test.Hex("salt"), test.Hex("ikm"), pseudorandomKey);
            var output = new byte[test.Int("size")];
            HkdfSha256.Expand(pseudorandomKey, test.Hex("info"), output);
            Assert.Equal(test.Text("okm"), Convert.ToHexStringLower(output));
        });
    }

    /// <summary>A COSE message signs a structure of its own, so that a foreign signature cannot be put into one. The keys go through the package, the rest is the platform.</summary>
    [Theory]
    [InlineData("es256", 43, 121)]
    [InlineData("es384", 38, 126)]
    [InlineData("ps256", 1, 61)]
    public void VerificationKey_WycheproofSignatures_VerifiesExactlyTheValidOnes(string group, int keys, int tests)
    {
        var groups = KnownAnswers.Read("signatures-wycheproof.json").GetProperty(group).EnumerateArray().ToArray();
        Assert.Equal((keys, tests), (groups.Length, groups.Sum(g => g.GetProperty("tests").GetArrayLength())));
        Assert.All(groups, one =>
        {
            using var key = VerificationKey.FromSubjectPublicKeyInfo(one.Hex("key"));
            Assert.Equal((SignatureAlgorithm)one.Int("algorithm"), key.Algorithm);
            foreach (var test in one.GetProperty("tests").EnumerateArray())
            {
                // "Acceptable" are signatures of the wrong size, which a COSE message must not have.
                Assert.True(IsValid(test) == IsSignature(key, test.Hex("msg"), test.Hex("sig")), test.Label());
            }
        });
    }

    private static bool IsValid(JsonElement test) => test.TryGetProperty("result", out var result) ? result.GetString() == "valid" : test.TryGetProperty("msg", out _);

    private static bool IsSignature(VerificationKey key, byte[] message, byte[] signature) => key.Algorithm switch
    {
        SignatureAlgorithm.ES256 => ((ECDsa)key.Key).VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
        SignatureAlgorithm.ES384 => ((ECDsa)key.Key).VerifyData(message, signature, HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
        _ => ((RSA)key.Key).VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
    };
}
