namespace Harmony4.Format.Tests.Proofs;

/// <summary>A proof is one string of bytes: any other bit, length or kind, and it does not hold.</summary>
public sealed class ProofDamageTests
{
    private const int HeadSize = 8 + 128 + 72;
    private static readonly Clip Small = new(1, [new ClipTrack(3, Clip.Blocks(new Random(1), 11, 3)), new ClipTrack(4, Clip.Blocks(new Random(2), 6, 2)), new ClipTrack(9, [])]);

    /// <summary>Where a keyframe proof of the small clip has its time, the one field that nothing in the container authenticates: it is the question.</summary>
    private static readonly int TimeOffset = HeadSize + (2 * 32);

    [Fact]
    public async Task Verify_EverySingleBitFlip_DoesNotHold()
    {
        await using var container = await Small.OpenAsync();
        var identity = container.Identity!.Value;
        foreach (var (proof, isKeyframe) in await ProofsAsync(container))
        {
            for (var bit = 0; bit < proof.Length * 8; bit++)
            {
                proof[bit / 8] ^= (byte)(1 << (bit % 8));
                if (!H4mkProof.TryVerify(proof, identity, out var fact))
                {
                    CheckFault(() => H4mkProof.Verify(proof, identity), proof);
                }
                else
                {
                    // Another time is another question; the answer to it must be true.
                    Assert.True(isKeyframe && bit / 8 >= TimeOffset && bit / 8 < TimeOffset + 8, $"bit {bit} of {proof.Length * 8}");
                    Assert.Equal(Clip.KeyframeFact(Small.Tracks[0], fact.Time!.Value), fact);
                }

                proof[bit / 8] ^= (byte)(1 << (bit % 8));
            }

            Assert.True(H4mkProof.TryVerify(proof, identity, out _));
        }
    }

    [Fact]
    public async Task VerifyExtension_EverySingleBitFlip_DoesNotHold()
    {
        await using var old = await Small.Before(t => t.Blocks.Length / 2).OpenAsync();
        await using var later = await Small.OpenAsync();
        var proof = await old.ProveExtensionAsync(later);
        var (identity, newIdentity) = (old.Identity!.Value, later.Identity!.Value);
        for (var bit = 0; bit < proof.Length * 8; bit++)
        {
            proof[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(H4mkProof.TryVerifyExtension(proof, identity, newIdentity, out _), $"bit {bit} of {proof.Length * 8}");
            CheckFault(() => H4mkProof.VerifyExtension(proof, identity, newIdentity), proof);
            proof[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(H4mkProof.TryVerifyExtension(proof, identity, newIdentity, out _));
    }

    [Fact]
    public async Task Verify_EveryIdentityBitFlip_DoesNotHold()
    {
        await using var container = await Small.OpenAsync();
        var proof = await container.ProveBlockAsync(3, 5);
        var identity = container.Identity!.Value.ToArray();
        for (var bit = 0; bit < 256; bit++)
        {
            identity[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(H4mkProof.TryVerify(proof, new Sha256Digest(identity), out _));
            identity[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public async Task Verify_EveryCutAndEveryExtension_DoesNotHold()
    {
        await using var old = await Small.Before(t => t.Blocks.Length / 2).OpenAsync();
        await using var container = await Small.OpenAsync();
        var identity = container.Identity!.Value;
        foreach (var (proof, _) in await ProofsAsync(container))
        {
            foreach (var other in OtherLengths(proof))
            {
                Assert.False(H4mkProof.TryVerify(other, identity, out _), $"{other.Length} instead of {proof.Length}");
                CheckFault(() => H4mkProof.Verify(other, identity), other);
            }
        }

        var extension = await old.ProveExtensionAsync(container);
        foreach (var other in OtherLengths(extension))
        {
            Assert.False(H4mkProof.TryVerifyExtension(other, old.Identity!.Value, identity, out _), $"{other.Length} instead of {extension.Length}");
            CheckFault(() => H4mkProof.VerifyExtension(other, old.Identity!.Value, identity), other);
        }
    }

    [Fact]
    public async Task Verify_AnotherKindThanAskedFor_DoesNotHold()
    {
        await using var container = await Small.OpenAsync();
        var identity = container.Identity!.Value;
        var extension = await container.ProveExtensionAsync(container);

        Assert.False(H4mkProof.TryVerify(extension, identity, out _));
        Assert.False(H4mkProof.TryVerifyExtension(await container.ProveBlockAsync(3, 0), identity, identity, out _));
        Assert.Equal(0, Assert.Throws<H4mkFormatException>(() => H4mkProof.Verify(extension, identity)).Offset);
    }

    /// <summary>An ordinal other than the block's own, with the path cut or drawn out to every length.</summary>
    [Fact]
    public async Task Verify_OrdinalAndPathLengthOfAnotherPlace_DoNotHold()
    {
        await using var container = await Small.OpenAsync();
        var identity = container.Identity!.Value;
        var proof = await container.ProveBlockAsync(3, 10);
        var blockOffset = TimeOffset;
        var pathOffset = blockOffset + 4 + 56;
        uint[] ordinals = [.. Enumerable.Range(0, 40).Select(i => (uint)i), 1 << 16, uint.MaxValue - 1, uint.MaxValue];
        foreach (var ordinal in ordinals)
        {
            for (var nodes = 0; nodes <= 8; nodes++)
            {
                byte[] path = [.. proof[pathOffset..], .. new byte[32 * 8]];
                byte[] forged = [.. proof[..pathOffset], .. path[..(32 * nodes)]];
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(forged.AsSpan(blockOffset), ordinal);
                Assert.Equal(ordinal == 10 && nodes == (proof.Length - pathOffset) / 32, H4mkProof.TryVerify(forged, identity, out _));
            }
        }
    }

    [Fact]
    public async Task Verify_BlockProofOfNoBlock_DoesNotHold()
    {
        await using var container = await Small.OpenAsync();
        byte[] forged = [.. (await container.ProveBlockAsync(3, 10))[..TimeOffset], 255, 255, 255, 255];

        Assert.False(H4mkProof.TryVerify(forged, container.Identity!.Value, out _));
        CheckFault(() => H4mkProof.Verify(forged, container.Identity!.Value), forged);
    }

    private static async Task<List<(byte[] Proof, bool IsKeyframe)>> ProofsAsync(H4mkContainer container)
    {
        var track = Small.Tracks[0];
        var keys = track.Blocks.Where(b => b.IsKey).Select(b => b.Pts).ToArray();
        var proofs = new List<(byte[], bool)>();
        foreach (var ordinal in new[] { 0, 4, 10 })
        {
            proofs.Add((await container.ProveBlockAsync(track.Id, ordinal), false));
        }

        foreach (var time in new[] { 0UL, keys[0] + 20, keys[^1] + 20 })
        {
            proofs.Add((await container.ProveKeyframeAsync(track.Id, time), true));
        }

        return proofs;
    }

    private static IEnumerable<byte[]> OtherLengths(byte[] proof) =>
        Enumerable.Range(0, proof.Length).Select(l => proof[..l])
            .Concat(Enumerable.Range(1, 70).Select(more => (byte[])[.. proof, .. new byte[more]]))
            .Append([.. proof, .. proof]);

    private static void CheckFault(Action verify, byte[] proof)
    {
        var exception = Assert.Throws<H4mkFormatException>(verify);
        Assert.Equal(H4mkErrorCode.Proof, exception.Code);
        Assert.InRange(exception.Offset, 0, proof.Length);
    }
}
