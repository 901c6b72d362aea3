namespace Harmony4.Format.Internal;

/// <summary>The length of a SEAL payload in bytes. Without a key nothing else of it can be judged.</summary>
internal static class SealLength
{
    public const int Least = 84;
    public const int Most = 65_536;
}
