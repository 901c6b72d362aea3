using System.Security.Cryptography;
using Harmony4.Format.Internal;
using Harmony4.Format.Tests.Properties;
using Harmony4.Hashing;

namespace Harmony4.Format.Tests.Proofs;

/// <summary>What leads from a block to its track's root, for whoever trusts a signature over that root.</summary>
public sealed class InclusionTests
{
    [Fact]
    public async Task GetInclusion_OfEachBlock_LeadsToTheRootOfItsTrack()
    {
        var recorded = Recorded.Make(3, 2, 41, 2, 50);
        await using var container = await H4mkContainer.OpenAsync(await recorded.WriteAsync());
        foreach (var track in container.Tracks)
        {
            var blocks = recorded.Of(track.Id);
            for (var i = 0; i < blocks.Length; i++)
            {
                var inclusion = await container.GetInclusionAsync(track.Id, i);
                Assert.Equal((i, blocks.Length), (inclusion.Ordinal, inclusion.BlockCount));
                var entry = IndexEntry.Read(inclusion.Entry.Span);
                Assert.Equal((56, blocks[i].Info.Pts, (uint)blocks[i].Payload.Length), (inclusion.Entry.Length, entry.Pts, entry.Length));
                Assert.Equal(SHA256.HashData(blocks[i].Payload), entry.Digest.ToArray());
                var leaf = SHA256.HashData((byte[])[0, .. inclusion.Entry.Span]);
                Assert.True(MerkleProof.VerifyInclusion(leaf, i, blocks.Length, inclusion.Path.Span, track.Root!.Value.ToArray()));
                Assert.False(MerkleProof.VerifyInclusion(leaf, i + 1, blocks.Length, inclusion.Path.Span, track.Root!.Value.ToArray()));
            }

            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await container.GetInclusionAsync(track.Id, blocks.Length));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await container.GetInclusionAsync(track.Id, -1));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await container.GetInclusionAsync(1, 0));
        await using var old = await H4mkContainer.OpenAsync(Media.Small.Encode());
        await Assert.ThrowsAsync<NotSupportedException>(async () => await old.GetInclusionAsync(0, 0));
    }
}
