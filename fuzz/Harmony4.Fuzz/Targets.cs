using Harmony4.Tokenization;

namespace Harmony4.Fuzz;

/// <summary>What can be run: by name, a check that throws where a promise is broken.</summary>
internal static class Targets
{
    /// <summary>Gets the options that an input asks for.</summary>
    public static SegmenterOptions OptionsOf(FuzzInput input)
    {
        var isSecond = input.Switches.HasFlag(FuzzSwitches.Second);
        var isOther = input.Switches.HasFlag(FuzzSwitches.Others);
        return new SegmenterOptions
        {
            MaxBlockLength = input.Switches.HasFlag(FuzzSwitches.SmallBlocks) ? SegmenterOptions.SmallestMaxBlockLength : new SegmenterOptions().MaxBlockLength,
            BlockSize = input.Switches.HasFlag(FuzzSwitches.SmallBlocks) ? 1000 : new SegmenterOptions().BlockSize,
            Gop = input.Switches.HasFlag(FuzzSwitches.Gop) ? 7 : null,
            TimeTrack = !input.Switches.HasFlag(FuzzSwitches.TimeTrack) ? null : isSecond ? 2UL : 1,
            FrameRate = isOther ? new FrameRate(30_000, 1001) : new FrameRate(30),
            PcmSampleRate = isOther ? 8000U : 48_000,
            PcmChannels = isOther ? 3 : 1,
            PcmBitsPerSample = isSecond ? 24 : 16,
        };
    }

    public static Action<FuzzInput>? Find(string name) => name switch
    {
        SegmenterTarget.Name => SegmenterTarget.Check,
        DetectTarget.Name => DetectTarget.Check,
        FramesTarget.Name => FramesTarget.Check,
        WavTarget.Name => WavTarget.Check,
        _ => null,
    };
}
