using System.Buffers.Binary;

namespace Harmony4.Format.Tests.Proofs;

/// <summary>
/// A dishonest server has every block proof of a container and puts keyframe proofs together from them. Of all pairs of blocks, only the
/// true one is a proof: no keyframe can be hidden, put in another's place, or made up.
/// </summary>
public sealed class ForgedKeyframeTests
{
    private const int HeadSize = 8 + 128 + 72;
    private static readonly byte[] None = [255, 255, 255, 255];

    public static TheoryData<int, int, int> Tracks => new()
    {
        { 1, 13, 3 }, { 2, 12, 2 }, { 3, 9, 1 }, { 4, 8, 0 }, { 5, 1, 1 }, { 6, 0, 1 }, { 7, 16, 6 },
    };

    [Theory, MemberData(nameof(Tracks))]
    public async Task Verify_EveryPairOfBlocks_HoldsForTheTrueOneAlone(int seed, int count, int keyEvery)
    {
        var track = new ClipTrack(0, Clip.Blocks(new Random(seed), count, keyEvery));
        await using var container = await new Clip(2, [track]).OpenAsync();
        var identity = container.Identity!.Value;
        var head = (await container.ProveKeyframeAsync(0, 0))[..HeadSize];
        var parts = new List<byte[]> { None };
        for (var i = 0; i < count; i++)
        {
            parts.Add((await container.ProveBlockAsync(0, i))[HeadSize..]);
        }

        foreach (var time in Clip.Times(track))
        {
            var expected = Clip.KeyframeFact(track, time);
            for (var first = 0; first < parts.Count; first++)
            {
                for (var next = 0; next < parts.Count; next++)
                {
                    var isTrue = (first == 0 ? null : first - 1) == expected.Ordinal && (next == 0 ? null : next - 1) == expected.NextOrdinal;
                    Assert.Equal(isTrue, H4mkProof.TryVerify(Proof(head, time, parts[first], parts[next]), identity, out var fact));
                    Assert.Equal(isTrue ? expected : null, fact);
                }
            }
        }
    }

    [Fact]
    public async Task Verify_TimeAbove63Bits_DoesNotHold()
    {
        var track = new ClipTrack(0, Clip.Blocks(new Random(1), 13, 3));
        await using var container = await new Clip(2, [track]).OpenAsync();
        var proof = await container.ProveKeyframeAsync(0, long.MaxValue);
        BinaryPrimitives.WriteUInt64BigEndian(proof.AsSpan(HeadSize), 1UL << 63);

        var exception = Assert.Throws<H4mkFormatException>(() => H4mkProof.Verify(proof, container.Identity!.Value));

        Assert.Equal(HeadSize, exception.Offset);
    }

    /// <summary>The blocks of one track say nothing of another, even where their ordinals and times would fit.</summary>
    [Fact]
    public async Task Verify_BlocksOfAnotherTrack_DoNotHold()
    {
        var blocks = Clip.Blocks(new Random(1), 13, 3);
        var other = blocks.Select(b => b with { Duration = b.Duration + 1 }).ToArray();
        await using var container = await new Clip(2, [new ClipTrack(0, blocks), new ClipTrack(1, other)]).OpenAsync();
        var own = await container.ProveKeyframeAsync(0, 200_000);
        var others = await container.ProveKeyframeAsync(1, 200_000);
        var identity = container.Identity!.Value;
        Assert.Equal(own.Length, others.Length);

        Assert.True(H4mkProof.TryVerify(own, identity, out _) && H4mkProof.TryVerify(others, identity, out _));
        Assert.False(H4mkProof.TryVerify([.. own[..(HeadSize + 32)], .. others[(HeadSize + 32)..]], identity, out _));
        Assert.False(H4mkProof.TryVerify([.. own[..8], .. others[8..]], identity, out _));
    }

    private static byte[] Proof(byte[] head, ulong time, byte[] first, byte[] next)
    {
        byte[] proof = [.. head, .. new byte[8], .. first, .. next];
        BinaryPrimitives.WriteUInt64BigEndian(proof.AsSpan(HeadSize), time);
        return proof;
    }
}
