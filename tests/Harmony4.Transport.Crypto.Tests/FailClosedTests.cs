using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Security.Cryptography.X509Certificates;
using Harmony4.TestKit;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto.Tests;

/// <summary>Where the platform throws, or anything is other than it should be, the answer is never "valid", and it is the state that the documentation names.</summary>
public sealed class FailClosedTests : IDisposable
{
    private static readonly byte[] Statement = Vectors.SeededBytes("statement", 128);
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;

    public FailClosedTests()
    {
        var request = new CertificateRequest("CN=root", _rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
    }

    private static ReadOnlySpan<byte> Purpose => "H4MK 1.1 root"u8;

    public void Dispose()
    {
        _p256.Dispose();
        _p384.Dispose();
        _rootKey.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void Verify_KeyThatThePlatformThrowsFor_IsNeverValid()
    {
        using var signer = StatementSigner.FromKey(_p256, leaveOpen: true);
        var message = signer.Sign(Statement, Purpose);
        var key = Trusted(_p256);
        var verifier = new StatementVerifier([key]);
        Assert.True(verifier.Verify(message, Statement, Purpose).IsValid);
        key.Dispose();
        Assert.Equal(StatementState.Invalid, verifier.Verify(message, Statement, Purpose).State);
    }

    [Fact]
    public void Verify_RootThatThePlatformThrowsFor_IsNeverValid()
    {
        var message = Message(_p256, HashAlgorithmName.SHA256, Issue("CN=signer", _p256));
        var root = X509CertificateLoader.LoadCertificate(_root.RawData);
        var verifier = new StatementVerifier([], new CertificateTrust([root], Now));
        Assert.True(verifier.Verify(message, Statement, Purpose).IsValid);
        root.Dispose();
        Assert.Equal(StatementState.UntrustedCertificate, verifier.Verify(message, Statement, Purpose).State);
    }

    [Theory]
    [InlineData(StatementVerifier.MaxMessageLength, true)]
    [InlineData(StatementVerifier.MaxMessageLength + 1, false)]
    public void Verify_SoundMessageAtTheLimit_IsValidAndAboveItMalformed(int length, bool isValid)
    {
        using var trusted = Trusted(_p256);
        byte[] WithPadding(int padding)
        {
            var unprotected = new CoseHeaderMap { { new CoseHeaderLabel(1000), CoseHeaderValue.FromBytes(new byte[padding]) } };
            return CoseSign1Message.SignDetached(Statement, new CoseSigner(_p256, HashAlgorithmName.SHA256, null, unprotected), Purpose);
        }

        var message = WithPadding(length - WithPadding(60_000).Length + 60_000);
        Assert.Equal(length, message.Length);
        Assert.True(CoseMessage.DecodeSign1(message).VerifyDetached(_p256, Statement, Purpose));
        Assert.Equal(isValid ? StatementState.Valid : StatementState.Malformed, new StatementVerifier([trusted]).Verify(message, Statement, Purpose).State);
    }

    [Fact]
    public void Verify_AlgorithmThatIsNoNumberOrMissing_IsMalformed()
    {
        using var trusted = Trusted(_p256);
        var verifier = new StatementVerifier([trusted]);

        // {1: "ES256"}, {4: h'00'} and an empty protected header.
        Assert.Equal(StatementState.Malformed, State("d28448a1016545533235 36a0f640".Replace(" ", "", StringComparison.Ordinal)));
        Assert.Equal(StatementState.Malformed, State("d28444a1044100a0f640"));
        Assert.Equal(StatementState.Malformed, State("d28440a0f640"));

        // {1: -8}, EdDSA, and {1: 0}: no algorithm of the package's is named in the answer.
        var notAllowed = new StatementResult(StatementState.AlgorithmNotAllowed);
        Assert.Equal(notAllowed, verifier.Verify(Convert.FromHexString("d28443a10127a0f640"), Statement, Purpose));
        Assert.Equal(notAllowed, verifier.Verify(Convert.FromHexString("d28443a10100a0f640"), Statement, Purpose));
        StatementState State(string hex) => verifier.Verify(Convert.FromHexString(hex), Statement, Purpose).State;
    }

    [Fact]
    public void Verify_SeveralKeysWithoutAName_TheWorstOfThemIsSaid()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var wrong = Trusted(stranger);
        using var otherAlgorithm = Trusted(_p384);
        using var right = Trusted(_p256);
        var message = Message(_p256, HashAlgorithmName.SHA256);
        Assert.Equal(StatementState.Invalid, new StatementVerifier([wrong, otherAlgorithm]).Verify(message, Statement, Purpose).State);
        Assert.Equal(StatementState.Invalid, new StatementVerifier([otherAlgorithm, wrong]).Verify(message, Statement, Purpose).State);
        Assert.True(new StatementVerifier([wrong, otherAlgorithm, right]).Verify(message, Statement, Purpose).IsValid);
        Assert.Equal(
            new StatementResult(StatementState.AlgorithmNotAllowed, SignatureAlgorithm.ES256),
            new StatementVerifier([otherAlgorithm]).Verify(message, Statement, Purpose));
    }

    [Fact]
    public void Verify_KeyThatIsKnownButFails_DoesNotFallBackToCertificates()
    {
        // The certificate would vouch for another key's signature; the message names the pinned one.
        using var pinned = Trusted(_p384);
        var header = new CoseHeaderMap { { CoseHeaderLabel.KeyIdentifier, CoseHeaderValue.FromBytes(pinned.KeyId) } };
        var message = Message(_p256, HashAlgorithmName.SHA256, Issue("CN=signer", _p256), header);
        Assert.True(new StatementVerifier([], new CertificateTrust([_root], Now)).Verify(message, Statement, Purpose).IsValid);
        Assert.Equal(
            StatementState.AlgorithmNotAllowed, new StatementVerifier([pinned], new CertificateTrust([_root], Now)).Verify(message, Statement, Purpose).State);
    }

    [Fact]
    public void Verify_WithoutCertificateOrTrustInOne_IsUnknownKey()
    {
        using var stranger = Trusted(_p384);
        var verifier = new StatementVerifier([stranger], new CertificateTrust([_root], Now));
        var header = new CoseHeaderMap { { CoseHeaderLabel.KeyIdentifier, CoseHeaderValue.FromBytes(new byte[32]) } };
        Assert.Equal(
            new StatementResult(StatementState.UnknownKey, SignatureAlgorithm.ES256),
            verifier.Verify(Message(_p256, HashAlgorithmName.SHA256, header: header), Statement, Purpose));
    }

    [Fact]
    public void Verify_ChainThroughAnIntermediate_NeedsTheIntermediate()
    {
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var middle = Issue("CN=middle", middleKey, isAuthority: true);
        var leaf = Issue("CN=signer", _p256, issuer: middle.CopyWithPrivateKey(middleKey));
        using var withKey = leaf.CopyWithPrivateKey(_p256);
        using var full = StatementSigner.FromCertificate(withKey, [middle]);
        using var bare = StatementSigner.FromCertificate(withKey, []);
        var verifier = new StatementVerifier([], new CertificateTrust([_root], Now));
        var result = verifier.Verify(full.Sign(Statement, Purpose), Statement, Purpose);
        Assert.Equal(new StatementResult(StatementState.Valid, SignatureAlgorithm.ES256, Convert.ToHexStringLower(full.KeyId), "CN=signer"), result);
        Assert.Equal(StatementState.UntrustedCertificate, verifier.Verify(bare.Sign(Statement, Purpose), Statement, Purpose).State);

        // One certificate is a byte string, several are an array.
        Assert.Equal(0x59, X5Chain(bare.Sign(Statement, Purpose))[0]);
        Assert.Equal(0x82, X5Chain(full.Sign(Statement, Purpose))[0]);
    }

    [Theory]
    [InlineData(X509KeyUsageFlags.DigitalSignature, true)]
    [InlineData(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation, true)]
    [InlineData(X509KeyUsageFlags.KeyEncipherment, false)]
    [InlineData(X509KeyUsageFlags.NonRepudiation, false)]
    public void Verify_CertificateThatMayNotSign_IsUntrusted(X509KeyUsageFlags usage, bool mayBeUsed)
    {
        var message = Message(_p256, HashAlgorithmName.SHA256, Issue("CN=signer", _p256, usage));
        var result = new StatementVerifier([], new CertificateTrust([_root], Now)).Verify(message, Statement, Purpose);
        Assert.Equal(mayBeUsed ? StatementState.Valid : StatementState.UntrustedCertificate, result.State);
    }

    [Fact]
    public void Verify_CertificateOfAKeyThatIsNotAccepted_IsNotAllowed()
    {
        using var p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        using var weak = RSA.Create(1024);
        var verifier = new StatementVerifier([], new CertificateTrust([_root], Now));

        // P-384 under the number of P-256, and P-521 under that of P-384: the signatures are right.
        Assert.Equal(StatementState.AlgorithmNotAllowed, State(Message(_p384, HashAlgorithmName.SHA256, Issue("CN=signer", _p384))));
        Assert.Equal(StatementState.Valid, State(Message(_p384, HashAlgorithmName.SHA384, Issue("CN=signer", _p384))));
        Assert.Equal(StatementState.AlgorithmNotAllowed, State(Message(p521, HashAlgorithmName.SHA384, Issue("CN=signer", p521))));
        Assert.False(verifier.Verify(Message(weak, HashAlgorithmName.SHA256, Issue("CN=signer", weak)), Statement, Purpose).IsValid);

        // Ed25519: a key of neither family.
        var other = new PublicKey(new Oid("1.3.101.112"), null, new AsnEncodedData(Vectors.SeededBytes("ed25519", 32)));
        Assert.Equal(StatementState.AlgorithmNotAllowed, State(Message(_p256, HashAlgorithmName.SHA256, Issue("CN=signer", other))));
        StatementState State(byte[] message) => verifier.Verify(message, Statement, Purpose).State;
    }

    [Fact]
    public void Verify_RsaCertificate_IsValid()
    {
        using var rsa = RSA.Create(2048);
        using var withKey = Issue("CN=signer", rsa).CopyWithPrivateKey(rsa);
        using var signer = StatementSigner.FromCertificate(withKey, []);
        Assert.Equal(SignatureAlgorithm.PS256, signer.Algorithm);
        var result = new StatementVerifier([], new CertificateTrust([_root], Now)).Verify(signer.Sign(Statement, Purpose), Statement, Purpose);
        Assert.Equal((StatementState.Valid, "CN=signer"), (result.State, result.Subject));
        using var publicOnly = X509CertificateLoader.LoadCertificate(withKey.RawData);
        Assert.Throws<ArgumentException>("certificate", () => StatementSigner.FromCertificate(publicOnly, []));
    }

    [Fact]
    public void Verify_CertificateOnACurveThatNobodyKnows_IsUntrusted()
    {
        // The last byte of P-256's name changed: the key cannot be read any more.
        var bytes = Issue("CN=signer", _p256).RawData;
        byte[] name = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        bytes[bytes.AsSpan().IndexOf(name) + name.Length - 1] = 0x7f;
        var writer = new CborWriter();
        writer.WriteByteString(bytes);
        var message = Message(_p256, HashAlgorithmName.SHA256, writer.Encode());
        var result = new StatementVerifier([], new CertificateTrust([_root], Now)).Verify(message, Statement, Purpose);
        Assert.Equal(new StatementResult(StatementState.UntrustedCertificate, SignatureAlgorithm.ES256), result);
    }

    [Fact]
    public void Verify_ChainOfAnotherForm_IsMalformed()
    {
        var certificate = Issue("CN=signer", _p256).RawData;
        var verifier = new StatementVerifier([], new CertificateTrust([_root], Now));
        var expected = new StatementResult(StatementState.Malformed, SignatureAlgorithm.ES256);
        Assert.True(Verify(Chain(1, certificate)).IsValid);
        Assert.True(Verify(Chain(8, certificate)).IsValid);
        Assert.Equal(expected, Verify(Chain(9, certificate)));
        Assert.Equal(expected, Verify(Chain(0, certificate)));
        Assert.Equal(expected, Verify([0x01]));
        Assert.Equal(expected, Verify([0x41, 0x00]));
        Assert.Equal(expected, Verify([0x82, .. Chain(1, certificate).AsSpan(1), 0x01]));

        // An array of indefinite length names no number to hold against the limit.
        Assert.Equal(expected, Verify([0x9f, .. Chain(1, certificate).AsSpan(1), 0xff]));
        StatementResult Verify(byte[] chain) => verifier.Verify(Message(_p256, HashAlgorithmName.SHA256, chain), Statement, Purpose);
    }

    [Fact]
    public void SignatureKeys_KeysOfOtherKinds_AreNotAccepted()
    {
        using var exchange = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        Assert.False(SignatureKeys.TryGetAlgorithm(exchange, out _));
        Assert.Throws<ArgumentException>("name", () => SignatureKeys.GetAlgorithm(exchange, "name"));
        using var silent = new CurveOnly(null);
        Assert.False(SignatureKeys.TryGetAlgorithm(silent, out _));
        Assert.Throws<ArgumentException>("key", () => StatementSigner.FromKey(silent));
    }

    [Theory]
    [InlineData("1.2.840.10045.3.1.7", "other", SignatureAlgorithm.ES256)]
    [InlineData(null, "nistP256", SignatureAlgorithm.ES256)]
    [InlineData("1.3.132.0.34", "nistP256", SignatureAlgorithm.ES384)]
    [InlineData(null, "nistP384", SignatureAlgorithm.ES384)]
    [InlineData("1.3.132.0.35", "nistP256", null)]
    [InlineData("1.3.132.0.35", null, null)]
    [InlineData(null, "nistP521", null)]
    public void SignatureKeys_CurveByNumberOrName_NumberComesFirst(string? number, string? name, SignatureAlgorithm? expected)
    {
        using var key = new CurveOnly(new Oid(number, name));
        Assert.Equal(expected, SignatureKeys.TryGetAlgorithm(key, out var algorithm) ? algorithm : null);
    }

    [Fact]
    public void StatementSigner_Disposed_DisposesItsKeyUnlessToldToLeaveIt()
    {
        var left = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        StatementSigner.FromKey(left, leaveOpen: true).Dispose();
        Assert.NotEmpty(left.SignHash(new byte[32]));
        StatementSigner.FromKey(left).Dispose();
        Assert.Throws<ObjectDisposedException>(() => left.SignHash(new byte[32]));
        var rsa = RSA.Create(2048);
        StatementSigner.FromKey(rsa, leaveOpen: true).Dispose();
        Assert.NotEmpty(rsa.SignHash(new byte[32], HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        StatementSigner.FromKey(rsa).Dispose();
        Assert.Throws<ObjectDisposedException>(() => rsa.SignHash(new byte[32], HashAlgorithmName.SHA256, RSASignaturePadding.Pss));

        var signer = StatementSigner.FromPem(_p256.ExportPkcs8PrivateKeyPem());
        signer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => signer.Sign(Statement, Purpose));
    }

    [Fact]
    public void FromPem_DamagedCertificateOrOtherBlock_IsAnArgumentException()
    {
        Assert.Throws<ArgumentException>("pem", () => VerificationKey.FromPem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"));
        Assert.Throws<ArgumentException>("pem", () => VerificationKey.FromPem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"));
        Assert.Throws<ArgumentException>("pem", () => VerificationKey.FromPem("-----BEGIN X-----\nAAAA\n-----END X-----"));
        Assert.Throws<ArgumentException>("pem", () => StatementSigner.FromEncryptedPem(_p256.ExportPkcs8PrivateKeyPem(), "password"));
    }

    private static VerificationKey Trusted(AsymmetricAlgorithm key) => VerificationKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo());

    private static byte[] Message(AsymmetricAlgorithm key, HashAlgorithmName hash, byte[]? chain = null, CoseHeaderMap? header = null)
    {
        var unprotected = new CoseHeaderMap();
        if (chain is not null)
        {
            unprotected.Add(new CoseHeaderLabel(33), CoseHeaderValue.FromEncodedValue(chain));
        }

        var signer = key is RSA rsa ? new CoseSigner(rsa, RSASignaturePadding.Pss, hash, header, unprotected) : new CoseSigner(key, hash, header, unprotected);
        return CoseSign1Message.SignDetached(Statement, signer, Purpose);
    }

    private static byte[] Message(AsymmetricAlgorithm key, HashAlgorithmName hash, X509Certificate2 certificate, CoseHeaderMap? header = null) =>
        Message(key, hash, CertificateChain.Encode([certificate]), header);

    private static byte[] X5Chain(byte[] message) =>
        CoseMessage.DecodeSign1(message).UnprotectedHeaders[new CoseHeaderLabel(33)].EncodedValue.ToArray();

    private static byte[] Chain(int count, byte[] certificate)
    {
        var writer = new CborWriter();
        writer.WriteStartArray(count);
        for (var i = 0; i < count; i++)
        {
            writer.WriteByteString(certificate);
        }

        writer.WriteEndArray();
        return writer.Encode();
    }

    private X509Certificate2 Issue(
        string name, AsymmetricAlgorithm key, X509KeyUsageFlags? usage = null, bool isAuthority = false, X509Certificate2? issuer = null) =>
        Issue(name, PublicKey.CreateFromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo(), out _), usage, isAuthority, issuer);

    private X509Certificate2 Issue(string name, PublicKey key, X509KeyUsageFlags? usage = null, bool isAuthority = false, X509Certificate2? issuer = null)
    {
        var request = new CertificateRequest(new X500DistinguishedName(name), key, HashAlgorithmName.SHA256);
        if (usage is { } flags)
        {
            request.CertificateExtensions.Add(new X509KeyUsageExtension(flags, true));
        }

        if (isAuthority)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        }

        issuer ??= _root;
        using var issuerKey = issuer.GetECDsaPrivateKey()!;
        return request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), Now.AddDays(-1), Now.AddDays(1), [1, (byte)name.Length]);
    }

    /// <summary>A key of which only the curve's name is known, as a vault's might be; <see langword="null"/> for one that does not tell.</summary>
    private sealed class CurveOnly(Oid? curve) : ECDsa
    {
        public override ECParameters ExportParameters(bool includePrivateParameters) => curve is null
            ? throw new CryptographicException("not exportable")
            : new ECParameters { Curve = curve.Value is null ? ECCurve.CreateFromFriendlyName(curve.FriendlyName!) is var named ? WithoutNumber(named) : default : ECCurve.CreateFromOid(curve) };

        public override byte[] SignHash(byte[] hash) => throw new NotSupportedException();

        public override bool VerifyHash(byte[] hash, byte[] signature) => throw new NotSupportedException();

        private static ECCurve WithoutNumber(ECCurve named) => ECCurve.CreateFromOid(new Oid(null, named.Oid.FriendlyName));
    }
}
