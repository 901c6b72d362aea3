using Harmony4.Tokenization;
using Harmony4.Tokenization.Tests.Frames;

namespace Harmony4.Fuzz;

/// <summary>The frames of every format that has them.</summary>
internal static class FramesTarget
{
    public const string Name = "frames";

    // Tables of a few bytes can tell of billions of frames where no length of the input is known.
    private const int MostFrames = 500;

    public static void Check(FuzzInput input)
    {
        var format = FrameReader.Formats[input.Choice % FrameReader.Formats.Count];
        var options = Targets.OptionsOf(input);
        var isLengthKnown = input.Switches.HasFlag(FuzzSwitches.KnownLength);
        var isPrepared = input.Switches.HasFlag(FuzzSwitches.Prepare);
        var skips = input.Switches.HasFlag(FuzzSwitches.Skip);
        var whole = Promise.Bounded(() => FrameRun.Of(input.Media, format, options: options, isLengthKnown: isLengthKnown, isPrepared: isPrepared, most: MostFrames));
        var cut = FrameRun.Of(input.Media, format, input.Step, input.Segment, skips, isLengthKnown, MostFrames, options, isPrepared);
        Promise.Require(
            whole.Frames.SequenceEqual(cut.Frames) && (whole.Notice == cut.Notice || whole.Frames.Count == MostFrames),
            $"the frames depend on how the input is cut:\n{whole}\n\n{cut}");
    }
}
