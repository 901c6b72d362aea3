namespace Harmony4.Format.Tests.Proofs;

/// <summary>What is no extension: changed, shorter, of other tracks, of another page size.</summary>
public sealed class ExtensionProofTests
{
    private static readonly Clip Small = new(2, [new ClipTrack(0, Clip.Blocks(new Random(1), 13, 3)), new ClipTrack(5, Clip.Blocks(new Random(2), 6, 2))]);

    [Fact]
    public async Task ProveExtension_OfItself_Holds()
    {
        await using var container = await Small.OpenAsync();

        var proof = await container.ProveExtensionAsync(container);

        Assert.Equal(8 + 256 + (2 * 144), proof.Length);
        Assert.True(H4mkProof.TryVerifyExtension(proof, container.Identity!.Value, container.Identity!.Value, out var fact));
        Assert.All(fact.Tracks, t => Assert.Equal(t.BlockCount, t.NewBlockCount));
    }

    [Fact]
    public async Task ProveExtension_OfAnEmptyContainer_Holds()
    {
        await using var empty = await Small.Before(_ => 0).OpenAsync();
        await using var later = await Small.OpenAsync();

        var proof = await empty.ProveExtensionAsync(later);

        Assert.True(H4mkProof.TryVerifyExtension(proof, empty.Identity!.Value, later.Identity!.Value, out _));
    }

    [Fact]
    public async Task ProveExtension_OtherMeta_HoldsAndSaysSo()
    {
        await using var old = await Small.Before(t => t.Blocks.Length - 1).OpenAsync();
        using var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { PageLog2 = 2, Tracks = [.. Small.Tracks.Select(t => new H4mkTrackInfo { Id = t.Id, Kind = TrackKind.Data })], Meta = "{\"a\":1}"u8.ToArray() }))
        {
            foreach (var track in Small.Tracks)
            {
                foreach (var block in track.Blocks)
                {
                    await writer.WriteBlockAsync(track.Id, new BlockInfo { Pts = block.Pts, Duration = block.Duration, Flags = block.Flags }, block.Payload);
                }
            }

            await writer.CompleteAsync();
        }

        await using var later = await H4mkContainer.OpenAsync(output.ToArray());

        var proof = await old.ProveExtensionAsync(later);

        Assert.False(H4mkProof.VerifyExtension(proof, old.Identity!.Value, later.Identity!.Value).HasSameAuxChunks);
    }

    [Fact]
    public async Task ProveExtension_OfWhatIsNone_IsRefused()
    {
        await using var container = await Small.OpenAsync();
        var track = Small.Tracks[0];
        ClipBlock[] retimed = [.. track.Blocks];
        retimed[2] = retimed[2] with { Duration = retimed[2].Duration + 1 };
        const string otherTracks = "expected a later container with 2 tracks and page log2 2, found";
        const string otherTrack = "expected a later container with track";
        const string otherBlocks = "the later container does not begin with the blocks of this one";
        (Clip Clip, string Expected)[] others =
        [
            (Small.Before(t => t.Blocks.Length - 1), otherTrack),
            (Small with { PageLog2 = 3 }, otherTracks),
            (Small with { Tracks = [track] }, otherTracks),
            (Small with { Tracks = [track, Small.Tracks[1] with { Id = 6 }] }, otherTrack),
            (Small with { Tracks = [track with { Blocks = retimed }, Small.Tracks[1]] }, otherBlocks),
            (Small with { Tracks = [track with { Blocks = [.. retimed, .. retimed.Skip(13)] }, Small.Tracks[1]] }, otherBlocks),
            (Small with { Tracks = [track with { Blocks = [.. track.Blocks.Skip(1)] }, Small.Tracks[1]] }, otherTrack),
        ];
        foreach (var (clip, expected) in others)
        {
            await using var other = await clip.OpenAsync();
            var refusal = await Assert.ThrowsAsync<ArgumentException>("later", async () => await container.ProveExtensionAsync(other));
            Assert.StartsWith(expected, refusal.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Records and headers that are all sound, put together to a proof of what is no extension.</summary>
    [Fact]
    public async Task VerifyExtension_SoundPartsOfOtherContainers_DoNotHold()
    {
        var single = Small with { Tracks = [Small.Tracks[0]] };
        await using var container = await single.OpenAsync();
        Clip[] others =
        [
            single with { PageLog2 = 3 },
            single with { Tracks = [single.Tracks[0] with { Id = 1 }] },
            Small,
            single.Before(_ => 12),
        ];
        Assert.True(Holds(container, container, 1));
        foreach (var clip in others)
        {
            await using var other = await clip.OpenAsync();
            Assert.False(Holds(container, other, 1));
            Assert.False(Holds(container, other, 2));
            Assert.False(Holds(other, container, 1));
            Assert.False(Holds(other, container, 2));
        }

        static bool Holds(H4mkContainer old, H4mkContainer later, byte tracks)
        {
            var (before, after) = (old.Paged!.Root, later.Paged!.Root);
            byte[] proof = [.. "H4P1"u8, 3, 0, 0, tracks, .. before.HeaderBytes, .. after.HeaderBytes, .. before.TrackBytes, .. after.TrackBytes];
            return H4mkProof.TryVerifyExtension(proof, before.Identity, after.Identity, out _);
        }
    }
}
