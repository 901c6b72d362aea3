using Harmony4.Tokenization;

namespace Harmony4.Fuzz;

/// <summary>The format that is detected, and its segmenter.</summary>
internal static class DetectTarget
{
    public const string Name = "detect";

    public static void Check(FuzzInput input)
    {
        var tags = MediaFormats.GetTagLength(input.Media);
        Promise.Require(tags >= 0, $"tags of {tags} bytes");
        var format = MediaFormats.BuiltIn.Detect(input.Media);
        Promise.Require(MediaFormats.BuiltIn.Names.Contains(format.Name), $"a format '{format.Name}'");
        Promise.Require(MediaFormats.BuiltIn.Detect(input.Media) == format, "another format the second time");

        // Behind the bytes that detection is said to look at there may be anything.
        var looked = (int)Math.Min(tags + MediaFormats.DetectionLength, input.Media.Length);
        Promise.Require(MediaFormats.BuiltIn.Detect(input.Media.AsSpan(0, looked)) == format, "another format by the bytes that are looked at");
        SegmenterTarget.Check(input, format.Name);
    }
}
