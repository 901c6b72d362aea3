using System.Globalization;
using Harmony4.Format;
using Harmony4.Tokenization;
using Microsoft.Extensions.Options;

namespace Harmony4;

/// <summary>Finds contradictions in options before the first call does.</summary>
internal sealed class Harmony4OptionsValidator : IValidateOptions<Harmony4Options>
{
    public static string? FirstFailure(Harmony4Options options)
    {
        if (options.Export is not { SegmenterOptions: { } segmenter } export || options.Container is not { } limits || options.Formats is not { } formats)
        {
            return "Export, Export.SegmenterOptions, Container and Formats must be set";
        }

        if (export.Segment is { } name && !formats.Names.Contains(name))
        {
            return $"Export.Segment: expected one of {string.Join(", ", formats.Names)}, found {name}";
        }

        if (export is { Segment: not null, Segmenter: not null })
        {
            return "Export.Segmenter: expected none where Export.Segment names one";
        }

        if (segmenter.BlockSize is < 1 or > SegmenterOptions.LargestBlockLength)
        {
            return string.Create(CultureInfo.InvariantCulture, $"Export.SegmenterOptions.BlockSize: expected 1 to {SegmenterOptions.LargestBlockLength}, found {segmenter.BlockSize}");
        }

        if (export.MaxBlockCount < 1)
        {
            return string.Create(CultureInfo.InvariantCulture, $"Export.MaxBlockCount: expected 1 or more, found {export.MaxBlockCount}");
        }

        if (export.PageLog2 is < 1 or > 14)
        {
            return string.Create(CultureInfo.InvariantCulture, $"Export.PageLog2: expected 1 to 14, found {export.PageLog2}");
        }

        if (export is { Mask: not null, Version: not H4mkVersion.V10 })
        {
            return "Export.Mask: expected Export.Version to be 1.0, which alone has a mask";
        }

        if (limits.MaxMetadataLength < 2 || limits.MaxSeekLength < 4 || limits.MaxBlockLength < 1 || limits.MaxChunkCount < 1 || limits.MaxFindings < 0)
        {
            return "Container: every limit must leave room for a container";
        }

        if (string.IsNullOrEmpty(options.StorePath))
        {
            return "StorePath: expected the path of a folder, found none";
        }

        return null;
    }

    public ValidateOptionsResult Validate(string? name, Harmony4Options options) =>
        FirstFailure(options) is { } failure ? ValidateOptionsResult.Fail(failure) : ValidateOptionsResult.Success;
}
