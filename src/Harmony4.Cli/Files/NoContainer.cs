using System.Globalization;
using Harmony4.Format;
using Harmony4.Tokenization;

namespace Harmony4.Cli.Files;

/// <summary>What is said of an input that is no container: what it is instead, and what to do.</summary>
internal static class NoContainer
{
    private const string Advice = "harmony4 export makes a container of it";

    /// <summary>Returns the media format that the first bytes are of; null for none.</summary>
    public static async Task<string?> DetectAsync(H4mkSource source, CancellationToken cancellationToken)
    {
        var head = new byte[MediaFormats.DetectionLength];
        var read = await source.ReadAsync(0, head, cancellationToken).ConfigureAwait(false);
        return MediaFormats.BuiltIn.Detect(head.AsSpan(0, read.Count)).Name is var format && format != MediaFormats.Fixed ? format : null;
    }

    public static CliException Fault(string path, CliException fault, string? format)
    {
        var found = (H4mkFormatException)fault.InnerException!;
        var unit = found.Code == H4mkErrorCode.TooShort ? " bytes" : "";
        var instead = format is null ? "these bytes are of no media that is known" : $"this looks like {format} media";
        return CliException.Failed(
            InputFile.NameOf(path),
            string.Create(CultureInfo.InvariantCulture, $"{found.Offset}: is no container: {found.Detail}{unit}; {instead}: {Advice}"),
            found);
    }
}
