using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Harmony4.Transport.Crypto.Tests;

/// <summary>Every derivation against bytes that another implementation computed: two sides that are wrong in the same way agree with each other, but not with it.</summary>
public sealed class DerivationTests : IDisposable
{
    private static readonly JsonElement Answers = KnownAnswers.Read("derivations.json");

    private readonly ContentKey _key = new(Answers.Hex("content_key"));
    private readonly MasterKey _master = new(Answers.Hex("master_key"));
    private readonly byte[] _id = Answers.Hex("container_id");

    private static ReadOnlySpan<byte> Purpose => "H4MK 1.1 root"u8;

    public void Dispose()
    {
        _key.Dispose();
        _master.Dispose();
    }

    [Fact]
    public void Wrap_ThenTryUnwrap_AreWhatPythonComputed()
    {
        foreach (var answer in Answers.GetProperty("wrapped").EnumerateArray())
        {
            var record = WrappedKey.Wrap(_key, _master, _id, answer.Hex("hint"));
            Assert.Equal(answer.Text("record"), Convert.ToHexStringLower(record));
            Assert.True(WrappedKey.TryRead(answer.Hex("record"), out var read, out var length));
            Assert.Equal((WrappedKey.MasterKeyKind, record.Length), (read.Kind, length));
            Assert.Equal(answer.Hex("hint"), read.Hint.ToArray());
            Assert.True(read.TryUnwrap(_master, _id, out var key));
            Assert.Equal(_key.Bytes.ToArray(), key.Bytes.ToArray());
            key.Dispose();
        }
    }

    [Fact]
    public void Wrap_OtherKeyContainerOrRecipient_HasAnotherSalt()
    {
        using var otherKey = ContentKey.CreateRandom();
        using var otherMaster = MasterKey.CreateRandom();
        var records = new[]
        {
            WrappedKey.Wrap(_key, _master, _id), WrappedKey.Wrap(otherKey, _master, _id), WrappedKey.Wrap(_key, otherMaster, _id),
            WrappedKey.Wrap(_key, _master, new byte[16]),
        };
        Assert.Equal(records.Length, records.Select(r => Convert.ToHexString(r.AsSpan(4, 32))).Distinct().Count());
    }

    [Fact]
    public void CreateReproducible_AnyContent_IsWhatPythonComputed()
    {
        foreach (var answer in Answers.GetProperty("seals").EnumerateArray())
        {
            var expected = answer.Hex("encoded");
            var suite = (SealSuite)answer.Int("suite");
            var parameters = SealParameters.CreateReproducible(
                _key, answer.Hex("tracks_root"), answer.Hex("metadata"), answer.Hex("previous"), suite, answer.Hex("container_id"), answer.Int("epoch_log2"));
            Assert.Equal(answer.Text("encoded"), Convert.ToHexStringLower(parameters.ToArray()));
            var output = new ArrayBufferWriter<byte>();
            parameters.Write(output);
            Assert.Equal(expected, output.WrittenSpan.ToArray());

            Assert.True(SealParameters.TryRead(expected, out var read));
            Assert.Equal((suite, answer.Int("epoch_log2"), SealSaltMode.Reproducible), (read.Suite, read.EpochLog2, read.SaltMode));
            Assert.Equal(expected[4..20], read.ContainerId.ToArray());
            Assert.Equal(expected[20..52], read.Salt.ToArray());
            Assert.True(BlockOpener.TryCreate(_key, read, 0, out var opener));
            opener.Dispose();
        }
    }

    [Fact]
    public void SealAndOpen_AnyBlock_AreWhatPythonComputed()
    {
        foreach (var answer in Answers.GetProperty("blocks").EnumerateArray())
        {
            var seal = answer.Hex("parameters");
            var block = new BlockContext(
                (ushort)answer.Int("track"), answer.U64("ordinal"), answer.U64("pts"), answer.GetProperty("duration").GetUInt32(), (uint)answer.Int("flags"));
            var number = (uint)answer.Int("number");
            var plaintext = answer.Hex("plain");
            var first = Answers.GetProperty("seals")[0];
            var parameters = SealParameters.CreateReproducible(
                _key, first.Hex("tracks_root"), first.Hex("metadata"), [], (SealSuite)seal[1], _id, seal[2]);
            Assert.Equal(seal, parameters.ToArray());

            // Larger than needed: frame, ciphertext and tag stand at its beginning.
            using var sealer = new BlockSealer(_key, parameters, number);
            var stored = new byte[plaintext.Length + SealedFrame.Overhead + 9];
            Assert.Equal(plaintext.Length + SealedFrame.Overhead, sealer.Seal(block, plaintext, stored));
            Assert.Equal(answer.Text("stored") + "000000000000000000", Convert.ToHexStringLower(stored));

            Assert.True(SealedFrame.TryRead(stored.AsSpan(0, SealedFrame.Length), out var frame));
            Assert.Equal(new SealedFrame((SealSuite)seal[1], block.Track, number, block.Ordinal), frame);
            Assert.True(BlockOpener.TryCreate(_key, parameters, number, out var opener));
            var opened = new byte[plaintext.Length + 3];
            Assert.True(opener.TryOpen(block, answer.Hex("stored"), opened, out var length));
            Assert.Equal(plaintext, opened[..length]);
            opener.Dispose();
        }
    }

    [Fact]
    public void RootSeal_Header_IsWhatPythonComputed()
    {
        Assert.True(SealParameters.TryRead(Answers.Hex("root_mac_parameters"), out var parameters));
        using var seal = new RootSeal(_key, parameters);
        var code = new byte[RootSeal.Length + 1];
        seal.Compute(Answers.Hex("root_header"), code);
        Assert.Equal(Answers.Text("root_mac") + "00", Convert.ToHexStringLower(code));
        Assert.True(seal.Verify(Answers.Hex("root_header"), Answers.Hex("root_mac")));
    }

    [Fact]
    public void Verify_MessagesOfPython_AreValidForTheirKeyAlone()
    {
        var statement = Answers.Hex("statement");
        var messages = Answers.GetProperty("messages").EnumerateArray().ToArray();
        foreach (var answer in messages)
        {
            var algorithm = (SignatureAlgorithm)answer.Int("algorithm");
            using var key = VerificationKey.FromSubjectPublicKeyInfo(answer.Hex("spki"));
            Assert.Equal(algorithm, key.Algorithm);
            Assert.Equal(SHA256.HashData(answer.Hex("spki")), key.KeyId.ToArray());
            var verifier = new StatementVerifier([key]);
            foreach (var message in messages)
            {
                var result = verifier.Verify(message.Hex("message"), statement, Purpose);
                var isOwn = message.Text("spki") == answer.Text("spki");
                Assert.Equal(isOwn, result.IsValid);
                if (isOwn)
                {
                    Assert.Equal(new StatementResult(StatementState.Valid, algorithm, Convert.ToHexStringLower(key.KeyId)), result);
                }
            }

            Assert.Equal(StatementState.Invalid, verifier.Verify(answer.Hex("message"), statement, "H4MK 1.1 tree"u8).State);
        }
    }
}
