using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto.Tests;

/// <summary>Whoever is disposed leaves no key behind: neither bytes of its own nor one in a cipher of the platform.</summary>
public sealed class ZeroingTests : IDisposable
{
    private static readonly BlockContext Block = new(1, 0, 0, 0, 2);

    private readonly ContentKey _key = ContentKey.CreateRandom();

    public static IEnumerable<object[]> Suites() => SealingTests.Suites();

    public void Dispose() => _key.Dispose();

    [Theory]
    [MemberData(nameof(Suites))]
    public void Dispose_Sealer_LeavesNoKeyAndSealsNoMore(SealSuite suite)
    {
        var sealer = new BlockSealer(_key, SealParameters.CreateRandom(_key, suite, epochLog2: 1), 0);
        var stored = new byte[40];
        sealer.Seal(Block, [1], stored);
        sealer.Seal(Block with { Track = 2, Ordinal = 6 }, [1], stored);
        var first = KeysOf(sealer);
        Assert.True(first.Count >= 5);
        Assert.All(first, key => Assert.False(IsGone(key)));

        // Another epoch of track 1: its cipher is replaced, that of track 2 is not.
        sealer.Seal(Block with { Ordinal = 2 }, [1], stored);
        Assert.Equal(2, first.Count(IsGone));
        var second = KeysOf(sealer);
        sealer.Dispose();
        Assert.All(first.Concat(second), key => Assert.True(IsGone(key)));
        Assert.Throws<ObjectDisposedException>(() => sealer.Seal(Block, [1], stored));
        Assert.Throws<ObjectDisposedException>(() => sealer.Seal(Block with { Ordinal = 3 }, [1], stored));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Dispose_WarmOpener_LeavesNoKeyAndOpensNoMore(SealSuite suite)
    {
        var parameters = SealParameters.CreateRandom(_key, suite);
        using var sealer = new BlockSealer(_key, parameters, 0);
        var stored = new byte[33];
        sealer.Seal(Block, [1], stored);
        Assert.True(BlockOpener.TryCreate(_key, parameters, 0, out var opener));
        Assert.True(opener.TryOpen(Block, stored, new byte[1], out _));
        var keys = KeysOf(opener);
        Assert.True(keys.Count >= 3);
        opener.Dispose();
        Assert.All(keys, key => Assert.True(IsGone(key)));
        Assert.Throws<ObjectDisposedException>(() => opener.TryOpen(Block, stored, new byte[1], out _));
    }

    [Fact]
    public void Dispose_MaskAndRootSeal_LeaveNoKey()
    {
        using var master = MasterKey.CreateRandom();
        var mask = new TransportMask(master);
        var seal = new RootSeal(_key, SealParameters.CreateRandom(_key));
        object[] keys = [.. KeysOf(mask), .. KeysOf(seal)];
        Assert.Equal(2, keys.Length);
        mask.Dispose();
        seal.Dispose();
        Assert.All(keys, key => Assert.True(IsGone(key)));
        Assert.Throws<ObjectDisposedException>(() => seal.Compute([], new byte[32]));
    }

    [Fact]
    public void CipherPool_MoreThanItKeeps_DisposesTheOldestFirst()
    {
        using var pool = new CipherPool();
        var ciphers = Enumerable.Range(0, 35).Select(i => Cipher((ushort)i, 0)).ToArray();
        foreach (var cipher in ciphers)
        {
            pool.Return(cipher);
        }

        Assert.Equal([0, 1, 2], Enumerable.Range(0, 35).Where(i => IsGone(ciphers[i])));
        Assert.Null(pool.Take(0, 0));
        Assert.Null(pool.Take(5, 1));
        Assert.Same(ciphers[34], pool.Take(34, 0));
        Assert.Null(pool.Take(34, 0));
        Assert.Same(ciphers[3], pool.Take(3, 0));
    }

    [Fact]
    public void CipherPool_SameTrackOtherEpoch_AreToldApart()
    {
        using var pool = new CipherPool();
        var (first, second, third) = (Cipher(1, 1), Cipher(1, 2), Cipher(2, 1));
        pool.Return(first);
        pool.Return(second);
        pool.Return(third);
        Assert.Same(second, pool.Take(1, 2));
        Assert.Same(third, pool.Take(2, 1));
        Assert.Null(pool.Take(2, 2));
        Assert.Same(first, pool.Take(1, 1));
    }

    [Fact]
    public void CipherPool_Disposed_DisposesWhatItHasAndWhatComesBack()
    {
        var pool = new CipherPool();
        var (kept, taken) = (Cipher(1, 0), Cipher(2, 0));
        pool.Return(kept);
        pool.Dispose();
        Assert.True(IsGone(kept));
        pool.Return(taken);
        Assert.True(IsGone(taken));
        Assert.Throws<ObjectDisposedException>(() => pool.Take(1, 0));
        pool.Dispose();
    }

    [Fact]
    public void SecretBytes_CompactingCollections_NeverMoveThem()
    {
        // Garbage before each: bytes that may move, would.
        var garbage = new List<byte[]>();
        var secrets = new List<SecretBytes>();
        for (var i = 0; i < 200; i++)
        {
            garbage.Add(new byte[900]);
            secrets.Add(SecretBytes.CreateRandom(32));
        }

        var before = secrets.ConvertAll(AddressOf);
        var copies = secrets.ConvertAll(s => s.Span.ToArray());
        garbage.Clear();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        }

        Assert.Equal(before, secrets.ConvertAll(AddressOf));
        Assert.Equal(copies, secrets.ConvertAll(s => s.Span.ToArray()));
        Assert.Equal(200, copies.Select(Convert.ToHexString).Distinct().Count());
    }

    private static unsafe nint AddressOf(SecretBytes secret) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(secret.Span));

    private static BlockCipher Cipher(ushort track, ulong epoch) => new(SealSuite.Aes256Gcm, new byte[44], track, epoch);

    private static bool IsGone(object key)
    {
        try
        {
            switch (key)
            {
                case SecretBytes bytes:
                    return bytes.Span.IsEmpty;
                case BlockCipher cipher:
                    return KeysOf(cipher).All(IsGone);
                case AesGcm aes:
                    aes.Encrypt(new byte[12], Array.Empty<byte>(), Array.Empty<byte>(), new byte[16]);
                    return false;
                default:
                    ((ChaCha20Poly1305)key).Encrypt(new byte[12], Array.Empty<byte>(), Array.Empty<byte>(), new byte[16]);
                    return false;
            }
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Finds everything with key bytes that an object leads to.</summary>
    private static List<object> KeysOf(object holder)
    {
        var keys = new List<object>();
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        Visit(holder);
        return keys;

        void Visit(object? value)
        {
            if (value is null || !seen.Add(value))
            {
                return;
            }

            if (value is SecretBytes or AesGcm or ChaCha20Poly1305)
            {
                keys.Add(value);
            }
            else if (value is IDictionary dictionary)
            {
                Each(dictionary.Values);
            }
            else if (value is Array array && !array.GetType().GetElementType()!.IsPrimitive)
            {
                Each(array);
            }
            else if (value.GetType().Assembly == typeof(BlockSealer).Assembly)
            {
                Each(value.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Select(f => f.GetValue(value)));
            }
        }

        void Each(IEnumerable values)
        {
            foreach (var value in values)
            {
                Visit(value);
            }
        }
    }
}
