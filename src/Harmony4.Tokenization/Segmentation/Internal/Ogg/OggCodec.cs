namespace Harmony4.Tokenization.Internal;

/// <summary>What a logical Ogg stream holds, which says how its granule positions count.</summary>
internal enum OggCodec
{
    Unknown,
    Skeleton,
    Opus,
    Vorbis,
    Flac,
    Speex,
    Theora,
    Vp8,
}
