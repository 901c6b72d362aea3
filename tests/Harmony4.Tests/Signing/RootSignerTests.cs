using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Transport.Crypto;

namespace Harmony4.Tests.Signing;

/// <summary>Signatures over the root: which keys they hold under, and that nothing else of a container depends on them.</summary>
public sealed class RootSignerTests : IDisposable
{
    private static readonly byte[] Media = Vectors.SeededBytes("media", 1_234);
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly List<IDisposable> _owned = [];

    public void Dispose()
    {
        _owned.ForEach(o => o.Dispose());
        _p256.Dispose();
        _p384.Dispose();
        _rsa.Dispose();
    }

    [Theory]
    [InlineData(SignatureAlgorithm.ES256)]
    [InlineData(SignatureAlgorithm.ES384)]
    [InlineData(SignatureAlgorithm.PS256)]
    public async Task Export_Signed_IsValidUnderItsKey(SignatureAlgorithm algorithm)
    {
        AsymmetricAlgorithm key = algorithm switch { SignatureAlgorithm.ES256 => _p256, SignatureAlgorithm.ES384 => _p384, _ => _rsa };
        var bytes = await ExportAsync(SignerOf(key));
        var result = await TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [Trusted(key)], RequireSignature = true });
        Assert.Equal((VerificationState.Valid, IntegrityState.Intact, SignatureState.Valid), (result.State, result.Integrity, result.Signature));
        Assert.Equal((SignContent.Cose, SignatureState.Valid), (Assert.Single(result.Signs).Kind, result.Signs[0].State));
        Assert.Equal(VerificationState.Unsigned, (await TestContainers.VerifyAsync(bytes)).State);
    }

    [Fact]
    public async Task Verify_SeveralSigners_EachKeyThatIsGivenIsRequired()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var bytes = await ExportAsync(SignerOf(_p256), SignerOf(_p384), SignerOf(_rsa));
        var all = await TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [Trusted(_rsa), Trusted(_p256), Trusted(_p384)] });
        Assert.Equal(VerificationState.Valid, all.State);
        Assert.All(all.Signs, s => Assert.Equal(SignatureState.Valid, s.State));

        var one = await TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [Trusted(_p384)] });
        Assert.Equal(VerificationState.Valid, one.State);
        Assert.Equal([SignatureState.NotChecked, SignatureState.Valid, SignatureState.NotChecked], one.Signs.Select(s => s.State));

        var missing = await TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [Trusted(_p256), Trusted(stranger)] });
        Assert.Equal(VerificationState.Invalid, missing.State);
        Assert.Equal([SignatureState.Valid, SignatureState.NotChecked, SignatureState.NotChecked], missing.Signs.Select(s => s.State));
        Assert.Equal((ChunkTag.Sign, H4mkErrorCode.Sign), (Assert.Single(missing.Findings).Chunk, missing.Findings[0].Code));
    }

    [Fact]
    public async Task Verify_UnknownKey_LeavesTheSignUnchecked()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var result = await TestContainers.VerifyAsync(await ExportAsync(SignerOf(_p256)), new VerifyOptions { Keys = [Trusted(stranger)] });
        Assert.Equal((VerificationState.Invalid, IntegrityState.Intact), (result.State, result.Integrity));
        Assert.Equal(SignatureState.NotChecked, Assert.Single(result.Signs).State);
    }

    [Fact]
    public async Task Verify_RequiredAndMissing_IsInvalidInEveryVersion()
    {
        var options = new VerifyOptions { Keys = [Trusted(_p256)] };
        foreach (var bytes in (byte[][])[await ExportAsync(), Vectors.Read("h4mk-1.1/v10.h4mk"), Vectors.Read("h4mk-1.1/upgraded.h4mk"), Vectors.Read("h4mk-1.1/signed-hmac.h4mk")])
        {
            Assert.Equal(VerificationState.Unsigned, (await TestContainers.VerifyAsync(bytes)).State);
            var result = await TestContainers.VerifyAsync(bytes, options);
            Assert.Equal(VerificationState.Invalid, result.State);
            Assert.Equal(H4mkErrorCode.Sign, Assert.Single(result.Findings).Code);
            Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(bytes, new VerifyOptions { RequireSignature = true })).State);
        }
    }

    [Fact]
    public async Task Verify_SignatureOfAnotherContainer_IsInvalid()
    {
        var signer = SignerOf(_p256);
        await using var other = await H4mkContainer.OpenAsync(await TestContainers.ExportAsync(Media[1..], TestContainers.Options with { Authenticators = [signer] }));
        var bytes = await TestContainers.AddSignsAsync(await ExportAsync(), new SignContent(SignContent.Cose, other.Signs[0].Body));
        var result = await TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [Trusted(_p256)] });
        Assert.Equal((VerificationState.Invalid, SignatureState.Invalid), (result.State, Assert.Single(result.Signs).State));

        // Beside a true one it changes nothing.
        result = await TestContainers.VerifyAsync(await TestContainers.SignAsync(bytes, signer), new VerifyOptions { Keys = [Trusted(_p256)] });
        Assert.Equal(VerificationState.Valid, result.State);
        Assert.Equal([SignatureState.Invalid, SignatureState.Valid], result.Signs.Select(s => s.State));
    }

    [Theory]
    [InlineData(SignContent.RootMac)]
    [InlineData(SignContent.WrappedKey)]
    [InlineData(SignContent.Receipts)]
    [InlineData(9)]
    public async Task Verify_SignatureUnderAnotherKind_DoesNotCount(byte kind)
    {
        await using var signed = await H4mkContainer.OpenAsync(await ExportAsync(SignerOf(_p256)));
        var bytes = await TestContainers.AddSignsAsync(await ExportAsync(), new SignContent(kind, signed.Signs[0].Body));
        Assert.Equal(VerificationState.Unsigned, (await TestContainers.VerifyAsync(bytes)).State);
        var result = await TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [Trusted(_p256)] });
        Assert.Equal((VerificationState.Invalid, SignatureState.NotChecked), (result.State, Assert.Single(result.Signs).State));
    }

    [Fact]
    public async Task Verify_SignaturesOfAnyBytes_AreInvalidOrUnchecked()
    {
        var random = new Random(5);
        for (var i = 0; i < 30; i++)
        {
            var body = new byte[random.Next(200)];
            random.NextBytes(body);
            body.AsSpan(0, Math.Min(body.Length, i % 4)).Fill(0xd2);
            var bytes = await TestContainers.AddSignsAsync(await ExportAsync(), new SignContent(SignContent.Cose, body));
            Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [Trusted(_p256)], Trust = Trust(Now) })).State);
        }
    }

    [Fact]
    public async Task Verify_CertificateChain_LeadsToItsRootWhileItIsValid()
    {
        using var chain = new Chain(_p256);
        var bytes = await ExportAsync(Own(new RootSignerOf(StatementSigner.FromCertificate(chain.Leaf, [chain.Intermediate]))));
        Assert.Equal(VerificationState.Valid, await StateAsync(chain.Root, Now));
        Assert.Equal(VerificationState.Invalid, await StateAsync(chain.Root, Now.AddDays(3)));
        Assert.Equal(VerificationState.Invalid, await StateAsync(chain.Root, Now.AddDays(-3)));
        using var stranger = new Chain(_p256);
        Assert.Equal(VerificationState.Invalid, await StateAsync(stranger.Root, Now));

        // Its key alone will do without the chain, and the chain and the key together are both required.
        Assert.Equal(VerificationState.Valid, (await TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [Trusted(_p256)] })).State);
        Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [Trusted(_p384)], Trust = new CertificateTrust([chain.Root], Now) })).State);

        async Task<VerificationState> StateAsync(X509Certificate2 root, DateTimeOffset time) =>
            (await TestContainers.VerifyAsync(bytes, new VerifyOptions { Trust = new CertificateTrust([root], time) })).State;
    }

    [Fact]
    public async Task Verify_ChainWithoutItsIntermediate_IsInvalid()
    {
        using var chain = new Chain(_p256);
        var bytes = await ExportAsync(Own(new RootSignerOf(StatementSigner.FromCertificate(chain.Leaf, []))));
        Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(bytes, new VerifyOptions { Trust = new CertificateTrust([chain.Root], Now) })).State);
    }

    [Fact]
    public async Task Verify_SignatureWithoutCertificate_DoesNotMeetTrust()
    {
        var bytes = await ExportAsync(SignerOf(_p256));
        Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(bytes, new VerifyOptions { Trust = Trust(Now) })).State);
    }

    [Fact]
    public async Task Export_Signed_IsTheUnsignedContainerButForItsSigns()
    {
        using var key = TestContainers.Key("key");
        var plain = await ExportAsync();
        var signer = SignerOf(_p256);
        Assert.Equal(plain, TestContainers.WithoutSigns(await ExportAsync(signer, SignerOf(_rsa), new ReceiptsSigner(signer.Statements))));
        Assert.Equal(plain, TestContainers.WithoutSigns(await TestContainers.SignAsync(plain, signer)));

        var seal = new SealOptions { Key = key, SaltMode = SealSaltMode.Reproducible };
        var unsigned = await TestContainers.ExportAsync(Media, TestContainers.Options with { Seal = seal });
        var signed = await TestContainers.ExportAsync(Media, TestContainers.Options with { Seal = seal, Authenticators = [signer] });
        Assert.Equal(unsigned, TestContainers.WithoutSigns(signed, SignContent.Cose));

        // Signatures are random: only what is beside them is the same again.
        Assert.NotEqual(await ExportAsync(signer), await ExportAsync(signer));
    }

    [Fact]
    public async Task Signature_OfAContainer_FitsTheOneThatWasRecoveredOrExportedAgain()
    {
        var signed = await ExportAsync(SignerOf(_p384));
        await using var container = await H4mkContainer.OpenAsync(signed);
        var sign = new SignContent(SignContent.Cose, container.Signs[0].Body);
        var recovered = new MemoryStream();
        await TestContainers.Transport.RecoverAsync(H4mkSource.FromMemory(signed.AsMemory(0, signed.Length - 64 - 700)), recovered);
        var again = await TestContainers.ExportAsync(Media);
        foreach (var bytes in (byte[][])[recovered.ToArray(), again])
        {
            var result = await TestContainers.VerifyAsync(await TestContainers.AddSignsAsync(bytes, sign), new VerifyOptions { Keys = [Trusted(_p384)] });
            Assert.Equal((VerificationState.Valid, container.Identity), (result.State, result.Identity));
        }
    }

    [Fact]
    public async Task Signature_OfAPrefix_FitsTheContainerThatIsRecoveredOfIt()
    {
        // As a live recording does: signed is what closing there would give.
        await using var prefix = await H4mkContainer.OpenAsync(await TestContainers.ExportAsync(Media[..500], TestContainers.Options with { Authenticators = [SignerOf(_p256)] }));
        var whole = await ExportAsync();
        var end = TestContainers.Chunks(whole).Where(c => c.Tag == "CORE").ElementAt(4).End;
        var recovered = new MemoryStream();
        await TestContainers.Transport.RecoverAsync(H4mkSource.FromMemory(whole.AsMemory(0, end + 50)), recovered);
        var bytes = await TestContainers.AddSignsAsync(recovered.ToArray(), new SignContent(SignContent.Cose, prefix.Signs[0].Body));
        Assert.Equal(VerificationState.Valid, (await TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [Trusted(_p256)] })).State);
    }

    [Fact]
    public async Task Append_ToASignedContainer_SignsAnewOrNotAtAll()
    {
        var signer = SignerOf(_p256);
        var signed = await ExportAsync(signer);
        var keys = new VerifyOptions { Keys = [Trusted(_p256)] };
        var longer = await TestContainers.AppendAsync(signed, [1, 2, 3]);
        Assert.Equal(VerificationState.Unsigned, (await TestContainers.VerifyAsync(longer)).State);
        Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(longer, keys)).State);
        var resigned = await TestContainers.AppendAsync(signed, [1, 2, 3], TestContainers.Options with { Authenticators = [signer] });
        Assert.Equal(VerificationState.Valid, (await TestContainers.VerifyAsync(resigned, keys)).State);
        Assert.Equal(longer, TestContainers.WithoutSigns(resigned));
    }

    [Fact]
    public async Task FromKey_KeyThatSignsElsewhere_IsCalledOncePerStatement()
    {
        using var vault = new Vault(_p384);
        using var signer = StatementSigner.FromKey(vault, leaveOpen: true);
        Assert.Equal(SignatureAlgorithm.ES384, signer.Algorithm);
        var bytes = await TestContainers.ExportAsync(Media, TestContainers.Options with { Authenticators = [new RootSigner(signer)] });
        Assert.Equal(1, vault.Calls);
        Assert.Equal(VerificationState.Valid, (await TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [Trusted(_p384)] })).State);
    }

    [Fact]
    public void FromKey_Disposed_LeavesOrReleasesTheKeyAsAsked()
    {
        var left = new Vault(_p256);
        StatementSigner.FromKey(left, leaveOpen: true).Dispose();
        Assert.False(left.IsDisposed);
        StatementSigner.FromKey(left).Dispose();
        Assert.True(left.IsDisposed);
        using var weak = RSA.Create(1024);
        Assert.Throws<ArgumentException>(() => StatementSigner.FromKey(weak));
        using var p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        Assert.Throws<ArgumentException>(() => StatementSigner.FromKey(p521));
    }

    [Fact]
    public async Task FromKey_VaultThatFails_FailsTheExport()
    {
        using var vault = new Vault(_p256) { Failure = new CryptographicException("the vault is shut") };
        using var signer = StatementSigner.FromKey(vault, leaveOpen: true);
        var output = new MemoryStream();
        var exception = await Assert.ThrowsAsync<CryptographicException>(() => TestContainers.Transport.ExportAsync(new MemoryStream(Media), output, TestContainers.Options with { Authenticators = [new RootSigner(signer)] }));
        Assert.Contains("shut", exception.Message, StringComparison.Ordinal);
        Assert.Equal(VerificationState.Incomplete, (await TestContainers.VerifyAsync(output.ToArray())).State);
    }

    private static Task<byte[]> ExportAsync(params IRootAuthenticator[] authenticators) =>
        TestContainers.ExportAsync(Media, TestContainers.Options with { Authenticators = authenticators });

    private CertificateTrust Trust(DateTimeOffset time) => new([Own(new Chain(_rsa)).Root], time);

    private RootSignerOf SignerOf(AsymmetricAlgorithm key) =>
        Own(new RootSignerOf(key is RSA rsa ? StatementSigner.FromKey(rsa, leaveOpen: true) : StatementSigner.FromKey((ECDsa)key, leaveOpen: true)));

    private VerificationKey Trusted(AsymmetricAlgorithm key) => Own(VerificationKey.FromPem(key.ExportSubjectPublicKeyInfoPem()));

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>A root signer that owns the signer of its statements.</summary>
    private sealed class RootSignerOf(StatementSigner statements) : IRootAuthenticator, IDisposable
    {
        public StatementSigner Statements => statements;

        public ValueTask<IReadOnlyList<SignContent>> AuthenticateAsync(H4mkRoot root, CancellationToken cancellationToken) => new RootSigner(statements).AuthenticateAsync(root, cancellationToken);

        public void Dispose() => statements.Dispose();
    }

    /// <summary>A root, a certificate below it, and one of the key below that.</summary>
    private sealed class Chain : IDisposable
    {
        private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        private readonly ECDsa _middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        public Chain(AsymmetricAlgorithm key)
        {
            Root = Authority("CN=root", _rootKey).CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
            using var middle = Authority("CN=middle", _middleKey).Create(Root, Now.AddDays(-100), Now.AddDays(100), [1]);
            Intermediate = middle.CopyWithPrivateKey(_middleKey);
            var request = key is RSA rsa ? new CertificateRequest("CN=leaf", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : new CertificateRequest("CN=leaf", (ECDsa)key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
            using var leaf = request.Create(Intermediate.SubjectName, X509SignatureGenerator.CreateForECDsa(_middleKey), Now.AddDays(-1), Now.AddDays(1), [2]);
            Leaf = key is RSA ours ? leaf.CopyWithPrivateKey(ours) : leaf.CopyWithPrivateKey((ECDsa)key);
        }

        public X509Certificate2 Root { get; }

        public X509Certificate2 Intermediate { get; }

        public X509Certificate2 Leaf { get; }

        public void Dispose()
        {
            Root.Dispose();
            Intermediate.Dispose();
            Leaf.Dispose();
            _rootKey.Dispose();
            _middleKey.Dispose();
        }

        private static CertificateRequest Authority(string name, ECDsa key)
        {
            var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
            return request;
        }
    }

    /// <summary>A key that only has its public part here, and sends out what is to be signed.</summary>
    private sealed class Vault(ECDsa key) : ECDsa
    {
        public int Calls { get; private set; }

        public bool IsDisposed { get; private set; }

        public CryptographicException? Failure { get; init; }

        public override int KeySize => key.KeySize;

        public override byte[] SignHash(byte[] hash)
        {
            Calls++;
            return Failure is null ? key.SignHash(hash) : throw Failure;
        }

        public override bool VerifyHash(byte[] hash, byte[] signature) => key.VerifyHash(hash, signature);

        public override ECParameters ExportParameters(bool includePrivateParameters) =>
            includePrivateParameters ? throw new CryptographicException("the key does not leave the vault") : key.ExportParameters(false);

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
