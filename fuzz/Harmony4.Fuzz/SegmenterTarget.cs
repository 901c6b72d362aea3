using Harmony4.Tokenization;
using Harmony4.Tokenization.Tests.Segmentation;

namespace Harmony4.Fuzz;

/// <summary>Every format by name, also where the media is another.</summary>
internal static class SegmenterTarget
{
    public const string Name = "segmenter";

    public static void Check(FuzzInput input) => Check(input, MediaFormats.BuiltIn.Names[input.Choice % MediaFormats.BuiltIn.Names.Count]);

    /// <summary>Reads the media at once and in pieces: every promise of a segmenter, and the same of both.</summary>
    public static void Check(FuzzInput input, string format)
    {
        var options = Targets.OptionsOf(input);
        var whole = Promise.Bounded(() => SegmentationRun.Of(input.Media, Create(input, format, options)));
        var cut = SegmentationRun.Of(input.Media, Create(input, format, options), input.Step, input.Segment);
        Promise.Require(
            whole.Blocks.SequenceEqual(cut.Blocks) && whole.Notice == cut.Notice && whole.TimeTrack == cut.TimeTrack,
            $"the blocks depend on how the input is cut:\n{whole}\n\n{cut}");
    }

    private static BlockSegmenter Create(FuzzInput input, string format, SegmenterOptions options)
    {
        var segmenter = MediaFormats.BuiltIn.Create(format, options);
        if (input.Switches.HasFlag(FuzzSwitches.Prepare))
        {
            using var stream = new MemoryStream(input.Media);
            segmenter.PrepareAsync(stream).AsTask().GetAwaiter().GetResult();
        }

        return segmenter;
    }
}
