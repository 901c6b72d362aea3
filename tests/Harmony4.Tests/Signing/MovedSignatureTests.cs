using System.Security.Cryptography;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Transport.Crypto;

namespace Harmony4.Tests.Signing;

/// <summary>A signature is over what is in a container, not over how it is laid out: it moves along to every file with the same root header.</summary>
public sealed class MovedSignatureTests : IDisposable
{
    private readonly ECDsa _signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly StatementSigner _statements;
    private readonly VerificationKey _trusted;
    private readonly SealKey _key = TestContainers.Key("key");

    public MovedSignatureTests()
    {
        _statements = StatementSigner.FromKey(_signing, leaveOpen: true);
        _trusted = VerificationKey.FromPem(_signing.ExportSubjectPublicKeyInfoPem());
    }

    public void Dispose()
    {
        _statements.Dispose();
        _signing.Dispose();
        _key.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Signature_OfARecording_FitsEveryInterleavingOfItsTracks(bool isSealed)
    {
        var options = TestContainers.Options with { Authenticators = [new RootSigner(_statements)], Seal = isSealed ? new SealOptions { Key = _key } : null };
        byte[][] media = [Vectors.SeededBytes("moved 0", 900), Vectors.SeededBytes("moved 1", 1_300), Vectors.SeededBytes("moved 2", 40)];
        var recorded = await TestContainers.ExportAsync(media, options);
        var recording = await Recording.ReadAsync(recorded);
        Assert.Equal(isSealed ? 2 : 1, recording.Signs.Count);
        var random = new Random(1);
        RecordedBlock[][] tracks = [.. recording.Blocks.GroupBy(b => b.Track).OrderBy(g => g.Key).Select(g => g.ToArray())];
        IReadOnlyList<RecordedBlock>[] orders = [[.. tracks.SelectMany(t => t)], [.. tracks.Reverse().SelectMany(t => t)], Shuffled(tracks, random), Shuffled(tracks, random)];
        foreach (var order in orders)
        {
            var moved = await (recording with { Blocks = order }).WriteAsync();
            Assert.NotEqual(TestContainers.WithoutSigns(recorded), TestContainers.WithoutSigns(moved));
            await ShouldFitAsync(recorded, moved, isSealed);
            for (var track = 0; track < media.Length; track++)
            {
                Assert.Equal(media[track], await TestContainers.ExtractAsync(moved, isSealed ? _key : null, track));
            }
        }

        // A block in another order within its track is another content, whose root nobody signed.
        var wrong = await recording.With(1, 2, b => b with { Payload = recording.Block(1, 3).Payload }).With(1, 3, b => b with { Payload = recording.Block(1, 2).Payload }).WriteAsync();
        Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(wrong, new VerifyOptions { Keys = [_trusted] })).State);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    public async Task Signature_OfAnUpgradedFile_FitsTheRecordingOfTheSameBlocksAndBack(int appended)
    {
        // Each block is key, so that its time is that of SEEK.
        var media = Vectors.SeededBytes("moved", 1_350);
        var part = await TestContainers.ExportAsync(media, TestContainers.Options with { Version = H4mkVersion.V10, PageLog2 = null });
        using var output = new MemoryStream();
        output.Write(part);
        await using (var container = await H4mkContainer.OpenAsync(part))
        await using (var writer = await H4mkContainerWriter.UpgradeAsync(container, output, new H4mkWriterOptions { PageLog2 = 2 }, leaveOpen: true))
        {
            await writer.CompleteAsync();
        }

        var upgraded = output.ToArray();
        if (appended > 0)
        {
            upgraded = await TestContainers.AppendAsync(upgraded, Vectors.SeededBytes("more", appended), TestContainers.Options with { PageLog2 = null });
        }

        var signed = await TestContainers.SignAsync(upgraded, new RootSigner(_statements));
        Assert.True(signed.AsSpan().StartsWith(part));
        var recorded = await (await Recording.ReadAsync(signed)).WriteAsync();
        Assert.Equal("TRAK", TestContainers.Chunks(recorded)[0].Tag);
        await ShouldFitAsync(signed, recorded, isSealed: false);

        // And back: what was signed as a recording.
        var anew = await TestContainers.SignAsync(TestContainers.WithoutSigns(recorded), new RootSigner(_statements));
        await ShouldFitAsync(anew, await TestContainers.AddSignsAsync(upgraded, [.. (await Recording.ReadAsync(anew)).Signs]), isSealed: false);
    }

    private async Task ShouldFitAsync(byte[] signed, byte[] moved, bool isSealed)
    {
        await using var one = await H4mkContainer.OpenAsync(signed);
        await using var other = await H4mkContainer.OpenAsync(moved);
        Assert.Equal(one.Root!.Header.ToArray(), other.Root!.Header.ToArray());
        Assert.Equal(one.Signs.Select(s => s.Body.ToArray()), other.Signs.Select(s => s.Body.ToArray()));
        var options = new VerifyOptions { Keys = [_trusted], SealKey = isSealed ? _key : null, RequireSignature = true };
        Assert.Equal(VerificationState.Valid, (await TestContainers.VerifyAsync(signed, options)).State);
        Assert.Equal(VerificationState.Valid, (await TestContainers.VerifyAsync(moved, options)).State);
    }

    /// <summary>The tracks interleaved at random, each in its own order.</summary>
    private static List<RecordedBlock> Shuffled(RecordedBlock[][] tracks, Random random)
    {
        var order = tracks.SelectMany((t, i) => Enumerable.Repeat(i, t.Length)).ToArray();
        random.Shuffle(order);
        var next = new int[tracks.Length];
        return [.. order.Select(i => tracks[i][next[i]++])];
    }
}
