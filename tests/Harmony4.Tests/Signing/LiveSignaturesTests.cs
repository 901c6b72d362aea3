using System.Security.Cryptography;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Transport.Crypto;

namespace Harmony4.Tests.Signing;

/// <summary>Signatures beside a live recording fit what closing it there would have given.</summary>
public sealed class LiveSignaturesTests
{
    [Fact]
    public async Task Export_FromAPipe_SignsEveryBlockAndEachSignatureFitsItsPrefix()
    {
        var media = Vectors.SeededBytes("live", 1950);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var trusted = VerificationKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo());
        var (container, side) = await RecordAsync(media, key);
        var signatures = LiveSignatures.Read(side);
        Assert.Equal(20, await signatures.CountAsync());

        await using var opened = await H4mkContainer.OpenAsync(container);
        for (var i = 0; i < 20; i++)
        {
            var block = await opened.GetBlockAsync(0, i);
            var (recovered, report) = await RecoverAsync(container[..(int)(block.FileOffset + block.Length)], signatures);
            Assert.Equal(i + 1, report.BlockCount);
            var result = await TestContainers.Transport.VerifyAsync(H4mkSource.FromMemory(recovered), new VerifyOptions { Keys = [trusted] });
            Assert.Equal(VerificationState.Valid, result.State);
        }
    }

    [Fact]
    public async Task Recover_SideFileCutAnywhere_TakesItsWholeRecords()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (container, side) = await RecordAsync(Vectors.SeededBytes("live", 250), key);
        Assert.Equal(3, await LiveSignatures.Read(side).CountAsync());
        for (var length = 0; length <= side.Length; length++)
        {
            Assert.Equal(length / (side.Length / 3), await LiveSignatures.Read(side.AsMemory(0, length)).CountAsync());
        }

        // The last signature is of the finished container as well.
        var (_, report) = await RecoverAsync(container[..^64], LiveSignatures.Read(side));
        Assert.Single(await LiveSignatures.Read(side).AuthenticateAsync(report.Container.Root!, CancellationToken.None));
    }

    [Fact]
    public async Task Read_SideFileOfManyReads_FindsEveryRecord()
    {
        // Longer than what is read at once, with records that lie across two reads.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (container, side) = await RecordAsync(Vectors.SeededBytes("live", 250), key);
        await using var opened = await H4mkContainer.OpenAsync(container);
        var others = new MemoryStream();
        for (var i = 0; i < 40; i++)
        {
            others.Write(new byte[32]);
            others.Write(H4mkSigning.Encode(new SignContent(200, Vectors.SeededBytes("other", i * 1_638))));
        }

        others.Write(side);
        others.Write([.. side, .. side, .. new byte[200_000]]);
        var signatures = LiveSignatures.FromStream(others);
        Assert.Equal(40 + 9, await signatures.CountAsync());
        Assert.Single(await signatures.AuthenticateAsync(opened.Root!, CancellationToken.None));
        Assert.Single(await signatures.AuthenticateAsync(opened.Root!, CancellationToken.None));
        Assert.True(others.CanRead);
        Assert.Throws<ArgumentException>(() => LiveSignatures.FromStream(new PipeStream([])));
    }

    [Fact]
    public async Task Authenticate_OneBodyInTwoKinds_AreTwoSignatures()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (container, side) = await RecordAsync(Vectors.SeededBytes("live", 250), key);
        await using var opened = await H4mkContainer.OpenAsync(container);
        var sign = Assert.Single(await LiveSignatures.Read(side).AuthenticateAsync(opened.Root!, CancellationToken.None));
        byte[] other = LiveSignatures.Encode(opened.Root!, sign with { Kind = 200 });
        Assert.Equal(2, (await LiveSignatures.Read((byte[])[.. other, .. side, .. other]).AuthenticateAsync(opened.Root!, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Recover_NoSignatureFits_AddsNone()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (_, side) = await RecordAsync(Vectors.SeededBytes("live", 250), key);
        var other = await TestContainers.ExportAsync(Vectors.SeededBytes("other", 250));
        var (recovered, _) = await RecoverAsync(other[..^64], LiveSignatures.Read(side));
        Assert.Equal(other, recovered);
    }

    [Fact]
    public async Task Export_LiveSignaturesWithoutASigner_IsRefused() => await Assert.ThrowsAsync<ArgumentException>(
        () => TestContainers.ExportAsync(new byte[10], TestContainers.Options with { LiveSignatures = new MemoryStream() }));

    private static async Task<(byte[] Container, byte[] Side)> RecordAsync(byte[] media, ECDsa key)
    {
        using var signer = StatementSigner.FromKey(key, leaveOpen: true);
        var side = new MemoryStream();
        var output = new MemoryStream();
        var options = TestContainers.Options with { Authenticators = [new RootSigner(signer)], LiveSignatures = side };
        await TestContainers.Transport.ExportAsync(new PipeStream(media), output, options);
        return (TestContainers.WithoutSigns(output.ToArray()), side.ToArray());
    }

    private static async Task<(byte[] Recovered, H4mkRecoveryReport Report)> RecoverAsync(byte[] bytes, LiveSignatures signatures)
    {
        var output = new MemoryStream();
        var report = await H4mkRecovery.RecoverAsync(H4mkSource.FromMemory(bytes), output, new H4mkRecoveryOptions { Authenticators = [signatures] });
        return (output.ToArray(), report);
    }
}
