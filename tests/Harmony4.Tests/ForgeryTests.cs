using System.Security.Cryptography;
using System.Text;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Transport.Crypto;

namespace Harmony4.Tests;

/// <summary>
/// What somebody without a key can make of a sealed and signed container: a sound file with another root, whose signature and code of before stay with it. Every key says no, and what was
/// sealed opens in its place alone.
/// </summary>
public sealed class ForgeryTests : IDisposable
{
    private static readonly byte[][] Media = [Vectors.SeededBytes("forged 0", 750), Vectors.SeededBytes("forged 1", 650)];

    private readonly ECDsa _signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly StatementSigner _statements;
    private readonly VerificationKey _trusted;
    private readonly SealKey _key = TestContainers.Key("key");
    private readonly SealKey _recipient = TestContainers.Key("recipient", 16);

    public ForgeryTests()
    {
        _statements = StatementSigner.FromKey(_signing, leaveOpen: true);
        _trusted = VerificationKey.FromPem(_signing.ExportSubjectPublicKeyInfoPem());
    }

    /// <summary>What can be done to blocks and chunks, the other container being another of the same media and key; and whether the blocks that are left open for the holder of the key.</summary>
    private static readonly Dictionary<string, (bool Opens, Func<Recording, Recording, Recording> Forge)> Forgeries = new(StringComparer.Ordinal)
    {
        ["truncated"] = (true, (r, _) => r with { Blocks = [.. r.Blocks.SkipLast(3)] }),
        ["without blocks"] = (true, (r, _) => r with { Blocks = [] }),
        ["dropped block"] = (false, (r, _) => r with { Blocks = [.. r.Blocks.Where((_, i) => i != r.At(0, 2))] }),
        ["doubled block"] = (false, (r, _) => r with { Blocks = [.. r.Blocks.Take(r.At(1, 2)), NotKey(r.Block(1, 1)), .. r.Blocks.Skip(r.At(1, 2))] }),
        ["blocks swapped"] = (false, (r, _) => Swapped(r, (0, 1), (0, 4))),
        ["blocks of two tracks swapped"] = (false, (r, _) => Swapped(r, (0, 3), (1, 3))),
        ["tracks swapped"] = (false, (r, _) => r with { Blocks = [.. r.Blocks.Select(b => b with { Track = 1 - b.Track })] }),
        ["block of another container"] = (false, (r, other) => r.With(0, 3, b => b with { Payload = other.Block(0, 3).Payload })),
        ["end of another container"] = (false, (r, other) => r with { Blocks = [.. r.Blocks.Take(6), .. other.Blocks.Skip(6)] }),
        ["all of another container below this seal"] = (false, (r, other) => r with { Blocks = other.Blocks }),
        ["time"] = (false, (r, _) => r.With(0, 5, b => b with { Info = b.Info with { Pts = b.Info.Pts + 1 } })),
        ["duration"] = (false, (r, _) => r.With(0, 5, b => b with { Info = b.Info with { Duration = b.Info.Duration - 1 } })),
        ["keyframe hidden"] = (false, (r, _) => r.With(0, 5, NotKey)),
        ["discontinuity"] = (false, (r, _) => r.With(0, 5, b => b with { Info = b.Info with { Flags = b.Info.Flags | BlockFlags.Discontinuity } })),
        ["sealed flag cleared"] = (false, (r, _) => r.With(1, 2, b => b with { Info = b.Info with { Flags = b.Info.Flags & ~BlockFlags.Sealed } })),
        ["plain block in place of a sealed one"] = (false, (r, _) => r.With(1, 2, b => new RecordedBlock(1, b.Info with { Flags = b.Info.Flags & ~BlockFlags.Sealed }, "forged"u8.ToArray()))),
        ["plain block that says it is sealed"] = (false, (r, _) => r.With(1, 2, b => b with { Payload = "forged"u8.ToArray() })),
        ["empty block"] = (false, (r, _) => r.With(1, 2, b => b with { Payload = [] })),
        ["plain block behind the end"] = (false, (r, _) => r with { Blocks = [.. r.Blocks, new RecordedBlock(0, new BlockInfo { Pts = 1_000_000_000, IsKey = true }, "forged"u8.ToArray())] }),
        ["frame of another version"] = (false, (r, _) => r.With(0, 1, b => b with { Payload = Changed(b.Payload, 0, 2) })),
        ["frame of another suite"] = (false, (r, _) => r.With(0, 1, b => b with { Payload = Changed(b.Payload, 1, 2) })),
        ["frame of another seal"] = (false, (r, _) => r.With(0, 1, b => b with { Payload = Changed(b.Payload, 7, 1) })),
        ["frame of a seal that there is not"] = (false, (r, _) => r.With(0, 1, b => b with { Payload = Changed(b.Payload, 7, 9) })),
        ["META"] = (true, (r, _) => r with { Meta = "{}"u8.ToArray() }),
        ["SAFE"] = (true, (r, _) => r with { Safe = "{}"u8.ToArray() }),
        ["TRAK"] = (true, (r, _) => r with { Trak = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(r.Trak).Replace("\"tracks\"", "\"by\":\"somebody else\",\"tracks\"", StringComparison.Ordinal)) }),
        ["recipient added in SEAL"] = (true, (r, _) => r with { Seals = [[.. r.Seals[0], 1, 0, 0, 1, 0], .. r.Seals.Skip(1)] }),
        ["recipient dropped from SEAL"] = (true, (r, _) => r with { Seals = [r.Seals[0][..SealParameters.FixedLength], .. r.Seals.Skip(1)] }),
        ["SEAL added"] = (true, (r, other) => r with { Seals = [.. r.Seals, other.Seals[0]] }),
        ["SEAL before the others"] = (false, (r, other) => r with { Seals = [other.Seals[0], .. r.Seals] }),
        ["SEAL of another container"] = (false, (r, other) => r with { Seals = [other.Seals[0], .. r.Seals.Skip(1)] }),
        ["last SEAL of another container"] = (false, (r, other) => r with { Seals = [r.Seals[0], other.Seals[1]] }),
        ["SEALs in another order"] = (false, (r, _) => r with { Seals = [r.Seals[1], r.Seals[0]] }),
        ["one SEAL twice"] = (false, (r, _) => r with { Seals = [r.Seals[0], r.Seals[0]] }),
        ["last SEAL removed"] = (false, (r, _) => r with { Seals = [r.Seals[0]] }),
        ["first SEAL that is none"] = (false, (r, _) => r with { Seals = [new byte[SealParameters.FixedLength], r.Seals[1]] }),
        ["salts exchanged"] = (false, (r, _) => r with { Seals = [[.. r.Seals[0][..20], .. r.Seals[1][20..52], .. r.Seals[0][52..]], [.. r.Seals[1][..20], .. r.Seals[0][20..52], .. r.Seals[1][52..]]] }),
        ["salts and commitments exchanged"] = (false, (r, _) => r with { Seals = [[.. r.Seals[0][..20], .. r.Seals[1][20..84], .. r.Seals[0][84..]], [.. r.Seals[1][..20], .. r.Seals[0][20..84], .. r.Seals[1][84..]]] }),
        ["epoch"] = (false, (r, _) => r with { Seals = [r.Seals[0], Changed(r.Seals[1], 2, 21)] }),
        ["salt mode"] = (false, (r, _) => r with { Seals = [r.Seals[0], Changed(r.Seals[1], 3, 1)] }),
        ["container id"] = (false, (r, other) => r with { Seals = [.. r.Seals.Select(s => (byte[])[.. s[..4], .. other.Seals[0][4..20], .. s[20..]])] }),
        ["all SEALs removed"] = (false, (r, _) => r with { Seals = [] }),
    };

    public static TheoryData<string> Names => [.. Forgeries.Keys];

    public void Dispose()
    {
        _statements.Dispose();
        _signing.Dispose();
        _key.Dispose();
        _recipient.Dispose();
    }

    [Fact]
    public async Task Recording_Unchanged_IsWhatEveryKeySaysYesTo()
    {
        var bytes = await MakeAsync();
        foreach (var again in (byte[][])[bytes, await (await Recording.ReadAsync(bytes)).WriteAsync()])
        {
            Assert.Equal(VerificationState.Valid, (await VerifyAsync(again)).State);
            Assert.Equal(Media[0], await TestContainers.ExtractAsync(again, _key, track: 0));
            Assert.Equal(Media[1], await TestContainers.ExtractAsync(again, _recipient, track: 1));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Verify_Forged_IsSoundAndEachKeySaysNo(string name)
    {
        var sound = await MakeAsync();
        var (opens, forge) = Forgeries[name];
        var forged = await forge(await Recording.ReadAsync(sound), await Recording.ReadAsync(await MakeAsync())).WriteAsync();

        // Nothing but a key tells, or the root to who knows it.
        var unasked = await TestContainers.VerifyAsync(forged);
        Assert.Equal((VerificationState.Unsigned, 0), (unasked.State, unasked.FindingCount));
        Assert.NotEqual((await TestContainers.VerifyAsync(sound)).Identity, unasked.Identity);
        Assert.Equal((VerificationState.Invalid, IntegrityState.Intact), await StateAsync(new VerifyOptions { Keys = [_trusted] }));
        Assert.Equal((VerificationState.Invalid, IntegrityState.Intact), await StateAsync(new VerifyOptions { SealKey = _key }));
        Assert.Equal((VerificationState.Invalid, IntegrityState.Intact), await StateAsync(new VerifyOptions { RequireSignature = true }));

        // No reader gives out what was not sealed for its place.
        await using var container = await H4mkContainer.OpenAsync(forged);
        using var keys = await TryOpenAsync(container);
        if (keys is null)
        {
            Assert.False(opens);
            return;
        }

        Assert.False(keys.Authenticates(container));
        var failed = false;
        foreach (var track in container.Tracks)
        {
            using var output = new MemoryStream();
            try
            {
                await TestContainers.Transport.ExtractAsync(container, output, new ExtractOptions { Keys = keys, Track = track.Id });
            }
            catch (H4mkFormatException exception) when (exception.Code == H4mkErrorCode.Block)
            {
                failed = true;
            }

            Assert.True(Media[track.Id].AsSpan().StartsWith(output.ToArray()), $"track {track.Id} gives what was never sealed there");
        }

        Assert.Equal(opens, !failed);

        // Nor does an append vouch for it.
        await Assert.ThrowsAsync<SealKeyException>(() => TestContainers.AppendAsync(forged, [[1], [2]], Options()));

        async Task<(VerificationState, IntegrityState)> StateAsync(VerifyOptions options)
        {
            var result = await TestContainers.VerifyAsync(forged, options);
            return (result.State, result.Integrity);
        }
    }

    [Fact]
    public async Task Verify_SignsOfAnOlderRoot_AreInvalidOnTheLongerContainer()
    {
        // The old SIGN chunks moved on to what the same producer appended later, and those of the longer one back.
        var old = await MakeAsync();
        var longer = await TestContainers.AppendAsync(old, [Vectors.SeededBytes("more", 200), []], Options(_statements));
        Assert.Equal(VerificationState.Valid, (await VerifyAsync(longer)).State);
        foreach (var (of, signs) in new[] { (longer, old), (old, longer) })
        {
            var moved = await TestContainers.AddSignsAsync(TestContainers.WithoutSigns(of), [.. (await Recording.ReadAsync(signs)).Signs]);
            Assert.Equal(VerificationState.Unsigned, (await TestContainers.VerifyAsync(moved)).State);
            foreach (var options in (VerifyOptions[])[new() { Keys = [_trusted] }, new() { SealKey = _key }])
            {
                var result = await TestContainers.VerifyAsync(moved, options);
                Assert.Equal((VerificationState.Invalid, IntegrityState.Intact), (result.State, result.Integrity));
                Assert.Contains(result.Signs, s => s.State == SignatureState.Invalid);
            }
        }
    }

    [Fact]
    public async Task Verify_OlderVersion_IsToldByItsRootAlone()
    {
        // Nothing in a file can say that there is a newer one: whoever has to know keeps the root, and asks for the proof that leads on from it.
        var old = await MakeAsync();
        var newer = await TestContainers.AppendAsync(old, [Vectors.SeededBytes("more", 200), []], Options(_statements));
        Assert.Equal(VerificationState.Valid, (await VerifyAsync(old)).State);
        await using var first = await H4mkContainer.OpenAsync(old);
        await using var second = await H4mkContainer.OpenAsync(newer);
        Assert.NotEqual(first.Identity, second.Identity);
        var proof = await first.ProveExtensionAsync(second);
        Assert.True(H4mkProof.TryVerifyExtension(proof, first.Identity!.Value, second.Identity!.Value, out _));
        Assert.False(H4mkProof.TryVerifyExtension(proof, second.Identity!.Value, first.Identity!.Value, out _));
        await Assert.ThrowsAsync<ArgumentException>(async () => await second.ProveExtensionAsync(first));

        // A signed file without its SIGN chunks is the unsigned one: the same version, not another.
        var stripped = TestContainers.WithoutSigns(newer);
        Assert.Equal(second.Identity, (await TestContainers.VerifyAsync(stripped)).Identity);
        Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(stripped, new VerifyOptions { Keys = [_trusted] })).State);
    }

    [Fact]
    public async Task Verify_CutBackAndClosedAgain_IsInvalidWithAnySignOfBefore()
    {
        var whole = await MakeAsync();
        var signs = (await Recording.ReadAsync(whole)).Signs;
        foreach (var (_, _, end) in TestContainers.Chunks(whole).Where(c => c.Tag == "CORE"))
        {
            using var output = new MemoryStream();
            await TestContainers.Transport.RecoverAsync(H4mkSource.FromMemory(whole.AsMemory(0, end)), output);
            var cut = await TestContainers.AddSignsAsync(output.ToArray(), [.. signs]);
            var isWhole = (await TestContainers.VerifyAsync(cut)).Identity == (await TestContainers.VerifyAsync(whole)).Identity;
            Assert.Equal(isWhole ? VerificationState.Valid : VerificationState.Invalid, (await TestContainers.VerifyAsync(cut, new VerifyOptions { SealKey = _key })).State);
            Assert.Equal(isWhole ? VerificationState.Valid : VerificationState.Invalid, (await TestContainers.VerifyAsync(cut, new VerifyOptions { Keys = [_trusted] })).State);
        }
    }

    [Fact]
    public async Task Verify_CodeOfAStranger_IsInvalid()
    {
        // The code of somebody who has another key, over this very root: below it, and in place of it.
        using var stranger = TestContainers.Key("stranger");
        var sound = await MakeAsync();
        await using var container = await H4mkContainer.OpenAsync(sound);
        await using var theirs = await H4mkContainer.OpenAsync(await TestContainers.ExportAsync(Media, TestContainers.Options with { Seal = new SealOptions { Key = stranger } }));
        using var keys = await ContainerKeys.TryOpenAsync(theirs, stranger);
        using var seal = keys!.CreateRootSeal();
        var code = new byte[RootSeal.Length];
        seal!.Compute(container.Root!.Header.Span, code);
        var sign = new SignContent(SignContent.RootMac, code);
        var replaced = await TestContainers.AddSignsAsync(TestContainers.WithoutSigns(sound), sign);
        Assert.Equal(VerificationState.Invalid, (await TestContainers.VerifyAsync(replaced, new VerifyOptions { SealKey = _key })).State);
        Assert.Equal(VerificationState.Valid, (await VerifyAsync(await TestContainers.AddSignsAsync(sound, sign))).State);
    }

    private async Task<ContainerKeys?> TryOpenAsync(H4mkContainer container)
    {
        try
        {
            return await ContainerKeys.TryOpenAsync(container, _key);
        }
        catch (H4mkFormatException exception) when (exception.Tag == ChunkTag.Seal)
        {
            return null;
        }
    }

    private static RecordedBlock NotKey(RecordedBlock block) => block with { Info = block.Info with { IsKey = false } };

    private static Recording Swapped(Recording recording, (int Track, int Ordinal) one, (int Track, int Ordinal) other)
    {
        var (first, second) = (recording.Block(one.Track, one.Ordinal).Payload, recording.Block(other.Track, other.Ordinal).Payload);
        return recording.With(one.Track, one.Ordinal, b => b with { Payload = second }).With(other.Track, other.Ordinal, b => b with { Payload = first });
    }

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        var changed = bytes.ToArray();
        changed[at] = value;
        return changed;
    }

    /// <summary>Two tracks, appended to once, so that there are two seals; sealed, signed and with a recipient.</summary>
    private async Task<byte[]> MakeAsync()
    {
        var once = await TestContainers.ExportAsync([Media[0][..400], Media[1][..300]], Options());
        return await TestContainers.AppendAsync(once, [Media[0][400..], Media[1][300..]], Options(_statements));
    }

    private ExportOptions Options(StatementSigner? signer = null) => TestContainers.Options with
    {
        Seal = new SealOptions { Key = _key, Recipients = [_recipient] },
        Authenticators = signer is null ? [] : [new RootSigner(signer)],
    };

    private Task<VerificationResult> VerifyAsync(byte[] bytes) => TestContainers.VerifyAsync(bytes, new VerifyOptions { Keys = [_trusted], SealKey = _key, RequireSignature = true });
}
