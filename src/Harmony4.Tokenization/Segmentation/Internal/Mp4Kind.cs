namespace Harmony4.Tokenization.Internal;

/// <summary>Whether an input is an ISO base media file, and of which form.</summary>
internal enum Mp4Kind
{
    None,
    Plain,
    Fragmented,
}
