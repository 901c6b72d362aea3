using System.CommandLine;
using Harmony4.Tokenization;

namespace Harmony4.Cli.Commands;

/// <summary>The options that say how media is cut into blocks; <c>export</c> and <c>tokenize video</c> share them.</summary>
internal sealed class SegmenterArguments
{
    private const string Auto = "auto";

    private readonly Option<string> _segment = new("--segment")
    {
        Description = $"How blocks are found: auto, or one of {string.Join(", ", MediaFormats.BuiltIn.Names)}.",
        DefaultValueFactory = _ => Auto,
    };

    private readonly Option<long> _blockSize = new("--block-size")
    {
        Description = "Length of fixed-size blocks, such as 65536 or 512KiB.",
        DefaultValueFactory = _ => new SegmenterOptions().BlockSize,
        CustomParser = Values.Size,
    };

    private readonly Option<FrameRate> _fps = new("--fps")
    {
        Description = "Fixed-size blocks per second, exactly: a decimal, or a fraction such as 30000/1001.",
        DefaultValueFactory = _ => new SegmenterOptions().FrameRate,
        CustomParser = Values.Rate,
    };

    private readonly Option<int?> _gop = new("--gop") { Description = "Every n-th block is key, where the format has no key flags (fixed: 30).", CustomParser = r => Values.Number<int>(r) };

    private readonly Option<string> _rounding = new("--pts-rounding")
    {
        Description = "Times of fixed-size blocks: exact, or 1.0 for the drifting ones of the first implementation.",
        DefaultValueFactory = _ => "exact",
    };

    public SegmenterArguments()
    {
        _rounding.AcceptOnlyFromAmong("exact", "1.0");
        _segment.AcceptOnlyFromAmong([Auto, .. MediaFormats.BuiltIn.Names]);
    }

    public void AddTo(Command command)
    {
        command.Add(_segment);
        command.Add(_blockSize);
        command.Add(_fps);
        command.Add(_gop);
        command.Add(_rounding);
    }

    public string? Segment(ParseResult result) => result.GetValue(_segment) is { } name && name != Auto ? name : null;

    public SegmenterOptions Options(ParseResult result)
    {
        var blockSize = result.GetValue(_blockSize);
        if (blockSize is < 1 or > SegmenterOptions.LargestBlockLength)
        {
            throw CliException.Usage($"--block-size: expected 1 to {SegmenterOptions.LargestBlockLength}, found {blockSize}");
        }

        var gop = result.GetValue(_gop);
        if (gop is < 1)
        {
            throw CliException.Usage($"--gop: expected 1 or more, found {gop}");
        }

        return new SegmenterOptions
        {
            BlockSize = blockSize,
            FrameRate = result.GetValue(_fps),
            Gop = gop,
            PtsRounding = result.GetValue(_rounding) == "1.0" ? PtsRounding.Version10 : PtsRounding.Exact,
        };
    }
}
