using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Security.Cryptography.X509Certificates;
using FsCheck.Xunit;
using Harmony4.TestKit;

namespace Harmony4.Transport.Crypto.Tests;

public sealed class StatementSignatureTests : IDisposable
{
    private static readonly byte[] Statement = Vectors.SeededBytes("statement", 128);
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly RSA _rsa = RSA.Create(2048);

    // One of each for all cases of the property.
    private StatementVerifier? _hostileVerifier;
    private byte[]? _hostileMessage;

    private static ReadOnlySpan<byte> Purpose => "H4MK 1.1 root"u8;

    public void Dispose()
    {
        _p256.Dispose();
        _p384.Dispose();
        _rsa.Dispose();
    }

    [Fact]
    public void Sign_ThenVerify_IsValidForEveryAlgorithm()
    {
        foreach (var (key, algorithm) in new (AsymmetricAlgorithm, SignatureAlgorithm)[]
            { (_p256, SignatureAlgorithm.ES256), (_p384, SignatureAlgorithm.ES384), (_rsa, SignatureAlgorithm.PS256) })
        {
            using var signer = StatementSigner.FromPem(PrivatePem(key));
            using var trusted = Trusted(key);
            Assert.Equal((algorithm, algorithm), (signer.Algorithm, trusted.Algorithm));
            var message = signer.Sign(Statement, Purpose);
            var result = new StatementVerifier([trusted]).Verify(message, Statement, Purpose);
            Assert.Equal(new StatementResult(StatementState.Valid, algorithm, Convert.ToHexStringLower(signer.KeyId)), result);
            Assert.True(result.IsValid);
            Assert.Null(CoseMessage.DecodeSign1(message).Content);
        }
    }

