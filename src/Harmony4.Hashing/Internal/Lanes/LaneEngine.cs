using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Harmony4.Hashing.Internal.Folding;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>Chooses between the lanes and the platform. Tests name the path; everything else takes the widest.</summary>
internal static unsafe class LaneEngine
{
    private const int OrderOnStack = 256;

    /// <summary>Gets the widest lanes of this CPU.</summary>
    public static LanePath Widest { get; } =
        IsSupported(LanePath.Vector512) ? LanePath.Vector512
        : IsSupported(LanePath.Vector256) ? LanePath.Vector256
        : IsSupported(LanePath.Vector128) ? LanePath.Vector128
        : LanePath.Platform;

    public static LaneCosts Costs(LanePath path) => LaneCosts.Of(path, LaneCosts.PlatformIsFast);

    public static bool IsSupported(LanePath path) => path switch
    {
        LanePath.Platform => true,
        LanePath.Vector128 => Lanes128.IsSupported,
        LanePath.Vector256 => Lanes256.IsSupported,
        LanePath.Vector512 => Lanes512.IsSupported,
        _ => false,
    };

    public static int Lanes(LanePath path) => path switch
    {
        LanePath.Vector128 => 4,
        LanePath.Vector256 => 8,
        LanePath.Vector512 => 16,
        _ => 1,
    };

    /// <summary>Hashes every message where it is cheapest, and computes the CRC-32 of each unless <paramref name="crcs"/> is empty.</summary>
    public static void HashMessages(
        LanePath path, in LaneCosts costs, ReadOnlySpan<ReadOnlyMemory<byte>> messages, Span<byte> digests, Crc32Path crcPath, Span<uint> crcs)
    {
        if (messages.Length == 1 || path == LanePath.Platform)
        {
            for (var i = 0; i < messages.Length; i++)
            {
                HashOne(messages, i, digests, crcPath, crcs);
            }

            return;
        }

        var rented = messages.Length > OrderOnStack ? ArrayPool<ulong>.Shared.Rent(messages.Length) : null;
        var order = rented ?? stackalloc ulong[OrderOnStack];
        order = order[..messages.Length];
        for (var i = 0; i < messages.Length; i++)
        {
            order[i] = LaneCosts.Key(i, messages[i].Length);
        }

        order.Sort();
        var share = costs.PlatformShare(order, Lanes(path));
        foreach (var key in order[..share])
        {
            HashOne(messages, (int)(uint)key, digests, crcPath, crcs);
        }

        RunMessages(path, messages, order[share..], digests, crcPath, crcs);
        if (rented is not null)
        {
            ArrayPool<ulong>.Shared.Return(rented);
        }
    }

    /// <summary>Runs a feed on the lanes of a path.</summary>
    public static void Run<TFeed>(LanePath path, ref TFeed feed)
        where TFeed : ILaneFeed, allows ref struct
    {
        switch (path)
        {
            case LanePath.Vector512:
                LaneRunner<Lanes512, Vector512<uint>>.Run(ref feed);
                break;
            case LanePath.Vector256:
                LaneRunner<Lanes256, Vector256<uint>>.Run(ref feed);
                break;
            case LanePath.Vector128:
                LaneRunner<Lanes128, Vector128<uint>>.Run(ref feed);
                break;
            default:
                throw new PlatformNotSupportedException("This CPU has no lanes.");
        }
    }

    [SkipLocalsInit]
    private static void RunMessages(
        LanePath path,
        ReadOnlySpan<ReadOnlyMemory<byte>> messages,
        ReadOnlySpan<ulong> order,
        Span<byte> digests,
        Crc32Path crcPath,
        Span<uint> crcs)
    {
        if (order.IsEmpty)
        {
            return;
        }

        var scratch = stackalloc byte[MessageFeed.ScratchSize];
        var checksums = default(LaneChecksums);
        if (!crcs.IsEmpty)
        {
            var memory = stackalloc byte[LaneChecksums.ScratchSize];
            checksums = new LaneChecksums(crcPath, crcs, memory);
        }

        var feed = new MessageFeed(messages, order, digests, scratch, checksums);
        try
        {
            Run(path, ref feed);
        }
        finally
        {
            feed.Dispose();
        }
    }

    private static void HashOne(
        ReadOnlySpan<ReadOnlyMemory<byte>> messages, int index, Span<byte> digests, Crc32Path crcPath, Span<uint> crcs)
    {
        var message = messages[index].Span;
        SHA256.HashData(message, digests.Slice(index * Sha256Constants.DigestSize, Sha256Constants.DigestSize));
        if (!crcs.IsEmpty)
        {
            crcs[index] = Crc32Engine.Update(crcPath, 0, message);
        }
    }
}
