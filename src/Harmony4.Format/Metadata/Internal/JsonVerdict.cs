namespace Harmony4.Format.Internal;

/// <summary>What is to be said of bytes that have to be a JSON object.</summary>
internal enum JsonVerdict
{
    Sound,

    /// <summary>It nests deeper than the limit; nothing else is wrong.</summary>
    TooDeep,

    Wrong,
}
