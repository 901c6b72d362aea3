using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Harmony4.Transport.Crypto.Internal;

namespace Harmony4.Transport.Crypto.Tests;

/// <summary>What is out of range is refused by name, and what is just within it is not.</summary>
public sealed class ArgumentTests : IDisposable
{
    private static readonly BlockContext Block = new(7, 41, 1_000_000, 33_333, 3);

    private readonly ContentKey _key = ContentKey.CreateRandom();
    private readonly MasterKey _master = MasterKey.CreateRandom();

    public void Dispose()
    {
        _key.Dispose();
        _master.Dispose();
    }

    [Fact]
    public void Null_IsRefusedByName()
    {
        var parameters = SealParameters.CreateRandom(_key);
        var record = WrappedKey.Wrap(_key, _master, parameters.ContainerId);
        Assert.True(WrappedKey.TryRead(record, out var wrapped, out _));
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=one", ec, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));
        (string Name, Action Call)[] calls =
        [
            ("key", () => BlockOpener.TryCreate(null!, parameters, 0, out _)),
            ("parameters", () => BlockOpener.TryCreate(_key, null!, 0, out _)),
            ("key", () => _ = new BlockSealer(null!, parameters, 0)),
            ("parameters", () => _ = new BlockSealer(_key, null!, 0)),
            ("key", () => _ = new RootSeal(null!, parameters)),
            ("parameters", () => _ = new RootSeal(_key, null!)),
            ("key", () => SealParameters.CreateRandom(null!)),
            ("key", () => SealParameters.CreateReproducible(null!, new byte[32], new byte[32])),
            ("output", () => parameters.Write(null!)),
            ("key", () => WrappedKey.Wrap(null!, _master, new byte[16])),
            ("wrappingKey", () => WrappedKey.Wrap(_key, null!, new byte[16])),
            ("wrappingKey", () => wrapped!.TryUnwrap(null!, new byte[16], out _)),
            ("key", () => _ = new TransportMask(null!)),
            ("key", () => TransportMask.ForContainer(null!, new byte[16])),
            ("key", () => TransportMask.CreateUnchecked(null!, [], 32)),
            ("roots", () => _ = new CertificateTrust(null!, DateTimeOffset.UnixEpoch)),
            ("keys", () => _ = new StatementVerifier(null!)),
            ("key", () => StatementSigner.FromKey((ECDsa)null!)),
            ("key", () => StatementSigner.FromKey((RSA)null!)),
            ("certificate", () => StatementSigner.FromCertificate(null!, [])),
            ("intermediates", () => StatementSigner.FromCertificate(certificate, null!)),
        ];
        Assert.All(calls, call => Assert.Throws<ArgumentNullException>(call.Name, call.Call));
    }

