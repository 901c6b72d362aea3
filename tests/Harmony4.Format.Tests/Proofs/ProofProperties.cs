using FsCheck.Xunit;

namespace Harmony4.Format.Tests.Proofs;

/// <summary>Every block and any time of any container can be proved; what is proved is what plain search finds; and it holds for no other container.</summary>
public sealed class ProofProperties
{
    [Property(Arbitrary = [typeof(ClipArbitrary)], Replay = "301,7", MaxTest = 60)]
    public async Task ProveBlock_AnyBlock_ProvesWhatWasWritten(Clip clip)
    {
        await using var container = await clip.OpenAsync();
        var identity = container.Identity!.Value;
        foreach (var track in clip.Tracks)
        {
            for (var i = 0; i < track.Blocks.Length; i++)
            {
                var proof = await container.ProveBlockAsync(track.Id, i);

                Assert.Equal(ProofKind.Block, H4mkProof.GetKind(proof));
                Assert.True(H4mkProof.TryVerify(proof, identity, out var fact));
                Assert.Equal(Clip.BlockFact(track, i), fact);
                Assert.True(fact.MatchesPayload(track.Blocks[i].Payload));
                Assert.False(fact.MatchesPayload([.. track.Blocks[i].Payload, 0]));
                byte[] other = [.. track.Blocks[i].Payload.Select(b => (byte)(b ^ 1))];
                Assert.Equal(other.Length == 0, fact.MatchesPayload(other));
            }
        }
    }

    [Property(Arbitrary = [typeof(ClipArbitrary)], Replay = "301,9", MaxTest = 60)]
    public async Task ProveKeyframe_AnyTime_ProvesWhatASearchFinds(Clip clip)
    {
        await using var container = await clip.OpenAsync();
        var identity = container.Identity!.Value;
        foreach (var track in clip.Tracks)
        {
            foreach (var time in Clip.Times(track))
            {
                var proof = await container.ProveKeyframeAsync(track.Id, time);

                Assert.Equal(ProofKind.Keyframe, H4mkProof.GetKind(proof));
                Assert.True(H4mkProof.TryVerify(proof, identity, out var fact));
                Assert.Equal(Clip.KeyframeFact(track, time), fact);
            }
        }
    }

    [Property(Arbitrary = [typeof(ClipArbitrary)], Replay = "301,11", MaxTest = 60)]
    public async Task ProveExtension_AnyOlderContainer_ProvesHowEachTrackGrew(Clip clip, int seed)
    {
        var random = new Random(seed);
        var before = clip.Before(t => random.Next(t.Blocks.Length + 1));
        await using var old = await before.OpenAsync();
        await using var later = await clip.OpenAsync();

        var proof = await old.ProveExtensionAsync(later);

        Assert.Equal(ProofKind.Extension, H4mkProof.GetKind(proof));
        Assert.True(H4mkProof.TryVerifyExtension(proof, old.Identity!.Value, later.Identity!.Value, out var fact));
        Assert.Equal((old.Identity, later.Identity, true), (fact.Identity, fact.NewIdentity, fact.HasSameAuxChunks));
        Assert.Equal(
            clip.Tracks.Zip(before.Tracks, (t, b) => new ProvenTrackGrowth { Track = t.Id, BlockCount = b.Blocks.Length, NewBlockCount = t.Blocks.Length }),
            fact.Tracks);
    }

    [Property(Arbitrary = [typeof(ClipArbitrary)], Replay = "301,13", MaxTest = 40)]
    public async Task Verify_ProofOfAnotherContainer_DoesNotHold(Clip clip)
    {
        // The other one lacks the last block of its longest track: all but that is the same.
        var longest = clip.Tracks.MaxBy(t => t.Blocks.Length)!;
        if (longest.Blocks.Length == 0)
        {
            return;
        }

        await using var container = await clip.OpenAsync();
        await using var other = await clip.Before(t => t.Blocks.Length - (t == longest ? 1 : 0)).OpenAsync();
        var identity = other.Identity!.Value;

        Assert.False(H4mkProof.TryVerify(await container.ProveBlockAsync(longest.Id, 0), identity, out _));
        Assert.False(H4mkProof.TryVerify(await container.ProveKeyframeAsync(longest.Id, 0), identity, out _));
        var proof = await other.ProveExtensionAsync(container);
        Assert.False(H4mkProof.TryVerifyExtension(proof, container.Identity!.Value, identity, out _));
        Assert.False(H4mkProof.TryVerifyExtension(proof, identity, identity, out _));
    }

    [Property(Replay = "301,15", MaxTest = 500)]
    public void Verify_AnyBytes_RaisesNothingElse(byte[] bytes, byte kind)
    {
        byte[][] all = [bytes, [.. "H4P1"u8, .. bytes], [.. "H4P1"u8, (byte)(kind % 4), 0, .. bytes]];
        foreach (var proof in all)
        {
            H4mkProof.GetKind(proof);
            Assert.False(H4mkProof.TryVerify(proof, default, out _));
            Assert.False(H4mkProof.TryVerifyExtension(proof, default, default, out _));
            Assert.InRange(Assert.Throws<H4mkFormatException>(() => H4mkProof.Verify(proof, default)).Offset, 0, proof.Length);
            Assert.InRange(Assert.Throws<H4mkFormatException>(() => H4mkProof.VerifyExtension(proof, default, default)).Offset, 0, proof.Length);
        }
    }
}
