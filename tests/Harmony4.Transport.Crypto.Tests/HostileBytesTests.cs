using System.Security.Cryptography;

namespace Harmony4.Transport.Crypto.Tests;

/// <summary>What the platform's readers raise for a stranger's bytes becomes the documented result.</summary>
public sealed class HostileBytesTests
{
    // A named curve that no platform knows.
    private const string UnknownCurve =
        """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAX8DQgAEdcETAgoP/fYjkTv45J2QgBGl4Pu5SA7E4hPb0gg5Kzg0MeAN/Kf4gxefbf5/s6rGx6mapw7RnpANmC0rbSp8SQ==
        -----END PUBLIC KEY-----
        """;

    [Theory]
    [InlineData("8440a11a8000000000f640")] // a label beyond int32, unprotected
    [InlineData("8448a11a8000000000f6a0f640")]
    [InlineData("8447a11b800000000000000000f640")]
    [InlineData("d28443a10126a1183340f640")] // an x5chain that is none
    [InlineData("d28443a10126a118218040f640")]
    [InlineData("d28444a1013826a0f640")]
    [InlineData("d2844aa1011bffffffffffffffffa0f640")]
    public void Verify_BytesThatThePlatformTripsOver_IsAStateAndNoException(string hex)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var trusted = VerificationKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo());
        var bytes = Convert.FromHexString(hex);
        var verifier = new StatementVerifier([trusted]);
        Assert.NotEqual(StatementState.Valid, verifier.Verify(bytes, "statement"u8, default).State);
        Assert.Equal(StatementState.Malformed, verifier.VerifyReceipt(bytes, new byte[56], out _, out _).State);
    }

    [Fact]
    public void Verify_EveryFlippedBitOfAMessageAndAReceipt_IsNeverValidAndNeverThrows()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var trusted = VerificationKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo());
        using var signer = StatementSigner.FromKey(key, leaveOpen: true);
        var verifier = new StatementVerifier([trusted]);
        var record = new byte[56];
        record[3] = 7;
        var sibling = SHA256.HashData("sibling"u8);
        var leaf = SHA256.HashData([0, .. record]);
        var message = signer.SignTree(SHA256.HashData([1, .. leaf, .. sibling]));
        var receipt = TreeReceipt.Create(message, 0, 2, sibling);
        Assert.True(verifier.VerifyReceipt(receipt, record, out var index, out var size).IsValid);
        Assert.Equal((0L, 2L), (index, size));
        for (var bit = 0; bit < 8 * receipt.Length; bit++)
        {
            receipt[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(verifier.VerifyReceipt(receipt, record, out _, out _).IsValid, $"bit {bit}");
            receipt[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.False(verifier.VerifyReceipt(receipt, new byte[56], out _, out _).IsValid);
        Assert.False(verifier.VerifyReceipt(receipt.AsSpan(0, receipt.Length - 1), record, out _, out _).IsValid);
        Assert.False(verifier.VerifyReceipt([.. receipt, 0], record, out _, out _).IsValid);
        Assert.False(verifier.VerifyReceipt(message, record, out _, out _).IsValid);
    }

    [Fact]
    public void SignTree_Header_IsTheAlgorithmAndTheKindOfTreeAlone()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signer = StatementSigner.FromKey(key, leaveOpen: true);

        // d2 84, then the protected header {1: -7, 395: 1} of 7 bytes, an empty map, and no payload.
        Assert.Equal("d28447a2012619018b01a0f65840", Convert.ToHexStringLower(signer.SignTree(new byte[32]))[..28]);
    }

    [Fact]
    public void Create_WithWhatIsNoTreeSignature_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signer = StatementSigner.FromKey(key, leaveOpen: true);
        var tree = signer.SignTree(new byte[32]);
        Assert.Throws<ArgumentException>(() => TreeReceipt.Create(signer.Sign(new byte[32], default), 0, 2, new byte[32]));
        Assert.Throws<ArgumentException>(() => TreeReceipt.Create(tree, 0, 1, []));
        Assert.Throws<ArgumentException>(() => TreeReceipt.Create(tree, 2, 2, new byte[32]));
        Assert.Throws<ArgumentException>(() => TreeReceipt.Create(tree, 0, 2, new byte[64]));
        Assert.Throws<ArgumentException>(() => TreeReceipt.Create(TreeReceipt.Create(tree, 0, 2, new byte[32]), 0, 2, new byte[32]));
        Assert.Throws<ArgumentException>(() => signer.SignTree(new byte[31]));
    }

    [Fact]
    public void Read_AKeyOnACurveThatThePlatformDoesNotKnow_IsAnArgumentException()
    {
        Assert.Throws<ArgumentException>(() => VerificationKey.FromPem(UnknownCurve));
        Assert.Throws<ArgumentException>(() => StatementSigner.FromPem(UnknownCurve));
    }
}
