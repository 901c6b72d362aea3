using FsCheck;
using FsCheck.Fluent;

namespace Harmony4.Format.Tests.Properties;

/// <summary>A block of one of several tracks, as a test gives it to a writer.</summary>
public sealed record TrackBlock(int Track, BlockInfo Info, byte[] Payload);

/// <summary>What goes into a 1.1 container: tracks 0, 3, 6…, their blocks in the order they are written.</summary>
public sealed record Recorded(int TrackCount, int PageLog2, TrackBlock[] Blocks)
{
    public H4mkWriterOptions Options => new()
    {
        Meta = Media.Meta,
        Safe = Media.Safe,
        PageLog2 = PageLog2,
        Tracks = [.. Enumerable.Range(0, TrackCount).Select(i => new H4mkTrackInfo { Id = 3 * i, Kind = (TrackKind)(i % 3) })],
    };

    public TrackBlock[] Of(int track) => [.. Blocks.Where(b => b.Track == track)];

    public static Recorded Make(int seed, int trackCount, int blockCount, int pageLog2, int maxLength)
    {
        var random = new Random(seed);
        var pts = new ulong[trackCount];
        return new Recorded(trackCount, pageLog2, [.. Enumerable.Range(0, blockCount).Select(_ =>
        {
            var track = random.Next(trackCount);
            var payload = new byte[random.Next(4) == 0 ? 0 : random.Next(maxLength + 1)];
            random.NextBytes(payload);
            var info = new BlockInfo
            {
                Pts = pts[track] += (ulong)random.Next(1, 100_000),
                Duration = (ulong)random.Next(0, 50_000),
                Flags = (random.Next(3) == 0 ? BlockFlags.Key : 0) | (random.Next(9) == 0 ? BlockFlags.Discontinuity : 0),
            };
            return new TrackBlock(3 * track, info, payload);
        })]);
    }

    public async Task<byte[]> WriteAsync()
    {
        using var output = new MemoryStream();
        await WriteAsync(output);
        return output.ToArray();
    }

    public async Task WriteAsync(Stream output, Func<H4mkContainerWriter, int, ValueTask>? afterBlock = null)
    {
        await using var writer = H4mkContainerWriter.Create(output, Options, leaveOpen: true);
        for (var i = 0; i < Blocks.Length; i++)
        {
            await writer.WriteBlockAsync(Blocks[i].Track, Blocks[i].Info, Blocks[i].Payload);
            if (afterBlock is not null)
            {
                await afterBlock(writer, i);
            }
        }

        await writer.CompleteAsync();
    }

    public override string ToString() => $"{TrackCount} tracks, pages of 2^{PageLog2}, {string.Join(", ", Blocks.Select(b => $"{b.Track}:{b.Payload.Length}"))}";
}

/// <summary>Generates recordings of one to three tracks with small pages, empty blocks and empty tracks among them.</summary>
public static class RecordedArbitrary
{
    public static Arbitrary<Recorded> Recorded() =>
        (from tracks in Gen.Choose(1, 3)
         from count in Gen.Choose(0, 40)
         from pageLog2 in Gen.Choose(1, 4)
         from maxLength in Gen.Elements(30, 5_000, 90_000)
         from seed in Gen.Choose(0, int.MaxValue)
         select Properties.Recorded.Make(seed, tracks, count, pageLog2, maxLength)).ToArbitrary();
}
