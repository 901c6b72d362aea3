using FsCheck;
using FsCheck.Fluent;

namespace Harmony4.Format.Tests.Proofs;

/// <summary>A block as a test gives it to a writer.</summary>
public sealed record ClipBlock(ulong Pts, uint Duration, BlockFlags Flags, byte[] Payload)
{
    public bool IsKey => (Flags & BlockFlags.Key) != 0;
}

/// <summary>One track of a clip.</summary>
public sealed record ClipTrack(int Id, ClipBlock[] Blocks);

/// <summary>Tracks of small blocks that become a container, and what is true of them by plain search.</summary>
public sealed record Clip(int PageLog2, ClipTrack[] Tracks)
{
    /// <summary>A clip of one to four tracks; now and then one of them is empty or has no keyframe.</summary>
    public static Clip FromSeed(int seed)
    {
        var random = new Random(seed);
        var id = random.Next(3);
        var tracks = new ClipTrack[random.Next(1, 5)];
        for (var i = 0; i < tracks.Length; i++)
        {
            tracks[i] = new ClipTrack(id, Blocks(random, random.Next(8) == 0 ? 0 : random.Next(1, 70), random.Next(8) == 0 ? 0 : random.Next(1, 12)));
            id += random.Next(1, 100);
        }

        return new Clip(random.Next(1, 5), tracks);
    }

    public static ClipBlock[] Blocks(Random random, int count, int keyEvery)
    {
        var pts = 0UL;
        var blocks = new ClipBlock[count];
        for (var i = 0; i < count; i++)
        {
            var isKey = keyEvery > 0 && random.Next(keyEvery) == 0;
            pts += (ulong)random.Next(isKey || i == 0 ? 1 : 0, 100_000);
            var payload = new byte[random.Next(40)];
            random.NextBytes(payload);
            var flags = (isKey ? BlockFlags.Key : 0) | (random.Next(9) == 0 ? BlockFlags.Discontinuity : 0);
            blocks[i] = new ClipBlock(pts, (uint)random.Next(50_000), flags, payload);
        }

        return blocks;
    }

    /// <summary>The same clip before its last blocks came.</summary>
    public Clip Before(Func<ClipTrack, int> count) => this with { Tracks = [.. Tracks.Select(t => t with { Blocks = t.Blocks[..count(t)] })] };

    public async Task<H4mkContainer> OpenAsync()
    {
        using var output = new MemoryStream();
        var options = new H4mkWriterOptions { PageLog2 = PageLog2, Tracks = [.. Tracks.Select(t => new H4mkTrackInfo { Id = t.Id, Kind = TrackKind.Data })] };
        await using (var writer = H4mkContainerWriter.Create(output, options))
        {
            foreach (var track in Tracks)
            {
                foreach (var block in track.Blocks)
                {
                    await writer.WriteBlockAsync(track.Id, new BlockInfo { Pts = block.Pts, Duration = block.Duration, Flags = block.Flags }, block.Payload);
                }
            }

            await writer.CompleteAsync();
        }

        return await H4mkContainer.OpenAsync(output.ToArray());
    }

    /// <summary>What is true of a block.</summary>
    public static ProvenFact BlockFact(ClipTrack track, int ordinal) => Fact(track, ProofKind.Block, ordinal);

    /// <summary>What is true at a time.</summary>
    public static ProvenFact KeyframeFact(ClipTrack track, ulong time)
    {
        var key = Array.FindLastIndex(track.Blocks, b => b.IsKey && b.Pts <= time);
        var next = Array.FindIndex(track.Blocks, b => b.IsKey && b.Pts > time);
        return Fact(track, ProofKind.Keyframe, key) with
        {
            Time = time,
            NextOrdinal = next < 0 ? null : next,
            NextPts = next < 0 ? null : track.Blocks[next].Pts,
        };
    }

    /// <summary>Times at, just before and just after each keyframe, the ends of time, and some others.</summary>
    public static IEnumerable<ulong> Times(ClipTrack track) =>
        track.Blocks.Where(b => b.IsKey).SelectMany(b => new[] { b.Pts, b.Pts + 1, b.Pts - 1 }).Append(0UL).Append(123_456UL).Append((ulong)long.MaxValue);

    public override string ToString() => $"page log2 {PageLog2}, " + string.Join(", ", Tracks.Select(t => $"{t.Id}: {string.Concat(t.Blocks.Select(b => b.IsKey ? 'k' : '.'))}"));

    private static ProvenFact Fact(ClipTrack track, ProofKind kind, int ordinal)
    {
        var fact = new ProvenFact { Kind = kind, Track = track.Id, BlockCount = track.Blocks.Length };
        return ordinal < 0 ? fact : fact with
        {
            Ordinal = ordinal,
            Pts = track.Blocks[ordinal].Pts,
            Duration = track.Blocks[ordinal].Duration,
            Length = (uint)track.Blocks[ordinal].Payload.Length,
            Flags = track.Blocks[ordinal].Flags,
            Digest = new Sha256Digest(System.Security.Cryptography.SHA256.HashData(track.Blocks[ordinal].Payload)),
        };
    }
}

/// <summary>Generates clips.</summary>
public static class ClipArbitrary
{
    public static Arbitrary<Clip> Clips() => Gen.Choose(0, int.MaxValue).Select(Clip.FromSeed).ToArbitrary();
}
