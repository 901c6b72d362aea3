using System.Security.Cryptography;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Transport.Crypto;

namespace Harmony4.Tests;

/// <summary>Every flipped bit and every cut of a sealed, signed, appended, upgraded or recovered container is found where it is, with and without its keys.</summary>
public sealed class DamageTests : IDisposable
{
    // Every bit in the long run; here each bit of a byte in turn, which reaches every field of every chunk.
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HARMONY4_LONG_TESTS") == "1";
    private static readonly byte[] Media = Vectors.SeededBytes("damaged", 480);

    private readonly ECDsa _signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly StatementSigner _signer;
    private readonly VerificationKey _trusted;
    private readonly SealKey _key = TestContainers.Key("key");

    public DamageTests()
    {
        _signer = StatementSigner.FromKey(_signing, leaveOpen: true);
        _trusted = VerificationKey.FromPem(_signing.ExportSubjectPublicKeyInfoPem());
    }

    public static TheoryData<string> Names => ["sealed", "signed", "appended", "appended sealed and signed", "upgraded and appended", "recovered", "recovered with a lost block", "recovered sealed and signed again", "recovered with a lost seal"];

    public void Dispose()
    {
        _signer.Dispose();
        _signing.Dispose();
        _key.Dispose();
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Verify_EveryBitFlipped_NamesTheChunkThatHoldsIt(string name)
    {
        var bytes = await MakeAsync(name);
        var chunks = TestContainers.Chunks(bytes);
        foreach (var options in OptionsOf(name))
        {
            Assert.Equal(options is null ? VerificationState.Unsigned : VerificationState.Valid, (await TestContainers.VerifyAsync(bytes, options)).State);
            for (var bit = 0; bit < 8 * bytes.Length; bit += IsLong ? 1 : 31)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                var result = await TestContainers.VerifyAsync(bytes, options);
                var expected = bit / 8 >= 8 ? chunks.Last(c => c.Offset <= bit / 8).Offset : bit / 8 >= 6 ? 6 : bit / 8 >= 4 ? 4 : 0;

                // A block that was lost before is noted in its own place.
                var findings = result.Findings.Where(f => f.Code != H4mkErrorCode.Lost).ToArray();
                Assert.True(
                    result.State is VerificationState.Invalid or VerificationState.Incomplete && findings is [var first, ..] && first.Offset == expected,
                    $"bit {bit % 8} of byte {bit / 8}: {result.State}, expected a finding at {expected}, found {string.Join("; ", findings.Select(f => $"{f.Chunk}@{f.Offset} {f.Code.ToName()} {f.Message}"))}");
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Verify_EveryCut_IsIncompleteAndNeverValid(string name)
    {
        var bytes = await MakeAsync(name);
        var veri = TestContainers.Chunks(bytes).Find(c => c.Tag == "VERI");
        for (var length = 0; length < bytes.Length; length += IsLong ? 1 : 3)
        {
            var cut = bytes[..length];
            if (length < 8)
            {
                await Assert.ThrowsAsync<H4mkFormatException>(() => TestContainers.VerifyAsync(cut));
                continue;
            }

            foreach (var options in OptionsOf(name))
            {
                // Behind its 1.0 part an upgraded file is that file, and exactly before VERI it cannot be told from one without.
                var expected = options is not null ? VerificationState.Invalid
                    : veri.Tag is not null && length == veri.End ? VerificationState.Unsigned
                    : veri.Tag is not null && length == veri.Offset ? VerificationState.Unverified
                    : VerificationState.Incomplete;
                var result = await TestContainers.VerifyAsync(cut, options);
                Assert.True(expected == result.State, $"{length} of {bytes.Length}: expected {expected}, found {result.State}");
            }
        }
    }

    private async Task<byte[]> MakeAsync(string name)
    {
        var plain = TestContainers.Options;
        var secret = plain with { Seal = new SealOptions { Key = _key } };
        var signer = new RootSigner(_signer);
        switch (name)
        {
            case "sealed":
                return await TestContainers.ExportAsync(Media, secret);
            case "signed":
                return await TestContainers.ExportAsync([Media, Media[..250]], plain with { Authenticators = [signer, new ReceiptsSigner(_signer)] });
            case "appended":
                return await TestContainers.AppendAsync(await TestContainers.ExportAsync([Media, Media[..250]]), [Media[..150], Media[..60]]);
            case "appended sealed and signed":
                using (var recipient = TestContainers.Key("recipient", 16))
                {
                    var twice = await TestContainers.AppendAsync(await TestContainers.ExportAsync(Media[..220], secret), Media[..150], secret with { Authenticators = [signer] });
                    await using var container = await H4mkContainer.OpenAsync(twice);
                    using var keys = await ContainerKeys.TryOpenAsync(container, _key);
                    return await TestContainers.AddSignsAsync(twice, keys!.ShareWith(recipient));
                }

            case "upgraded and appended":
                return await TestContainers.AppendAsync(await UpgradeAsync(), Media[..250]);
            case "recovered":
                return await RecoverAsync((await TestContainers.ExportAsync([Media, Media[..250]]))[..^400]);
            case "recovered with a lost block":
                return await RecoverAsync(Damaged(await TestContainers.ExportAsync(Media), "CORE", 2));
            case "recovered sealed and signed again":
                return await TestContainers.SignAsync(await RecoverAsync((await TestContainers.ExportAsync(Media, secret))[..^500]), signer);
            case "recovered with a lost seal":
                return await RecoverAsync(Damaged(await TestContainers.AppendAsync(await TestContainers.ExportAsync(Media[..220], secret), Media[..150], secret), "SEAL", 0));
            default:
                throw new ArgumentException(name, nameof(name));
        }
    }

    /// <summary>Without keys, and with those under which the container is valid.</summary>
    private VerifyOptions?[] OptionsOf(string name) => name switch
    {
        "sealed" => [null, new VerifyOptions { SealKey = _key }],
        "signed" or "recovered sealed and signed again" => [null, new VerifyOptions { Keys = [_trusted] }],
        "appended sealed and signed" => [null, new VerifyOptions { SealKey = _key, Keys = [_trusted] }],
        _ => [null],
    };

    private static async Task<byte[]> UpgradeAsync()
    {
        var part = await TestContainers.ExportAsync(Media, TestContainers.Options with { Version = H4mkVersion.V10, PageLog2 = null });
        using var output = new MemoryStream();
        output.Write(part);
        await using var container = await H4mkContainer.OpenAsync(part);
        await using (var writer = await H4mkContainerWriter.UpgradeAsync(container, output, new H4mkWriterOptions { PageLog2 = 2 }, leaveOpen: true))
        {
            await writer.CompleteAsync();
        }

        return output.ToArray();
    }

    private static async Task<byte[]> RecoverAsync(byte[] bytes)
    {
        using var output = new MemoryStream();
        await TestContainers.Transport.RecoverAsync(H4mkSource.FromMemory(bytes), output);
        return output.ToArray();
    }

    private static byte[] Damaged(byte[] bytes, string tag, int index)
    {
        bytes[TestContainers.Chunks(bytes).Where(c => c.Tag == tag).ElementAt(index).Offset + 40] ^= 1;
        return bytes;
    }
}
