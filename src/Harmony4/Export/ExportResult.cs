using Harmony4.Format;
using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>What an export did.</summary>
/// <param name="Segment">The segmenter that was used.</param>
/// <param name="InputLength">Bytes of media read; the track stream has as many.</param>
/// <param name="Container">What the container holds.</param>
/// <param name="Hint">One line for the user when the media could be transported better in another form, else null.</param>
/// <param name="Notice">Where the media's framing could not be followed, else null; no byte is lost then.</param>
public sealed record ExportResult(string Segment, long InputLength, H4mkWriteSummary Container, string? Hint, SegmentationNotice? Notice);
