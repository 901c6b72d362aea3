using Harmony4.Hashing.Internal.Folding;
using Harmony4.Hashing.Internal.Lanes;

namespace Harmony4.Hashing.Tests;

/// <summary>Every path that this CPU has, so that one run covers them all.</summary>
internal static class LanePaths
{
    /// <summary>Lanes cost nothing: everything goes through them, however few messages there are.</summary>
    public static readonly LaneCosts AlwaysLanes = new(0, 0, 0);

    public static IEnumerable<LanePath> Supported => Enum.GetValues<LanePath>().Where(LaneEngine.IsSupported);

    public static IEnumerable<object[]> Names() => Supported.Select(p => new object[] { p.ToString() });

    public static LanePath Parse(string name) => Enum.Parse<LanePath>(name);

    public static byte[] Hash(LanePath path, IReadOnlyList<byte[]> messages, LaneCosts? costs = null)
    {
        var digests = new byte[messages.Count * 32];
        LaneEngine.HashMessages(
            path, costs ?? AlwaysLanes, messages.Select(m => new ReadOnlyMemory<byte>(m)).ToArray(), digests, Crc32Path.Platform, []);
        return digests;
    }
}