    [Fact]
    public void SealedLength_Ends_AreExact()
    {
        Assert.Equal(32, BlockSealer.GetSealedLength(0));
        Assert.Equal(int.MaxValue, BlockSealer.GetSealedLength(int.MaxValue - 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => BlockSealer.GetSealedLength(int.MaxValue - 31));
        Assert.Throws<ArgumentOutOfRangeException>(() => BlockSealer.GetSealedLength(int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => BlockSealer.GetSealedLength(-1));
        Assert.True(BlockOpener.TryGetPlaintextLength(32, out var length) && length == 0);
        Assert.True(BlockOpener.TryGetPlaintextLength(33, out length) && length == 1);
        Assert.True(!BlockOpener.TryGetPlaintextLength(31, out length) && length == 0);
        Assert.True(!BlockOpener.TryGetPlaintextLength(-1, out length) && length == 0);
    }

    [Fact]
    public void Seal_BufferTooShortOrOverlapping_ThrowsAndUsesUpNoOrdinal()
    {
        var parameters = SealParameters.CreateRandom(_key);
        using var sealer = new BlockSealer(_key, parameters, 0);
        var buffer = new byte[300];
        var message = Assert.Throws<ArgumentException>("destination", () => sealer.Seal(Block, buffer.AsSpan(0, 10), buffer.AsSpan(20, 41))).Message;
        Assert.Contains("42", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("destination", () => sealer.Seal(Block, buffer.AsSpan(0, 10), buffer.AsSpan(9, 60)));
        Assert.Throws<ArgumentException>("destination", () => sealer.Seal(Block, buffer.AsSpan(41, 10), buffer.AsSpan(0, 42)));

        // Behind what is written, the plaintext may lie in the rest of the destination.
        Assert.Equal(42, sealer.Seal(Block, buffer.AsSpan(42, 10), buffer));
    }

    [Fact]
    public void TryOpen_BufferTooShortOrOverlapping_ThrowsAndWritesNothing()
    {
        var parameters = SealParameters.CreateRandom(_key);
        using var sealer = new BlockSealer(_key, parameters, 0);
        var buffer = new byte[100];
        sealer.Seal(Block, new byte[10], buffer);
        Assert.True(BlockOpener.TryCreate(_key, parameters, 0, out var opener));
        var length = 5;
        Assert.Throws<ArgumentException>("destination", () => opener.TryOpen(Block, buffer.AsSpan(0, 42), new byte[9], out length));
        Assert.Equal(0, length);
        Assert.Throws<ArgumentException>("destination", () => opener.TryOpen(Block, buffer.AsSpan(0, 42), buffer.AsSpan(41, 10), out length));
        Assert.True(opener.TryOpen(Block, buffer.AsSpan(0, 42), buffer.AsSpan(42, 10), out length));
        Assert.Equal(10, length);
        opener.Dispose();
    }

    [Fact]
    public void SealParameters_EndsOfTheEpoch_AreExact()
    {
        Assert.Equal(0, SealParameters.CreateRandom(_key, epochLog2: 0).EpochLog2);
        var longest = SealParameters.CreateRandom(_key, epochLog2: 32);
        Assert.True(SealParameters.TryRead(longest.ToArray(), out var read) && read.EpochLog2 == 32);
        Assert.Throws<ArgumentOutOfRangeException>("epochLog2", () => SealParameters.CreateRandom(_key, epochLog2: -1));
        Assert.Throws<ArgumentOutOfRangeException>("epochLog2", () => SealParameters.CreateRandom(_key, epochLog2: 33));
        Assert.Throws<ArgumentException>("containerId", () => SealParameters.CreateRandom(_key, containerId: new byte[1]));
        Assert.Throws<ArgumentException>("containerId", () => SealParameters.CreateRandom(_key, containerId: new byte[17]));
    }

    [Fact]
    public void CreateRandom_NewContainer_HasAnIdOfItsOwn() => Assert.NotEqual(
        SealParameters.CreateRandom(_key).ContainerId.ToArray(), SealParameters.CreateRandom(_key).ContainerId.ToArray());

    [Theory]
    [InlineData(31, 32, 0)]
    [InlineData(33, 32, 0)]
    [InlineData(32, 31, 0)]
    [InlineData(32, 33, 0)]
    [InlineData(32, 0, 0)]
    [InlineData(32, 32, 1)]
    [InlineData(32, 32, 31)]
    [InlineData(32, 32, 33)]
    public void CreateReproducible_AnyLengthThatIsWrong_Throws(int root, int metadata, int previous) => Assert.Throws<ArgumentException>(
        () => SealParameters.CreateReproducible(_key, new byte[root], new byte[metadata], new byte[previous]));

    [Fact]
    public void Wrap_WrongLengths_Throw()
    {
        Assert.Throws<ArgumentException>("containerId", () => WrappedKey.Wrap(_key, _master, new byte[15]));
        Assert.Throws<ArgumentException>("containerId", () => WrappedKey.Wrap(_key, _master, new byte[17]));
        Assert.Throws<ArgumentException>(() => WrappedKey.Wrap(_key, _master, new byte[16], new byte[256]));
    }

    [Fact]
    public void WrappedKey_RecordsOfOtherKindsAndLengths_AreCarriedAndNotUnwrapped()
    {
        Assert.True(WrappedKey.TryRead([7, 0, 0, 0], out var empty, out var length));
        Assert.Equal((7, 0, 0, 4), (empty.Kind, empty.Hint.Length, empty.Body.Length, length));
        Assert.True(WrappedKey.TryRead([9, 2, 0, 3, 1, 2, 3, 4, 5, 6], out var other, out length));
        Assert.Equal([1, 2], other.Hint.ToArray());
        Assert.Equal([3, 4, 5], other.Body.ToArray());
        Assert.Equal((9, 9), (other.Kind, length));
        Assert.False(other.TryUnwrap(_master, new byte[16], out _));
        foreach (var body in new[] { 0, 79, 81 })
        {
            Assert.True(WrappedKey.TryRead([1, 0, 0, (byte)body, .. new byte[body]], out var odd, out _));
            Assert.False(odd.TryUnwrap(_master, new byte[16], out var key));
            Assert.Null(key);
        }

        foreach (var cut in new byte[][] { [], [1, 0, 0], [1, 0, 0, 1], [1, 1, 0, 0], [1, 1, 0, 1, 5], [1, 0, 1, 0, 5] })
        {
            length = 5;
            Assert.False(WrappedKey.TryRead(cut, out var none, out length));
            Assert.Null(none);
            Assert.Equal(0, length);
        }
    }

    [Fact]
    public void SealedFrame_Bytes_AreReadAndWrittenExactly()
    {
        byte[] bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        Assert.True(SealedFrame.TryRead(bytes, out var frame));
        Assert.Equal(new SealedFrame(SealSuite.ChaCha20Poly1305, 0x0304, 0x05060708, 0x090A0B0C0D0E0F10), frame);
        var written = new byte[17];
        frame.Write(written.AsSpan(0, 16));
        Assert.Equal([.. bytes, 0], written);
        Assert.Throws<ArgumentException>("destination", () => frame.Write(new byte[15]));
        Assert.False(SealedFrame.TryRead(bytes.AsSpan(0, 15), out _));
        Assert.False(SealedFrame.TryRead([2, .. bytes.AsSpan(1)], out _));
        Assert.False(SealedFrame.TryRead([1, 0, .. bytes.AsSpan(2)], out _));
        Assert.False(SealedFrame.TryRead([1, 3, .. bytes.AsSpan(2)], out _));
        Assert.False(SealedFrame.TryRead([], out _));
    }

    [Fact]
    public void Keys_Lengths_AreExact()
    {
        using var shortest = new MasterKey(new byte[16]);
        Assert.Equal(16, shortest.Length);
        Assert.Throws<ArgumentException>("key", () => new MasterKey(new byte[15]));
        Assert.Throws<ArgumentException>("key", () => new ContentKey(new byte[33]));
        Assert.Equal(32, _master.Length);
        using var copy = _key.Copy();
        Assert.Equal(_key.Bytes.ToArray(), copy.Bytes.ToArray());
        _key.Dispose();
        Assert.Equal(32, copy.Bytes.Length);
        using var other = ContentKey.CreateRandom();
        Assert.NotEqual(other.Bytes.ToArray(), copy.Bytes.ToArray());
        Assert.NotEqual(new byte[32], other.Bytes.ToArray());
    }

    [Fact]
    public void TransportMask_EndsOfEveryLength_AreExact()
    {
        using var longest = new TransportMask(_master, new byte[1024]);
        using var shortSalt = TransportMask.ForContainer(_master, new byte[16]);
        using var longSalt = TransportMask.ForContainer(_master, new byte[64]);
        using var noKey = TransportMask.CreateUnchecked(_master, [], 0);
        using var longKey = TransportMask.CreateUnchecked(_master, [], 8160);
        foreach (var mask in new[] { longest, shortSalt, longSalt, noKey, longKey })
        {
            var data = new byte[64];
            mask.Apply(0, data);
            Assert.NotEqual(new byte[64], data);
        }
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(9UL)]
    [InlineData(10UL)]
    [InlineData(9_999_999_999_999_999_999UL)]
    [InlineData(10_000_000_000_000_000_000UL)]
    [InlineData(ulong.MaxValue)]
    public void TransportMask_IndexOfAnyLength_IsThePlatformsHkdf(ulong index)
    {
        using var mask = new TransportMask(_master);
        var blockKey = new byte[32];
        mask.DeriveBlockKey(index, blockKey);
        byte[] info = [.. TransportMask.DefaultContext, (byte)'|', .. System.Text.Encoding.ASCII.GetBytes(index.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(HKDF.DeriveKey(HashAlgorithmName.SHA256, _master.Bytes.ToArray(), 32, [], info), blockKey);
    }

    [Fact]
    public void PlatformFault_OfBytesAndOfTheProcess_AreToldApart()
    {
        Exception[] ofBytes =
        [
            new CryptographicException(), new AuthenticationTagMismatchException(), new System.Formats.Cbor.CborContentException("x"), new System.Formats.Asn1.AsnContentException(),
            new ArgumentException(), new ArgumentOutOfRangeException(), new FormatException(), new InvalidOperationException(), new OverflowException(), new NotSupportedException(),
            new PlatformNotSupportedException(),
        ];
        Assert.All(ofBytes, e => Assert.True(PlatformFault.IsOfBytes(e)));
        Assert.All([new IOException(), new InsufficientMemoryException(), (Exception)new TimeoutException()], e => Assert.False(PlatformFault.IsOfBytes(e)));
    }
}
