using Harmony4.TestKit;
using Harmony4.Tokenization.Tests.Segmentation;

namespace Harmony4.Tokenization.Tests.Frames;

/// <summary>Damaged inputs: no exception, no endless work, and the same frames however the input is cut. HARMONY4_LONG_TESTS=1 runs 1,000,000 of each kind instead of 20,000.</summary>
public sealed class FrameMutationTests
{
    private const int Longest = 3000;

    // Tables of a few bytes can tell of billions of frames.
    private const int MostFrames = 500;

    private static readonly int Count = Environment.GetEnvironmentVariable("HARMONY4_LONG_TESTS") == "1" ? 100_000 : 2000;

    public static TheoryData<int> Shards => new(Enumerable.Range(1, 10));

    [Theory]
    [MemberData(nameof(Shards))]
    public void TryRead_MutatedInput_KeepsEveryPromise(int shard)
    {
        var files = Directory.GetFiles(Vectors.PathOf("media")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        var mutator = new Mutator([.. files, .. files.Select(f => f[^Math.Min(f.Length, Longest)..])], shard);
        for (var i = 0; i < Count; i++)
        {
            var input = mutator.Next(Longest);
            var detected = MediaFormats.BuiltIn.Detect(input).Name;
            Check(i % 3 == 0 && FrameReader.Formats.Contains(detected) ? detected : FrameReader.Formats[mutator.Random.Next(FrameReader.Formats.Count)], input, mutator.Random, $"shard {shard}, input {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Shards))]
    public void TryRead_NearlyRightStructure_KeepsEveryPromise(int shard)
    {
        var random = new Random(shard);
        var generator = new StructureGenerator(random);
        for (var i = 0; i < Count; i++)
        {
            var (format, input) = (i % 5) switch
            {
                0 => (MediaFormats.Webm, generator.NextWebm()),
                1 => (MediaFormats.Ts, generator.NextTs()),
                2 => (MediaFormats.Mp4, generator.NextMp4Tables()),
                3 => (MediaFormats.Ogg, generator.NextOgg()),
                _ => (MediaFormats.FragmentedMp4, generator.NextMp4()),
            };
            Check(format, input, random, $"structure of shard {shard}, input {i}");
        }
    }

    private static void Check(string format, byte[] input, Random random, string name)
    {
        try
        {
            var isLengthKnown = random.Next(2) == 0;
            var whole = FrameRun.Of(input, format, isLengthKnown: isLengthKnown, most: MostFrames);
            var cut = FrameRun.Of(input, format, Math.Max(random.Next(1, input.Length + 2), input.Length > 1000 ? 40 : 1), random.Next(1, 600), seeks: random.Next(2) == 0, isLengthKnown, MostFrames);
            if (!whole.Frames.SequenceEqual(cut.Frames) || (whole.Notice != cut.Notice && whole.Frames.Count < MostFrames))
            {
                throw new InvalidOperationException($"the frames depend on how the input is cut:\n{whole}\n\n{cut}");
            }
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{format}, {name}: {Convert.ToHexStringLower(input)}", exception);
        }
    }
}
