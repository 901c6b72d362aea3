using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Transport.Crypto;

namespace Harmony4.Tests.Signing;

/// <summary>Receipts keys as any COSE library reads them (docs/format/h4mk-1.1.md section 15).</summary>
public sealed class ReceiptsSignerTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly StatementSigner _signer;

    public ReceiptsSignerTests() => _signer = StatementSigner.FromKey(_key, leaveOpen: true);

    public void Dispose()
    {
        _signer.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task Authenticate_Track_IsACoseSign1OverItsRoot()
    {
        await using var container = await H4mkContainer.OpenAsync(await ExportAsync([Vectors.SeededBytes("a", 550)], new ReceiptsSigner(_signer)));
        var body = Assert.Single(container.Signs).Body;
        Assert.Equal(SignContent.Receipts, container.Signs[0].Kind);
        Assert.Equal([0, 0, 0, 0], body[..4].ToArray());
        var reader = new CborReader(body[4..], CborConformanceMode.Canonical);
        Assert.Equal((CborTag)18, reader.ReadTag());
        Assert.Equal(4, reader.ReadStartArray());
        var protectedHeader = reader.ReadByteString();
        Assert.Equal(0, reader.ReadStartMap());
        reader.ReadEndMap();
        reader.ReadNull();
        Assert.Equal(64, reader.ReadByteString().Length);
        reader.ReadEndArray();
        Assert.Equal(0, reader.BytesRemaining);

        // {1: -7, 395: 1}
        Assert.Equal("a2012619018b01", Convert.ToHexStringLower(protectedHeader));
        var message = CoseMessage.DecodeSign1(body[4..].Span);
        Assert.True(message.VerifyDetached(_key, container.Tracks[0].Root!.Value.ToArray()));
        Assert.False(message.VerifyDetached(_key, container.Identity!.Value.ToArray()));
        Assert.False(message.VerifyDetached(_key, container.Tracks[0].Root!.Value.ToArray(), RootSeal.Domain));
    }

    [Theory]
    [InlineData(384, "a201382219018b01")]
    [InlineData(2048, "a201382419018b01")]
    public void SignTree_OtherAlgorithms_HaveTheSameHeader(int size, string expected)
    {
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        using var signer = size == 384 ? StatementSigner.FromKey(elliptic, leaveOpen: true) : StatementSigner.FromKey(rsa, leaveOpen: true);
        var message = CoseMessage.DecodeSign1(signer.SignTree(new byte[32]));
        Assert.Equal(expected, Convert.ToHexStringLower(message.RawProtectedHeaders.Span));
        Assert.Empty(message.UnprotectedHeaders);
        Assert.Null(message.Content);
        Assert.Throws<ArgumentException>(() => signer.SignTree(new byte[31]));
    }

    [Fact]
    public async Task Authenticate_SeveralTracks_LeavesOutThoseOfFewerThanTwoBlocks()
    {
        byte[][] media = [new byte[250], new byte[100], [], new byte[101]];
        await using var all = await H4mkContainer.OpenAsync(await ExportAsync(media, new ReceiptsSigner(_signer)));
        Assert.Equal([(4, 0), (4, 3)], all.Signs.Select(s => (s.Kind, (s.Body.Span[0] << 8) | s.Body.Span[1])));
        foreach (var sign in all.Signs)
        {
            Assert.True(CoseMessage.DecodeSign1(sign.Body[4..].Span).VerifyDetached(_key, all.Tracks[sign.Body.Span[1]].Root!.Value.ToArray()));
        }

        await using var one = await H4mkContainer.OpenAsync(await ExportAsync(media, new ReceiptsSigner(_signer, track: 3)));
        Assert.Equal(3, Assert.Single(one.Signs).Body.Span[1]);
        await using var none = await H4mkContainer.OpenAsync(await ExportAsync(media, new ReceiptsSigner(_signer, track: 1)));
        Assert.Empty(none.Signs);
    }

    [Fact]
    public async Task Verify_ReceiptsKey_MeetsNoRequiredKey()
    {
        var bytes = await ExportAsync([new byte[250]], new ReceiptsSigner(_signer));
        using var trusted = VerificationKey.FromPem(_key.ExportSubjectPublicKeyInfoPem());
        Assert.Equal(VerificationState.Unsigned, (await TestContainers.VerifyAsync(bytes)).State);
        var result = await TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [trusted] });
        Assert.Equal((VerificationState.Invalid, SignatureState.NotChecked), (result.State, Assert.Single(result.Signs).State));

        // Nor does it when it is passed off as a signature of the root.
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var moved = await TestContainers.AddSignsAsync(TestContainers.WithoutSigns(bytes), new SignContent(SignContent.Cose, container.Signs[0].Body[4..]));
        Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(moved, new VerifyOptions { Keys = [trusted] })).State);
    }

    private static Task<byte[]> ExportAsync(byte[][] media, IRootAuthenticator authenticator) =>
        TestContainers.ExportAsync(media, TestContainers.Options with { Authenticators = [authenticator] });
}
