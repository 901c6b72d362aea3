namespace Harmony4.Tokenization.Internal;

/// <summary>Whether an input is an ISO base media file, and of which form.</summary>
internal enum Mp4Kind
{
    None,
    Plain,

    /// <summary>Plain, with its tables behind the media data.</summary>
    PlainBehind,
    Fragmented,

    /// <summary>Fragmented, with fragments that name positions in the file: nothing plays from elsewhere.</summary>
    FragmentedAbsolute,
}