    [Fact]
    public void Verify_EverySingleBitFlipAndCut_IsNeverValid()
    {
        using var signer = StatementSigner.FromPem(PrivatePem(_p256));
        using var trusted = Trusted(_p256);
        var verifier = new StatementVerifier([trusted]);
        var message = signer.Sign(Statement, Purpose);
        for (var bit = 0; bit < message.Length * 8; bit++)
        {
            message[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(verifier.Verify(message, Statement, Purpose).IsValid, $"bit {bit}");
            message[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var length = 0; length < message.Length; length++)
        {
            Assert.Equal(StatementState.Malformed, verifier.Verify(message.AsSpan(0, length), Statement, Purpose).State);
        }

        Assert.Equal(StatementState.Malformed, verifier.Verify([.. message, 0], Statement, Purpose).State);
        Assert.Equal(StatementState.Malformed, verifier.Verify(new byte[StatementVerifier.MaxMessageLength + 1], Statement, Purpose).State);
        Assert.Equal(StatementState.Invalid, verifier.Verify(message, Statement.AsSpan(1), Purpose).State);
        Assert.Equal(StatementState.Invalid, verifier.Verify(message, Statement, "other"u8).State);
        Assert.True(verifier.Verify(message, Statement, Purpose).IsValid);
    }

    [Fact]
    public void Verify_OtherKey_IsUnknown()
    {
        using var signer = StatementSigner.FromPem(PrivatePem(_p256));
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var trusted = Trusted(stranger);
        Assert.Equal(StatementState.UnknownKey, new StatementVerifier([trusted]).Verify(signer.Sign(Statement, Purpose), Statement, Purpose).State);
    }

    [Fact]
    public void Verify_NoKeyId_TriesKeysOfThatAlgorithm()
    {
        using var wrong = Trusted(_p384);
        using var right = Trusted(_p256);
        var message = CoseSign1Message.SignDetached(Statement, new CoseSigner(_p256, HashAlgorithmName.SHA256), Purpose);
        Assert.True(new StatementVerifier([wrong, right]).Verify(message, Statement, Purpose).IsValid);
        Assert.Equal(StatementState.AlgorithmNotAllowed, new StatementVerifier([wrong]).Verify(message, Statement, Purpose).State);
    }

    [Fact]
    public void Verify_AlgorithmConfusion_IsNotAllowed()
    {
        using var trusted = Trusted(_p256);
        using var trustedRsa = Trusted(_rsa);
        var verifier = new StatementVerifier([trusted, trustedRsa]);

        // The right keys, but with algorithms that they are not pinned to.
        var es512 = CoseSign1Message.SignDetached(Statement, new CoseSigner(_p256, HashAlgorithmName.SHA512), Purpose);
        var es384 = CoseSign1Message.SignDetached(Statement, new CoseSigner(_p256, HashAlgorithmName.SHA384), Purpose);
        var rs256 = CoseSign1Message.SignDetached(Statement, new CoseSigner(_rsa, RSASignaturePadding.Pkcs1, HashAlgorithmName.SHA256), Purpose);
        var ps512 = CoseSign1Message.SignDetached(Statement, new CoseSigner(_rsa, RSASignaturePadding.Pss, HashAlgorithmName.SHA512), Purpose);
        Assert.All([es512, es384, rs256, ps512], m => Assert.Equal(StatementState.AlgorithmNotAllowed, verifier.Verify(m, Statement, Purpose).State));
    }

    [Fact]
    public void Verify_EmbeddedContentOrCriticalHeader_IsMalformed()
    {
        using var trusted = Trusted(_p256);
        var verifier = new StatementVerifier([trusted]);
        var embedded = CoseSign1Message.SignEmbedded(Statement, new CoseSigner(_p256, HashAlgorithmName.SHA256), Purpose);
        Assert.Equal(StatementState.Malformed, verifier.Verify(embedded, Statement, Purpose).State);
        var header = new CoseHeaderMap { { new CoseHeaderLabel("x"), CoseHeaderValue.FromInt32(1) } };
        header.Add(CoseHeaderLabel.CriticalHeaders, CoseHeaderValue.FromEncodedValue([0x81, 0x61, 0x78]));
        var critical = CoseSign1Message.SignDetached(Statement, new CoseSigner(_p256, HashAlgorithmName.SHA256, header), Purpose);
        Assert.Equal(StatementState.Malformed, verifier.Verify(critical, Statement, Purpose).State);
    }

    [Property(Replay = "4,7", MaxTest = 3000)]
    public bool Verify_HostileMessage_NeverThrowsNorAccepts(byte[] noise, int at, bool wholeMessage)
    {
        var verifier = _hostileVerifier ??= new StatementVerifier([Trusted(_p256)], new CertificateTrust([MakeRoot(_p384)], Now));
        var message = wholeMessage ? MessageWithNoise(noise, at) : noise;
        return !verifier.Verify(message, Statement, Purpose).IsValid;
    }

    [Fact]
    public void Verify_CertificateChain_IsValidOnlyUnderItsRootAtItsTime()
    {
        using var root = MakeRoot(_p384);
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var otherRoot = MakeRoot(otherKey);
        var request = new CertificateRequest("CN=signer", _p256, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        using var issued = request.Create(root, Now.AddDays(-1), Now.AddDays(1), [1, 2, 3]);
        using var leaf = issued.CopyWithPrivateKey(_p256);
        using var signer = StatementSigner.FromCertificate(leaf, []);
        var message = signer.Sign(Statement, Purpose);

        Assert.Equal("CN=signer", Check(root, Now).Subject);
        Assert.Equal(StatementState.Valid, Check(root, Now).State);
        Assert.Equal(StatementState.UntrustedCertificate, Check(otherRoot, Now).State);
        Assert.Equal(StatementState.UntrustedCertificate, Check(root, Now.AddDays(3)).State);
        Assert.Equal(StatementState.Invalid, new StatementVerifier([], new CertificateTrust([root], Now)).Verify(message, Statement, "x"u8).State);

        // A trusted key needs no certificate; a certificate alone is nothing without trust in its root.
        using var pinned = Trusted(_p256);
        Assert.True(new StatementVerifier([pinned]).Verify(message, Statement, Purpose).IsValid);
        using var stranger = Trusted(otherKey);
        Assert.Equal(StatementState.UnknownKey, new StatementVerifier([stranger]).Verify(message, Statement, Purpose).State);

        StatementResult Check(X509Certificate2 trustedRoot, DateTimeOffset time) =>
            new StatementVerifier([], new CertificateTrust([trustedRoot], time)).Verify(message, Statement, Purpose);
    }

    [Fact]
    public void Verify_DamagedMessageWithCertificate_NeverThrowsNorNamesAnother()
    {
        using var root = MakeRoot(_p384);
        using var issued = new CertificateRequest("CN=signer", _p256, HashAlgorithmName.SHA256).Create(root, Now.AddDays(-1), Now.AddDays(1), [5]);
        using var leaf = issued.CopyWithPrivateKey(_p256);
        using var signer = StatementSigner.FromCertificate(leaf, [root]);
        var verifier = new StatementVerifier([], new CertificateTrust([root], Now));
        var message = signer.Sign(Statement, Purpose);
        Assert.True(verifier.Verify(message, Statement, Purpose).IsValid);
        var random = new Random(11);
        for (var i = 0; i < 250; i++)
        {
            var damaged = message.ToArray();
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            // The root at the end of the chain is trusted already: its copy may be damaged.
            var result = verifier.Verify(damaged, Statement, Purpose);
            Assert.True(!result.IsValid || result.Subject == "CN=signer");
        }
    }

    [Fact]
    public void FromPem_UnacceptedKeys_Throw()
    {
        using var p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        using var weak = RSA.Create(1024);
        Assert.Throws<ArgumentException>(() => StatementSigner.FromPem(PrivatePem(p521)));
        Assert.Throws<ArgumentException>(() => StatementSigner.FromPem(PrivatePem(weak)));
        Assert.Throws<ArgumentException>(() => StatementSigner.FromPem(_p256.ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<ArgumentException>(() => StatementSigner.FromPem("no key"));
        Assert.Throws<ArgumentException>(() => VerificationKey.FromPem(PrivatePem(_p256)));
        Assert.Throws<ArgumentException>(() => VerificationKey.FromPem(p521.ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<ArgumentException>(() => VerificationKey.FromPem("no key"));
        Assert.Throws<ArgumentException>(() => VerificationKey.FromSubjectPublicKeyInfo([1, 2, 3]));
        Assert.Throws<ArgumentException>(() => new StatementVerifier([]));
        Assert.Throws<ArgumentException>(() => new CertificateTrust([], Now));
    }

    [Fact]
    public void FromPem_CurveGivenByItsParameters_Throws()
    {
        // The curve is P-256, but said in numbers instead of by name: not what an algorithm is pinned to.
        var parameters = _p256.ExportExplicitParameters(includePrivateParameters: true);
        using var key = ECDsa.Create(parameters);
        Assert.Throws<ArgumentException>(() => VerificationKey.FromPem(key.ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<ArgumentException>(() => StatementSigner.FromPem(PrivatePem(key)));
    }

    [Fact]
    public void FromPem_EncryptedKeyAndCertificate_AreRead()
    {
        var pem = _p256.ExportEncryptedPkcs8PrivateKeyPem("password", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
        using var signer = StatementSigner.FromEncryptedPem(pem, "password");
        var exception = Assert.Throws<ArgumentException>(() => StatementSigner.FromEncryptedPem(pem, "passw0rd"));
        Assert.DoesNotContain("passw0rd", exception.ToString(), StringComparison.Ordinal);
        using var certificate = MakeRoot(_p256);
        using var key = VerificationKey.FromPem(certificate.ExportCertificatePem());
        Assert.Equal(signer.KeyId.ToArray(), key.KeyId.ToArray());
    }

    private static X509Certificate2 MakeRoot(ECDsa key)
    {
        var request = new CertificateRequest("CN=root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
    }

    private static string PrivatePem(AsymmetricAlgorithm key) => key.ExportPkcs8PrivateKeyPem();

    private static VerificationKey Trusted(AsymmetricAlgorithm key) => VerificationKey.FromPem(key.ExportSubjectPublicKeyInfoPem());

    private byte[] MessageWithNoise(byte[] noise, int at)
    {
        var message = _hostileMessage ??= CoseSign1Message.SignDetached(Statement, new CoseSigner(_p256, HashAlgorithmName.SHA256), Purpose);
        var place = (at & int.MaxValue) % message.Length;
        return [.. message.AsSpan(0, place), .. noise, (byte)~message[place], .. message.AsSpan(place + 1)];
    }
}
