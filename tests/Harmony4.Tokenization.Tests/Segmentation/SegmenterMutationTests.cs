using Harmony4.TestKit;
using Xunit.Abstractions;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>
/// Damaged inputs: no exception, no lost byte, no unbounded buffer, increasing key times, and the same blocks however the
/// input is cut. HARMONY4_LONG_TESTS=1 runs 10,000,000 of each kind instead of 100,000.
/// </summary>
public sealed class SegmenterMutationTests(ITestOutputHelper output)
{
    private const int Longest = 3000;
    private const int LongInput = 300_000;
    private const int LongInputsEvery = 2000;

    private static readonly bool IsLongRun = Environment.GetEnvironmentVariable("HARMONY4_LONG_TESTS") == "1";

    private static readonly SegmenterOptions SmallBlocks = new() { MaxBlockLength = SegmenterOptions.SmallestMaxBlockLength, BlockSize = 1000, Gop = 7 };

    public static TheoryData<int> Shards => new(Enumerable.Range(1, 10));

    [Theory]
    [MemberData(nameof(Shards))]
    public void TryRead_MutatedInput_KeepsEveryPromise(int shard)
    {
        var files = Directory.GetFiles(Vectors.PathOf("media")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        var heads = files.Concat(files.Select(f => f[^Math.Min(f.Length, Longest)..])).ToList();
        var mutator = new Mutator(heads, shard);
        var whole = new List<MediaBlock>();
        var cut = new List<MediaBlock>();
        var count = IsLongRun ? 1_000_000 : 10_000;
        for (var i = 0; i < count; i++)
        {
            var input = mutator.Next(i % LongInputsEvery == 0 ? LongInput : Longest);
            var format = i % 3 == 0
                ? MediaFormats.BuiltIn.Detect(input).Name
                : MediaFormats.BuiltIn.Names[mutator.Random.Next(MediaFormats.BuiltIn.Names.Count)];
            Check(format, input, mutator.Random, whole, cut, $"shard {shard}, input {i}");
        }

        output.WriteLine($"{count} inputs");
    }

    [Theory]
    [MemberData(nameof(Shards))]
    public void TryRead_NearlyRightStructure_KeepsEveryPromise(int shard)
    {
        var random = new Random(shard);
        var generator = new StructureGenerator(random);
        var whole = new List<MediaBlock>();
        var cut = new List<MediaBlock>();
        for (var i = 0; i < (IsLongRun ? 1_000_000 : 10_000); i++)
        {
            var (format, input) = (i % 10) switch
            {
                0 or 1 => (MediaFormats.Webm, generator.NextWebm()),
                2 => (MediaFormats.Ogg, generator.NextOgg()),
                3 => (MediaFormats.Ts, generator.NextTs()),
                4 => (MediaFormats.Wav, generator.NextWav()),
                5 or 6 => (MediaFormats.Mp4, generator.NextMp4Tables()),
                7 => (MediaFormats.Mp4, generator.NextMp4()),
                _ => (MediaFormats.FragmentedMp4, generator.NextMp4()),
            };
            Check(format, input, random, whole, cut, $"structure of shard {shard}, input {i}");
        }
    }

    private static void Check(string format, byte[] input, Random random, List<MediaBlock> whole, List<MediaBlock> cut, string name)
    {
        try
        {
            var first = Read(MediaFormats.BuiltIn.Create(format, SmallBlocks), input, int.MaxValue, 0, whole);
            var second = Read(MediaFormats.BuiltIn.Create(format, SmallBlocks), input, random.Next(1, random.Next(2) == 0 ? 9 : input.Length + 2), random.Next(1, 600), cut);
            if (!whole.SequenceEqual(cut) || first != second)
            {
                throw new InvalidOperationException("the blocks depend on how the input is cut");
            }
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{format}, {name}: {(input.Length < Longest ? Convert.ToHexStringLower(input) : "long")}", exception);
        }
    }

    private static SegmentationNotice? Read(BlockSegmenter segmenter, byte[] input, int step, int segment, List<MediaBlock> blocks)
    {
        // Short steps over long inputs would copy them over and over.
        step = Math.Max(step, input.Length > Longest ? 5000 : input.Length > 1000 ? 40 : 1);
        var run = SegmentationRun.Of(input, segmenter, step, segment);
        blocks.Clear();
        blocks.AddRange(run.Blocks);
        return run.Notice;
    }
}
