using Harmony4.Format.Tests.Conformance;

namespace Harmony4.Format.Tests.Proofs;

/// <summary>The proofs of the 1.1 vectors: made again byte for byte, and checked with the identities of the manifest alone.</summary>
public sealed class ProofVectorTests
{
    [Fact]
    public async Task ProveBlock_Vector_GivesItsBytes()
    {
        await using var container = await OpenAsync("one-track.h4mk");
        var proof = Vectors11.Read("block-7.proof");

        Assert.Equal(proof, await container.ProveBlockAsync(0, 7));
        var fact = H4mkProof.Verify(proof, Identity("one-track.h4mk"));
        var block = Vectors11.Case("one-track.h4mk").GetProperty("blocks")[7];
        Assert.Equal(
            (ProofKind.Block, 0, 23L, 7L, block.GetProperty("pts").GetUInt64(), block.GetProperty("duration").GetUInt32(), block.GetProperty("length").GetUInt32(), (BlockFlags)block.GetProperty("flags").GetInt32()),
            (fact.Kind, fact.Track, fact.BlockCount, fact.Ordinal, fact.Pts, fact.Duration, fact.Length, fact.Flags));
        var payload = new System.Buffers.ArrayBufferWriter<byte>();
        await container.ReadBlockAsync(0, 7, payload);
        Assert.True(fact.MatchesPayload(payload.WrittenSpan));
    }

    [Theory]
    [InlineData("key-at-0.proof", 0UL, null, 2L)]
    [InlineData("key-at-100000.proof", 100_000UL, 2L, 4L)]
    [InlineData("key-at-end.proof", (ulong)long.MaxValue, 22L, null)]
    public async Task ProveKeyframe_Vector_GivesItsBytes(string name, ulong time, long? ordinal, long? next)
    {
        await using var container = await OpenAsync("one-track.h4mk");
        var proof = Vectors11.Read(name);

        Assert.Equal(proof, await container.ProveKeyframeAsync(0, time));
        var fact = H4mkProof.Verify(proof, Identity("one-track.h4mk"));
        Assert.Equal((ProofKind.Keyframe, time, ordinal, next), (fact.Kind, fact.Time, fact.Ordinal, fact.NextOrdinal));
    }

    [Fact]
    public async Task ProveExtension_Vector_GivesItsBytes()
    {
        await using var old = await OpenAsync("one-track.h4mk");
        await using var appended = await OpenAsync("appended.h4mk");
        var proof = Vectors11.Read("append.proof");

        Assert.Equal(proof, await old.ProveExtensionAsync(appended));
        var fact = H4mkProof.VerifyExtension(proof, Identity("one-track.h4mk"), Identity("appended.h4mk"));
        Assert.True(fact.HasSameAuxChunks);
        Assert.Equal([new ProvenTrackGrowth { Track = 0, BlockCount = 23, NewBlockCount = 32 }], fact.Tracks);
    }

    private static ValueTask<H4mkContainer> OpenAsync(string name) => H4mkContainer.OpenAsync(Vectors11.Read(name));

    private static Sha256Digest Identity(string name) =>
        Sha256Digest.TryParse(Vectors11.Case(name).GetProperty("identity").GetString(), out var identity) ? identity : throw new InvalidDataException(name);
}
