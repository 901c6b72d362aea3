using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Proofs;

/// <summary>What cannot be asked for a proof, and what is no proof of anything.</summary>
public sealed class ProofArgumentTests
{
    private static readonly Clip Small = new(2, [new ClipTrack(7, Clip.Blocks(new Random(1), 13, 3))]);

    [Fact]
    public async Task Prove_OfVersion10_IsNotSupported()
    {
        await using var container = await H4mkContainer.OpenAsync(Media.Small.Encode());
        await using var later = await Small.OpenAsync();

        await Assert.ThrowsAsync<NotSupportedException>(async () => await container.ProveBlockAsync(0, 0));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await container.ProveKeyframeAsync(0, 0));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await container.ProveExtensionAsync(later));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await later.ProveExtensionAsync(container));
    }

    [Fact]
    public async Task Prove_OfWhatIsNotThere_IsAnArgumentError()
    {
        await using var container = await Small.OpenAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("track", async () => await container.ProveBlockAsync(0, 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("ordinal", async () => await container.ProveBlockAsync(7, 13));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("ordinal", async () => await container.ProveBlockAsync(7, -1));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("track", async () => await container.ProveKeyframeAsync(0, 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("pts", async () => await container.ProveKeyframeAsync(7, 1UL << 63));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("time", async () => await container.ProveKeyframeAsync(7, TimeSpan.FromTicks(-1)));
        await Assert.ThrowsAsync<ArgumentNullException>("later", async () => await container.ProveExtensionAsync(null!));
    }

    [Fact]
    public async Task ProveKeyframe_TimeSpan_IsTheSameTime()
    {
        await using var container = await Small.OpenAsync();

        Assert.Equal(await container.ProveKeyframeAsync(7, 123_456), await container.ProveKeyframeAsync(7, TimeSpan.FromMicroseconds(123_456)));
    }

    [Fact]
    public void GetKind_OtherBytes_IsNone()
    {
        Assert.Equal(ProofKind.None, H4mkProof.GetKind([]));
        Assert.Equal(ProofKind.None, H4mkProof.GetKind([.. "H4P1"u8, 1, 0, 0]));
        Assert.Equal(ProofKind.None, H4mkProof.GetKind([.. "H4P1"u8, 0, 0, 0, 0]));
        Assert.Equal(ProofKind.None, H4mkProof.GetKind([.. "H4P1"u8, 4, 0, 0, 0]));
        Assert.Equal(ProofKind.None, H4mkProof.GetKind([.. "H4P1"u8, 1, 1, 0, 0]));
        Assert.Equal(ProofKind.None, H4mkProof.GetKind([.. "H4MK"u8, 1, 0, 0, 0]));
        Assert.Equal(ProofKind.Extension, H4mkProof.GetKind([.. "H4P1"u8, 3, 0, 0, 0]));
    }

    [Fact]
    public void MatchesPayload_WithoutABlock_IsFalse() =>
        Assert.False(new ProvenFact { Kind = ProofKind.Keyframe, Track = 0, BlockCount = 0 }.MatchesPayload([]));
}
