using System.Runtime.Intrinsics.X86;
using ArmSha256 = System.Runtime.Intrinsics.Arm.Sha256;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>
/// What each way of hashing costs, in sixteenths of the platform's time for one 64-byte block. Only ratios matter, and they
/// differ little between CPUs of one kind; docs/hashing-lanes.md has the measurements. They decide speed, never a digest.
/// </summary>
/// <param name="Step">One compression on all lanes at once.</param>
/// <param name="LaneMessage">Bringing one message into a lane and its digest out.</param>
/// <param name="PlatformMessage">One call of the platform beside its blocks.</param>
internal readonly record struct LaneCosts(int Step, int LaneMessage, int PlatformMessage)
{
    public const int PlatformBlock = 16;

    // CPUID leaf 7, EBX bit 29; .NET has no class for these instructions.
    private const int ShaExtensionsBit = 1 << 29;

    /// <summary>Gets whether the platform's implementation has SHA-256 instructions of the CPU to use.</summary>
    public static bool PlatformIsFast { get; } =
        ArmSha256.IsSupported || (X86Base.IsSupported && (X86Base.CpuId(7, 0).Ebx & ShaExtensionsBit) != 0);

    public static LaneCosts Of(LanePath path, bool platformIsFast) => (path, platformIsFast) switch
    {
        (LanePath.Vector512, true) => new LaneCosts(120, 32, 160),
        (LanePath.Vector256, true) => new LaneCosts(155, 32, 160),
        (LanePath.Vector128, true) => new LaneCosts(170, 32, 160),
        (LanePath.Vector512, false) => new LaneCosts(41, 12, 40),
        (LanePath.Vector256, false) => new LaneCosts(48, 12, 40),
        (LanePath.Vector128, false) => new LaneCosts(48, 12, 40),
        _ => new LaneCosts(int.MaxValue / 2, 0, 0),
    };

    /// <summary>
    /// How many of the messages, longest first, the platform should take so that the sum of its time and the lanes' is least.
    /// A message much longer than the others would leave the other lanes idle; a few messages may not be worth a step.
    /// </summary>
    /// <param name="order">Messages sorted by length, longest first: the complement of the length in the high half.</param>
    /// <param name="lanes">The lanes of the path.</param>
    public int PlatformShare(ReadOnlySpan<ulong> order, int lanes)
    {
        long rest = 0;
        foreach (var entry in order)
        {
            rest += Sha256Constants.BlockCount(Length(entry));
        }

        var best = Cost(0, rest, order, 0, lanes);
        var share = 0;
        long platform = 0;
        for (var i = 0; i < order.Length; i++)
        {
            var blocks = Sha256Constants.BlockCount(Length(order[i]));
            platform += (blocks * PlatformBlock) + PlatformMessage;
            rest -= blocks;
            var cost = Cost(platform, rest, order, i + 1, lanes);
            if (cost < best)
            {
                best = cost;
                share = i + 1;
            }
        }

        return share;
    }

    public static ulong Key(int index, int length) => ((ulong)~(uint)length << 32) | (uint)index;

    private static int Length(ulong key) => (int)~(uint)(key >> 32);

    private long Cost(long platform, long rest, ReadOnlySpan<ulong> order, int first, int lanes)
    {
        if (first == order.Length)
        {
            return platform;
        }

        var steps = Math.Max(Sha256Constants.BlockCount(Length(order[first])), (rest + lanes - 1) / lanes);
        return platform + (steps * Step) + ((long)(order.Length - first) * LaneMessage);
    }
}
