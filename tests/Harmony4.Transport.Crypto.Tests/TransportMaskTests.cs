using FsCheck.Xunit;
using Harmony4.TestKit;

namespace Harmony4.Transport.Crypto.Tests;

public sealed class TransportMaskTests
{
    private static readonly byte[] Key = Vectors.SeededBytes("mask key", 32);

    [Fact]
    public void Apply_EverySegmentation_EqualsOneCall()
    {
        using var mask = Create(Key);
        var whole = Vectors.SeededBytes("mask data", 1500);
        mask.Apply(3, whole);
        foreach (var sequence in Segmentations.Of(Vectors.SeededBytes("mask data", 1500)))
        {
            long offset = 0;
            foreach (var segment in sequence)
            {
                var part = segment.ToArray();
                mask.Apply(3, offset, part);
                Assert.Equal(whole[(int)offset..((int)offset + part.Length)], part);
                offset += part.Length;
            }
        }
    }

    [Property(Replay = "2,9")]
    public bool Apply_Twice_Restores(ulong block, byte[] data, uint offset)
    {
        using var mask = Create(Key);
        var copy = data.ToArray();
        mask.Apply(block, offset, copy);
        mask.Apply(block, offset, copy);
        return copy.AsSpan().SequenceEqual(data);
    }

    [Fact]
    public void Apply_Warm_AllocatesNothing()
    {
        using var mask = Create(Key);
        var data = new byte[100_000];
        void Apply()
        {
            mask.Apply(ulong.MaxValue, data);
            mask.Apply(1, 77, data.AsSpan(0, 5));
        }

        Assert.Equal(0, Allocations.Count(Apply));
    }

    [Fact]
    public void ForContainer_DifferentSalts_ShareNoKeystream()
    {
        using var key = new MasterKey(Key);
        using var first = TransportMask.ForContainer(key, Vectors.SeededBytes("salt 1", 16));
        using var second = TransportMask.ForContainer(key, Vectors.SeededBytes("salt 2", 16));
        using var plain = new TransportMask(key);
        var streams = new[] { first, second, plain }.Select(mask =>
        {
            var stream = new byte[64];
            mask.Apply(0, stream);
            return Convert.ToHexString(stream);
        });
        Assert.Equal(3, streams.Distinct().Count());

        var salt = Vectors.SeededBytes("salt 1", 16);
        using var spelled = new TransportMask(key, [.. TransportMask.DefaultContext, (byte)'|', .. System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(salt))]);
        var expected = new byte[10];
        var actual = new byte[10];
        spelled.Apply(5, expected);
        first.Apply(5, actual);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Arguments_OutOfRange_Throw()
    {
        Assert.Throws<ArgumentException>(() => new MasterKey(new byte[15]));
        Assert.Throws<ArgumentNullException>(() => new TransportMask(null!));
        using var key = new MasterKey(new byte[16]);
        Assert.Throws<ArgumentException>(() => new TransportMask(key, new byte[1025]));
        Assert.Throws<ArgumentException>(() => TransportMask.ForContainer(key, new byte[15]));
        Assert.Throws<ArgumentException>(() => TransportMask.ForContainer(key, new byte[65]));
        Assert.Throws<ArgumentOutOfRangeException>(() => TransportMask.CreateUnchecked(key, [], 8161));
        Assert.Throws<ArgumentOutOfRangeException>(() => TransportMask.CreateUnchecked(key, [], -1));
        using var mask = new TransportMask(key);
        Assert.Throws<ArgumentOutOfRangeException>(() => mask.Apply(0, -1, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => mask.Apply(0, TransportMask.MaxBlockLength, new byte[1]));
    }

    [Fact]
    public void Dispose_ThenUse_Throws()
    {
        var key = new MasterKey(Key);
        var mask = new TransportMask(key);
        key.Dispose();
        mask.Apply(0, new byte[1]);
        Assert.Throws<ObjectDisposedException>(() => new TransportMask(key));
        mask.Dispose();
        mask.Dispose();
        Assert.Throws<ObjectDisposedException>(() => mask.Apply(0, new byte[1]));
    }

    private static TransportMask Create(byte[] bytes)
    {
        using var key = new MasterKey(bytes);
        return new TransportMask(key);
    }
}
