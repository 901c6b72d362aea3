using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Harmony4.Hashing;
using Harmony4.TestKit;

namespace Harmony4.Transport.Crypto.Tests;

/// <summary>A receipt has one form. Anything else is refused before its signature is looked at.</summary>
public sealed class ReceiptFormTests
{
    private static readonly byte[] Record = Vectors.SeededBytes("record", 56);
    private static readonly byte[] Sibling = Vectors.SeededBytes("sibling", 32);

    public static IEnumerable<object[]> OtherForms()
    {
        (string Name, Form Form)[] forms =
        [
            ("another tag", new Form { Tag = 98 }),
            ("three parts", new Form { Parts = 3 }),
            ("five parts", new Form { Parts = 5 }),
            ("a payload", new Form { Payload = [0x40] }),
            ("bytes behind", new Form { Behind = [0] }),
            ("no algorithm", new Form { Header = [0xa2, 0x02, 0x26, 0x19, 0x01, 0x8b, 0x01] }),
            ("no kind of tree", new Form { Header = [0xa2, 0x01, 0x26, 0x19, 0x01, 0x8c, 0x01] }),
            ("another kind of tree", new Form { Header = [0xa2, 0x01, 0x26, 0x19, 0x01, 0x8b, 0x02] }),
            ("only an algorithm", new Form { Header = [0xa1, 0x01, 0x26] }),
            ("only a kind of tree", new Form { Header = [0xa1, 0x19, 0x01, 0x8b, 0x01] }),
            ("a third label", new Form { Header = [0xa3, 0x01, 0x26, 0x03, 0x00, 0x19, 0x01, 0x8b, 0x01] }),
            ("bytes behind the header", new Form { Header = [0xa2, 0x01, 0x26, 0x19, 0x01, 0x8b, 0x01, 0x00] }),
            ("a header of indefinite length", new Form { Header = [0xbf, 0x01, 0x26, 0x19, 0x01, 0x8b, 0x01, 0xff] }),
            ("no header", new Form { Header = [] }),
            ("another label beside the proofs", new Form { OtherLabel = 4 }),
            ("proofs under another label", new Form { ProofsLabel = 397 }),
            ("no proofs", new Form { ProofsLabel = null }),
            ("consistency proofs", new Form { Kind = -2 }),
            ("a positive kind of proof", new Form { Kind = 1 }),
            ("two kinds of proofs", new Form { OtherKind = -2 }),
            ("two proofs", new Form { Proofs = 2 }),
            ("no proof", new Form { Proofs = 0 }),
            ("a proof of four parts", new Form { Proof = [0x84, 0x02, 0x00, 0x81, .. Node(32), 0x00] }),
            ("a proof of two parts", new Form { Proof = [0x82, 0x02, 0x00] }),
            ("bytes behind the proof", new Form { Proof = [0x83, 0x02, 0x00, 0x81, .. Node(32), 0x00] }),
            ("a short node", new Form { Proof = [0x83, 0x02, 0x00, 0x81, .. Node(31)] }),
            ("a long node", new Form { Proof = [0x83, 0x02, 0x00, 0x81, .. Node(33)] }),
            ("a node too many", new Form { Proof = [0x83, 0x02, 0x00, 0x82, .. Node(32), .. Node(32)] }),
            ("a node too few", new Form { Proof = [0x83, 0x03, 0x00, 0x81, .. Node(32)] }),
            ("a path of indefinite length", new Form { Proof = [0x83, 0x02, 0x00, 0x9f, .. Node(32), 0xff] }),
            ("more nodes than there are bytes", new Form { Proof = [0x83, 0x02, 0x00, 0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. Node(32)] }),
            ("a tree of one", new Form { Proof = [0x83, 0x01, 0x00, 0x80] }),
            ("an empty tree", new Form { Proof = [0x83, 0x00, 0x00, 0x80] }),
            ("a leaf behind the last", new Form { Proof = [0x83, 0x02, 0x02, 0x81, .. Node(32)] }),
            ("a leaf before the first", new Form { Proof = [0x83, 0x02, 0x20, 0x81, .. Node(32)] }),
            ("a size below zero", new Form { Proof = [0x83, 0x21, 0x00, 0x81, .. Node(32)] }),
            ("a size of text", new Form { Proof = [0x83, 0x61, 0x32, 0x00, 0x81, .. Node(32)] }),
        ];
        return forms.Select(f => new object[] { f.Name, f.Form.Encode() });
    }

