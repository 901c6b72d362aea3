using Harmony4.TestKit;

namespace Harmony4.Transport.Crypto.Tests;

public sealed class SealParametersTests
{
    private static readonly byte[] Root = Vectors.SeededBytes("root", 32);
    private static readonly byte[] Meta = Vectors.SeededBytes("meta", 32);

    [Fact]
    public void CreateRandom_Twice_SharesNothing()
    {
        using var key = ContentKey.CreateRandom();
        var first = SealParameters.CreateRandom(key);
        var second = SealParameters.CreateRandom(key, containerId: first.ContainerId);
        Assert.Equal(first.ContainerId.ToArray(), second.ContainerId.ToArray());
        Assert.NotEqual(first.Salt.ToArray(), second.Salt.ToArray());
        Assert.NotEqual(first.ToArray()[52..], second.ToArray()[52..]);
        Assert.Equal((SealSuite.Aes256Gcm, 20, SealSaltMode.Random), (first.Suite, first.EpochLog2, first.SaltMode));
        Assert.Equal(SealParameters.FixedLength, first.EncodedLength);
    }

    [Fact]
    public void CreateReproducible_SameContent_SameBytes_OtherContentOrKey_OtherSalt()
    {
        using var key = new ContentKey(Vectors.SeededBytes("content", 32));
        using var otherKey = new ContentKey(Vectors.SeededBytes("other", 32));
        var expected = SealParameters.CreateReproducible(key, Root, Meta).ToArray();
        Assert.Equal(expected, SealParameters.CreateReproducible(key, Root, Meta).ToArray());
        SealParameters[] others =
        [
            SealParameters.CreateReproducible(otherKey, Root, Meta),
            SealParameters.CreateReproducible(key, Meta, Meta),
            SealParameters.CreateReproducible(key, Root, Root),
            SealParameters.CreateReproducible(key, Root, Meta, Root),
        ];
        Assert.Equal(5, others.Select(o => Convert.ToHexString(o.Salt)).Append(Convert.ToHexString(expected.AsSpan(20, 32))).Distinct().Count());
        Assert.Equal(SealSaltMode.Reproducible, others[0].SaltMode);
    }

    [Fact]
    public void TryRead_BadForm_ReturnsFalse()
    {
        using var key = ContentKey.CreateRandom();
        var good = SealParameters.CreateRandom(key).ToArray();
        for (var length = 0; length < good.Length; length++)
        {
            Assert.False(SealParameters.TryRead(good.AsSpan(0, length), out _));
        }

        foreach (var (offset, value) in new[] { (1, 0), (1, 3), (0, 1), (2, 33), (3, 2) })
        {
            var bad = good.ToArray();
            bad[offset] = (byte)value;
            Assert.False(SealParameters.TryRead(bad, out _));
        }
    }

    [Fact]
    public void Arguments_OutOfRange_Throw()
    {
        using var key = ContentKey.CreateRandom();
        Assert.Throws<ArgumentException>(() => new ContentKey(new byte[31]));
        Assert.Throws<ArgumentException>(() => SealParameters.CreateRandom(key, containerId: new byte[15]));
        Assert.Throws<ArgumentOutOfRangeException>(() => SealParameters.CreateRandom(key, (SealSuite)3));
        Assert.Throws<ArgumentOutOfRangeException>(() => SealParameters.CreateRandom(key, epochLog2: 33));
        Assert.Throws<ArgumentException>(() => SealParameters.CreateReproducible(key, new byte[31], Meta));
        Assert.Throws<ArgumentException>(() => SealParameters.CreateReproducible(key, Root, Meta, new byte[1]));
    }

    [Fact]
    public void WrappedKeys_TwoRecipients_EachUnwrapsItsOwn()
    {
        using var key = ContentKey.CreateRandom();
        using var alice = MasterKey.CreateRandom();
        using var bob = MasterKey.CreateRandom();
        var parameters = SealParameters.CreateRandom(key);
        var aliceRecord = WrappedKey.Wrap(key, alice, parameters.ContainerId, "alice"u8);
        Assert.Equal(aliceRecord, WrappedKey.Wrap(key, alice, parameters.ContainerId, "alice"u8));
        parameters = parameters.WithWrappedKey(aliceRecord).WithWrappedKey(WrappedKey.Wrap(key, bob, parameters.ContainerId));
        Assert.True(SealParameters.TryRead(parameters.ToArray(), out var read));

        var rest = read.WrappedKeys.Span;
        Assert.True(WrappedKey.TryRead(rest, out var first, out var length));
        Assert.True(WrappedKey.TryRead(rest[length..], out var second, out var secondLength));
        Assert.Equal(rest.Length, length + secondLength);
        Assert.Equal("alice"u8.ToArray(), first.Hint.ToArray());
        Assert.False(first.TryUnwrap(bob, read.ContainerId, out _));
        Assert.False(first.TryUnwrap(alice, Meta.AsSpan(0, 16), out _));
        Assert.True(second.TryUnwrap(bob, read.ContainerId, out var bobs));
        Assert.True(first.TryUnwrap(alice, read.ContainerId, out var alices));
        Assert.True(BlockOpener.TryCreate(alices, read, 0, out var opener));
        opener.Dispose();
        alices.Dispose();
        bobs.Dispose();
    }

    [Fact]
    public void WithWrappedKey_NotExactlyOneRecord_Throws()
    {
        using var key = ContentKey.CreateRandom();
        using var alice = MasterKey.CreateRandom();
        var parameters = SealParameters.CreateRandom(key);
        var record = WrappedKey.Wrap(key, alice, parameters.ContainerId);
        Assert.Throws<ArgumentException>(() => parameters.WithWrappedKey([]));
        Assert.Throws<ArgumentException>(() => parameters.WithWrappedKey(record.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => parameters.WithWrappedKey([.. record, 0]));
        Assert.Throws<ArgumentException>(() => parameters.WithWrappedKey([.. record, .. record]));
    }

    [Fact]
    public void WrappedKey_EveryBitFlipOfTheBodyAndEveryCut_Fails()
    {
        using var key = ContentKey.CreateRandom();
        using var recipient = MasterKey.CreateRandom();
        var id = new byte[16];
        var record = WrappedKey.Wrap(key, recipient, id);
        for (var bit = 0; bit < record.Length * 8; bit++)
        {
            record[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(WrappedKey.TryRead(record, out var read, out _) && read.TryUnwrap(recipient, id, out _));
            record[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var length = 0; length < record.Length; length++)
        {
            Assert.False(WrappedKey.TryRead(record.AsSpan(0, length), out _, out _));
        }
    }

    [Fact]
    public void RootSeal_EveryBitFlip_Fails()
    {
        using var key = ContentKey.CreateRandom();
        using var seal = new RootSeal(key, SealParameters.CreateRandom(key));
        var header = Vectors.SeededBytes("header", 128);
        var code = new byte[RootSeal.Length];
        seal.Compute(header, code);
        Assert.True(seal.Verify(header, code));
        Assert.False(seal.Verify(header, code.AsSpan(0, 31)));
        Assert.Throws<ArgumentException>("code", () => seal.Compute(header, new byte[31]));
        for (var bit = 0; bit < 1024; bit++)
        {
            header[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(seal.Verify(header, code));
            header[bit / 8] ^= (byte)(1 << (bit % 8));
            var copy = code.ToArray();
            copy[bit / 8 % 32] ^= (byte)(1 << (bit % 8));
            Assert.False(seal.Verify(header, copy));
        }
    }
}
