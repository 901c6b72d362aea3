namespace Harmony4.Format.Tests.Proofs;

/// <summary>Proofs of 1 TB in 1 MiB blocks: how long they are, and how little of the index is read for one.</summary>
public sealed class ProofSizeTests
{
    private const long Blocks = 953_675;
    private const int PageChunk = 12 + 16 + (64 * 1024);

    [Theory]
    [InlineData(1, 908)]
    [InlineData(1024, 908 + (10 * 32))]
    public async Task ProveBlock_OfOneTerabyte_ReadsOnePage(int tracks, int size)
    {
        await using var container = await H4mkContainer.OpenAsync(new IndexOnlySource(Blocks, 30, tracks));
        foreach (var ordinal in new[] { 0L, 1023, 1024, 500_000 })
        {
            var (reads, bytes) = (container.Source.ReadCount, container.Source.BytesRead);

            var proof = await container.ProveBlockAsync(0, ordinal);

            Assert.Equal(size, proof.Length);
            Assert.InRange(container.Source.ReadCount - reads, 0, 1);
            Assert.InRange(container.Source.BytesRead - bytes, 0, PageChunk);
            Assert.Equal(ordinal, H4mkProof.Verify(proof, container.Identity!.Value).Ordinal);
        }

        // The last page is short and stands higher in the tree.
        var last = await container.ProveBlockAsync(0, Blocks - 1);
        Assert.True(last.Length < size);
        Assert.Equal(Blocks - 1, H4mkProof.Verify(last, container.Identity!.Value).Ordinal);
    }

    [Theory]
    [InlineData(1, 30, 1616)]
    [InlineData(1, 5000, 1616)]
    [InlineData(1024, 30, 1936)]
    public async Task ProveKeyframe_OfOneTerabyte_ReadsTwoPagesAtMost(int tracks, int keyEvery, int size)
    {
        await using var container = await H4mkContainer.OpenAsync(new IndexOnlySource(Blocks, keyEvery, tracks));
        foreach (var ordinal in new[] { 0L, 1020, 1023, 400_000, 777_777 })
        {
            var (reads, bytes) = (container.Source.ReadCount, container.Source.BytesRead);

            var proof = await container.ProveKeyframeAsync(0, ((ulong)ordinal * 40_000) + 7);

            Assert.Equal(size, proof.Length);
            Assert.True(size < 2048);
            Assert.InRange(container.Source.ReadCount - reads, 0, 2);
            Assert.InRange(container.Source.BytesRead - bytes, 0, 2 * PageChunk);
            var fact = H4mkProof.Verify(proof, container.Identity!.Value);
            Assert.Equal((ordinal / keyEvery * keyEvery, (ordinal / keyEvery * keyEvery) + keyEvery), (fact.Ordinal!.Value, fact.NextOrdinal!.Value));
        }
    }

    [Fact]
    public async Task ProveExtension_OfOneTerabyte_ReadsOnePage()
    {
        await using var later = await H4mkContainer.OpenAsync(new IndexOnlySource(Blocks, 30));
        foreach (var count in new[] { 1L, 1023, 1024, 1025, 524_288, 800_001, Blocks - 1 })
        {
            await using var old = await H4mkContainer.OpenAsync(new IndexOnlySource(count, 30));
            var (reads, oldReads) = (later.Source.ReadCount, old.Source.ReadCount);

            var proof = await old.ProveExtensionAsync(later);

            Assert.InRange(proof.Length, 408, 1080);
            Assert.InRange(later.Source.ReadCount - reads, 0, 1);
            Assert.Equal(oldReads, old.Source.ReadCount);
            var fact = H4mkProof.VerifyExtension(proof, old.Identity!.Value, later.Identity!.Value);
            Assert.Equal([new ProvenTrackGrowth { Track = 0, BlockCount = count, NewBlockCount = Blocks }], fact.Tracks);
        }
    }

    /// <summary>A signer can put a false link into a page that is sound in itself and in ROOT. Then there is no proof of that keyframe, rather than a false one.</summary>
    [Fact]
    public async Task ProveKeyframe_LinkAcrossPagesThatLies_Throws()
    {
        // Each page has one keyframe, at its start, whose link leads into the page before: no page shows by itself that it is wrong.
        await using var container = await H4mkContainer.OpenAsync(new IndexOnlySource(20_480, 1024, lyingOrdinal: 2048));

        Assert.Equal(0, H4mkProof.Verify(await container.ProveKeyframeAsync(0, 0), container.Identity!.Value).Ordinal);
        var exception = await Assert.ThrowsAsync<H4mkFormatException>(async () => await container.ProveKeyframeAsync(0, 1024 * 40_000));

        Assert.Equal((H4mkErrorCode.Page, ChunkTag.Indx), (exception.Code, exception.Tag));
        Assert.Contains("link of 1023", exception.Detail, StringComparison.Ordinal);
    }
}