    [Fact]
    public void TryComputeRoot_ProperForm_GivesTheRoot()
    {
        var root = new byte[32];
        Assert.True(TreeReceipt.TryComputeRoot(new Form().Encode(), Record, root, out var index, out var size));
        Assert.Equal((0L, 2L), (index, size));
        var leaf = SHA256.HashData([0, .. Record]);
        Assert.Equal(SHA256.HashData([1, .. leaf, .. Sibling]), root);
    }

    [Theory]
    [MemberData(nameof(OtherForms))]
    public void TryComputeRoot_AnyOtherForm_IsRefused(string name, byte[] receipt)
    {
        Assert.False(TreeReceipt.TryComputeRoot(receipt, Record, new byte[32], out _, out _), name);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var trusted = VerificationKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo());
        Assert.Equal(new StatementResult(StatementState.Malformed), new StatementVerifier([trusted]).VerifyReceipt(receipt, Record, out _, out _));
    }

    [Theory]
    [MemberData(nameof(OtherForms))]
    public void Create_FromAReceiptOrAnyOtherForm_IsRefused(string name, byte[] form)
    {
        // Without proofs it is what receipts are made of.
        if (name != "no proofs")
        {
            Assert.Throws<ArgumentException>("message", () => TreeReceipt.Create(form, 0, 2, Sibling));
        }
        else
        {
            Assert.True(TreeReceipt.TryComputeRoot(TreeReceipt.Create(form, 0, 2, Sibling), Record, new byte[32], out _, out _));
        }
    }

    [Fact]
    public void Create_FromAMessageAboveTheLimit_IsRefused()
    {
        var spare = new Form { ProofsLabel = null, Signature = new byte[60_000] }.Encode().Length - 60_000;
        var largest = new Form { ProofsLabel = null, Signature = new byte[StatementVerifier.MaxMessageLength - spare] }.Encode();
        Assert.NotEmpty(TreeReceipt.Create(largest, 0, 2, Sibling));
        var larger = new Form { ProofsLabel = null, Signature = new byte[StatementVerifier.MaxMessageLength - spare + 1] }.Encode();
        Assert.Throws<ArgumentException>("message", () => TreeReceipt.Create(larger, 0, 2, Sibling));
    }

    [Fact]
    public void TryComputeRoot_EveryCut_IsRefusedWithoutAPlace()
    {
        var receipt = new Form().Encode();
        for (var length = 0; length < receipt.Length; length++)
        {
            Assert.False(TreeReceipt.TryComputeRoot(receipt.AsSpan(0, length), Record, new byte[32], out var index, out var size));
            Assert.Equal((0L, 0L), (index, size));
        }
    }

    [Theory]
    [InlineData(StatementVerifier.MaxMessageLength, true)]
    [InlineData(StatementVerifier.MaxMessageLength + 1, false)]
    public void TryComputeRoot_AtTheLimitOfLength_IsReadAndAboveItNot(int length, bool isRead)
    {
        var spare = new Form { Signature = new byte[60_000] }.Encode().Length - 60_000;
        var receipt = new Form { Signature = new byte[length - spare] }.Encode();
        Assert.Equal(length, receipt.Length);
        Assert.Equal(isRead, TreeReceipt.TryComputeRoot(receipt, Record, new byte[32], out _, out _));
    }

    [Fact]
    public void TryComputeRoot_LongestPath_IsRead()
    {
        // The first of 2^63 - 1 leaves has 63 nodes above it.
        byte[] path = [.. Enumerable.Range(0, 63).SelectMany(i => Vectors.SeededBytes("node " + (char)('0' + i), 32))];
        var writer = new CborWriter();
        writer.WriteStartArray(3);
        writer.WriteInt64(long.MaxValue);
        writer.WriteInt64(0);
        writer.WriteStartArray(63);
        for (var i = 0; i < 63; i++)
        {
            writer.WriteByteString(path.AsSpan(32 * i, 32));
        }

        writer.WriteEndArray();
        writer.WriteEndArray();
        var root = new byte[32];
        Assert.True(TreeReceipt.TryComputeRoot(new Form { Proof = writer.Encode() }.Encode(), Record, root, out var index, out var size));
        Assert.Equal((0L, long.MaxValue), (index, size));
        Assert.True(MerkleProof.VerifyInclusion(SHA256.HashData([0, .. Record]), 0, long.MaxValue, path, root));
    }

    [Fact]
    public void Create_FromASignatureWithCertificates_CarriesThem()
    {
        var now = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=signer", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var signer = StatementSigner.FromCertificate(certificate, []);
        byte[][] leaves = [.. new[] { Record, [1], [2] }.Select(r => SHA256.HashData([0, .. r]))];
        var left = SHA256.HashData([1, .. leaves[0], .. leaves[1]]);
        var message = signer.SignTree(SHA256.HashData([1, .. left, .. leaves[2]]));
        byte[] path = [.. leaves[1], .. leaves[2]];
        var receipt = TreeReceipt.Create(message, 0, 3, path);
        var verifier = new StatementVerifier([], new CertificateTrust([certificate], now));
        var result = verifier.VerifyReceipt(receipt, Record, out var index, out var size);
        Assert.Equal((StatementState.Valid, "CN=signer", 0L, 3L), (result.State, result.Subject, index, size));
        Assert.False(verifier.VerifyReceipt(receipt, [1], out _, out _).IsValid);
        Assert.Throws<ArgumentException>("message", () => TreeReceipt.Create(receipt, 0, 3, path));
        Assert.Throws<ArgumentException>("message", () => TreeReceipt.Create([1, 2, 3], 0, 3, path));
        Assert.Throws<ArgumentException>("path", () => TreeReceipt.Create(message, 0, 3, path.AsSpan(0, 32)));
        Assert.Throws<ArgumentException>("path", () => TreeReceipt.Create(message, 0, 1, []));
        Assert.Throws<ArgumentException>("path", () => TreeReceipt.Create(message, 3, 3, path));
    }

    private static byte[] Node(int length)
    {
        var writer = new CborWriter();
        writer.WriteByteString(Sibling.Concat(Sibling).Take(length).ToArray());
        return writer.Encode();
    }

    /// <summary>A receipt, in which one thing can be another.</summary>
    private sealed class Form
    {
        public int Tag { get; init; } = 18;

        public int Parts { get; init; } = 4;

        // {1: -7, 395: 1}
        public byte[] Header { get; init; } = [0xa2, 0x01, 0x26, 0x19, 0x01, 0x8b, 0x01];

        public int? OtherLabel { get; init; }

        public int? ProofsLabel { get; init; } = 396;

        public int Kind { get; init; } = -1;

        public int? OtherKind { get; init; }

        public int Proofs { get; init; } = 1;

        public byte[] Proof { get; init; } = [0x83, 0x02, 0x00, 0x81, .. Node(32)];

        public byte[] Payload { get; init; } = [0xf6];

        public byte[] Signature { get; init; } = new byte[64];

        public byte[] Behind { get; init; } = [];

        public byte[] Encode()
        {
            var writer = new CborWriter(CborConformanceMode.Lax, allowMultipleRootLevelValues: true);
            writer.WriteTag((CborTag)(uint)Tag);
            writer.WriteStartArray(Parts);
            writer.WriteByteString(Header);
            writer.WriteStartMap((OtherLabel is null ? 0 : 1) + (ProofsLabel is null ? 0 : 1));
            if (OtherLabel is { } label)
            {
                writer.WriteInt32(label);
                writer.WriteByteString([0]);
            }

            if (ProofsLabel is { } proofs)
            {
                writer.WriteInt32(proofs);
                WriteProofs(writer);
            }

            writer.WriteEndMap();
            writer.WriteEncodedValue(Payload);
            if (Parts > 3)
            {
                writer.WriteByteString(Signature);
            }

            for (var i = 4; i < Parts; i++)
            {
                writer.WriteNull();
            }

            writer.WriteEndArray();
            return [.. writer.Encode(), .. Behind];
        }

        private void WriteProofs(CborWriter writer)
        {
            writer.WriteStartMap(OtherKind is null ? 1 : 2);
            WriteKind(writer, Kind);
            if (OtherKind is { } other)
            {
                WriteKind(writer, other);
            }

            writer.WriteEndMap();
        }

        private void WriteKind(CborWriter writer, int kind)
        {
            writer.WriteInt32(kind);
            writer.WriteStartArray(Proofs);
            for (var i = 0; i < Proofs; i++)
            {
                writer.WriteByteString(Proof);
            }

            writer.WriteEndArray();
        }
    }
}
