using System.Security.Cryptography;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Transport.Crypto;

namespace Harmony4.Tests.Seal;

/// <summary>What the holder of a seal key learns from a verification, and that damage of a sealed and signed file is found where it is.</summary>
public sealed class SealVerificationTests
{
    // Every bit in the long run.
    private static readonly int Step = Environment.GetEnvironmentVariable("HARMONY4_LONG_TESTS") == "1" ? 1 : 7;

    [Fact]
    public async Task Verify_SealedContainer_IsUnsignedWithoutItsKeyAndValidWithIt()
    {
        using var key = TestContainers.Key("key");
        using var wrong = TestContainers.Key("wrong");
        var bytes = await ExportAsync(key);
        var unasked = await TestContainers.VerifyAsync(bytes);
        Assert.Equal((VerificationState.Unsigned, SignatureState.NotChecked), (unasked.State, Assert.Single(unasked.Signs).State));
        var asked = await TestContainers.VerifyAsync(bytes, new VerifyOptions { SealKey = key });
        Assert.Equal((VerificationState.Valid, SignatureState.Valid), (asked.State, Assert.Single(asked.Signs).State));
        var mistaken = await TestContainers.VerifyAsync(bytes, new VerifyOptions { SealKey = wrong });
        Assert.Equal((VerificationState.Invalid, IntegrityState.Intact), (mistaken.State, mistaken.Integrity));
        Assert.Equal(H4mkErrorCode.Sign, Assert.Single(mistaken.Findings).Code);
    }

    [Fact]
    public async Task Verify_Vector_HoldsUnderItsKey()
    {
        using var key = SealKey.Read(Convert.FromHexString(System.Text.Json.JsonDocument.Parse(Vectors.Read("h4mk-1.1/sealed.json")).RootElement.GetProperty("content_key_hex").GetString()!));
        Assert.Equal(VerificationState.Valid, (await TestContainers.VerifyAsync(Vectors.Read("h4mk-1.1/sealed.h4mk"), new VerifyOptions { SealKey = key, RequireSignature = true })).State);
    }

    [Fact]
    public async Task Verify_WithoutItsCode_IsInvalidForTheHolderOfTheKeyOnly()
    {
        using var key = TestContainers.Key("key");
        var stripped = TestContainers.WithoutSigns(await ExportAsync(key), SignContent.RootMac);
        Assert.Equal(VerificationState.Unsigned, (await TestContainers.VerifyAsync(stripped)).State);
        var result = await TestContainers.VerifyAsync(stripped, new VerifyOptions { SealKey = key });
        Assert.Equal(VerificationState.Invalid, result.State);
        Assert.Equal((ChunkTag.Sign, H4mkErrorCode.Sign), (Assert.Single(result.Findings).Chunk, result.Findings[0].Code));
    }

    [Fact]
    public async Task Verify_TheCodeOfAnotherContainer_IsInvalid()
    {
        using var key = TestContainers.Key("key");
        await using var other = await H4mkContainer.OpenAsync(await ExportAsync(key));
        var bytes = await TestContainers.AddSignsAsync(TestContainers.WithoutSigns(await ExportAsync(key)), new SignContent(SignContent.RootMac, other.Signs[0].Body));
        var result = await TestContainers.VerifyAsync(bytes, new VerifyOptions { SealKey = key });
        Assert.Equal((VerificationState.Invalid, SignatureState.Invalid), (result.State, Assert.Single(result.Signs).State));
    }

    [Fact]
    public async Task Verify_CutBackToAnEarlierLength_IsInvalidForTheHolderOfTheKey()
    {
        // What an attacker without the key can make of it: the sound container of the first blocks.
        using var key = TestContainers.Key("key");
        var bytes = await ExportAsync(key);
        var output = new MemoryStream();
        await TestContainers.Transport.RecoverAsync(H4mkSource.FromMemory(bytes.AsMemory(0, bytes.Length / 2)), output);
        Assert.Equal(VerificationState.Unsigned, (await TestContainers.VerifyAsync(output.ToArray())).State);
        Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(output.ToArray(), new VerifyOptions { SealKey = key })).State);
    }

    [Theory]
    [InlineData("h4mk-1.1/one-track.h4mk")]
    [InlineData("h4mk-1.1/signed-hmac.h4mk")]
    [InlineData("h4mk-1.1/v10.h4mk")]
    public async Task Verify_ContainerThatIsNotSealedWithASealKey_IsInvalid(string path)
    {
        using var key = TestContainers.Key("key");
        Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(Vectors.Read(path), new VerifyOptions { SealKey = key })).State);
    }

    [Fact]
    public async Task Verify_EveryBitFlipped_NamesTheChunkThatHoldsIt()
    {
        using var key = TestContainers.Key("key");
        using var signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signer = StatementSigner.FromKey(signing, leaveOpen: true);
        using var trusted = VerificationKey.FromPem(signing.ExportSubjectPublicKeyInfoPem());
        var bytes = await ExportAsync(key, new RootSigner(signer));
        var options = new VerifyOptions { SealKey = key, Keys = [trusted] };
        Assert.Equal(VerificationState.Valid, (await TestContainers.VerifyAsync(bytes, options)).State);
        var chunks = TestContainers.Chunks(bytes);
        for (var bit = 0; bit < 8 * bytes.Length; bit += Step)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var result = await TestContainers.VerifyAsync(bytes, options);
            var expected = bit / 8 >= 8 ? chunks.Last(c => c.Offset <= bit / 8).Offset : bit / 8 >= 6 ? 6 : bit / 8 >= 4 ? 4 : 0;
            Assert.True(
                result.State is VerificationState.Invalid && result.Findings[0].Offset == expected,
                $"bit {bit} of byte {bit / 8}: {result.State}, expected a finding at {expected}, found {string.Join("; ", result.Findings.Select(f => $"{f.Chunk}@{f.Offset} {f.Code.ToName()} {f.Message}"))}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public async Task Verify_EveryCut_IsIncompleteAndNeverValid()
    {
        using var key = TestContainers.Key("key");
        var bytes = await ExportAsync(key);
        for (var length = 8; length < bytes.Length; length += 3)
        {
            Assert.Equal(VerificationState.Incomplete, (await TestContainers.VerifyAsync(bytes[..length])).State);
            Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(bytes[..length], new VerifyOptions { SealKey = key })).State);
        }
    }

    private static Task<byte[]> ExportAsync(SealKey key, params IRootAuthenticator[] authenticators) =>
        TestContainers.ExportAsync(Vectors.SeededBytes("media", 555), TestContainers.Options with { Seal = new SealOptions { Key = key }, Authenticators = authenticators });
}
