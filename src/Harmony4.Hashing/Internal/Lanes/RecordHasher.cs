using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>SHA-256 of records that all have one length and lie side by side, each after an optional prefix byte.</summary>
internal static unsafe class RecordHasher
{
    public const int NoPrefix = -1;

    // Longer prefixed records go to the platform through a buffer of this size.
    private const int MaxPlatformBuffer = 512;

    /// <summary>Hashes records; <paramref name="digests"/> may lie over the start of <paramref name="records"/> when records are at least as long as digests.</summary>
    public static void Hash(LanePath path, in LaneCosts costs, int prefix, ReadOnlySpan<byte> records, int recordSize, Span<byte> digests)
    {
        var count = digests.Length / Sha256Constants.DigestSize;
        var lanes = LaneEngine.Lanes(path);
        var blocks = Sha256Constants.BlockCount(recordSize + (prefix < 0 ? 0L : 1L));
        var platform = (blocks * LaneCosts.PlatformBlock) + costs.PlatformMessage;
        var step = (blocks * costs.Step) + ((long)lanes * costs.LaneMessage);
        var done = 0;
        while (done < count)
        {
            var group = Math.Min(lanes, count - done);
            var groupRecords = records.Slice(done * recordSize, group * recordSize);
            var groupDigests = digests.Slice(done * Sha256Constants.DigestSize, group * Sha256Constants.DigestSize);
            if (path == LanePath.Platform || group * platform <= step)
            {
                HashOnPlatform(prefix, groupRecords, recordSize, groupDigests);
            }
            else
            {
                HashGroup(path, prefix, groupRecords, recordSize, groupDigests);
            }

            done += group;
        }
    }

    private static void HashGroup(LanePath path, int prefix, ReadOnlySpan<byte> records, int recordSize, Span<byte> digests)
    {
        switch (path)
        {
            case LanePath.Vector512:
                Group<Lanes512, Vector512<uint>>(prefix, records, recordSize, digests);
                break;
            case LanePath.Vector256:
                Group<Lanes256, Vector256<uint>>(prefix, records, recordSize, digests);
                break;
            default:
                Group<Lanes128, Vector128<uint>>(prefix, records, recordSize, digests);
                break;
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Group<TLanes, TVector>(int prefix, ReadOnlySpan<byte> records, int recordSize, Span<byte> digests)
        where TLanes : struct, ILaneVector<TVector>
        where TVector : unmanaged
    {
        var lanes = LaneKernel<TLanes, TVector>.Lanes;
        var count = digests.Length / Sha256Constants.DigestSize;
        var memory = stackalloc byte[LaneKernel<TLanes, TVector>.Reserve(Sha256Constants.StateWords)];
        var state = (TVector*)LaneKernel<TLanes, TVector>.Align(memory);
        for (var i = 0; i < Sha256Constants.StateWords; i++)
        {
            state[i] = TLanes.Broadcast(Sha256Constants.InitialState[i]);
        }

        var scratch = stackalloc byte[lanes * Sha256Constants.BlockSize];
        var pointers = stackalloc byte*[lanes];
        var length = recordSize + (prefix < 0 ? 0 : 1);
        var blocks = Sha256Constants.BlockCount(length);
        for (long block = 0; block < blocks; block++)
        {
            for (var lane = 0; lane < lanes; lane++)
            {
                // Lanes without a record repeat the first one's block.
                pointers[lane] = lane < count ? scratch + (lane * Sha256Constants.BlockSize) : scratch;
            }

            for (var lane = 0; lane < count; lane++)
            {
                var target = new Span<byte>(pointers[lane], Sha256Constants.BlockSize);
                FillBlock(prefix, records.Slice(lane * recordSize, recordSize), block, block == blocks - 1, target);
            }

            LaneKernel<TLanes, TVector>.Compress(state, pointers, 1);
        }

        var output = stackalloc byte[lanes * Sha256Constants.DigestSize];
        TLanes.StoreDigests(state, output);
        new ReadOnlySpan<byte>(output, digests.Length).CopyTo(digests);
    }

    /// <summary>Writes block <paramref name="index"/> of the padded message.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FillBlock(int prefix, ReadOnlySpan<byte> record, long index, bool last, Span<byte> target)
    {
        var prefixLength = prefix < 0 ? 0 : 1;
        var length = record.Length + prefixLength;
        var start = (int)Math.Min(index * Sha256Constants.BlockSize, length + 1L);
        var used = Math.Min(Sha256Constants.BlockSize, length - start);
        if (used < Sha256Constants.BlockSize)
        {
            target.Clear();
        }

        if (used > 0)
        {
            var skip = start == 0 ? prefixLength : 0;
            record.Slice(start + skip - prefixLength, used - skip).CopyTo(target[skip..]);
            if (skip == 1)
            {
                target[0] = (byte)prefix;
            }
        }

        if (used is >= 0 and < Sha256Constants.BlockSize)
        {
            target[used] = 0x80;
        }

        if (last)
        {
            BinaryPrimitives.WriteUInt64BigEndian(target[^sizeof(ulong)..], (ulong)length * 8);
        }
    }

    private static void HashOnPlatform(int prefix, ReadOnlySpan<byte> records, int recordSize, Span<byte> digests)
    {
        using var incremental = prefix >= 0 && recordSize >= MaxPlatformBuffer ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        Span<byte> buffer = stackalloc byte[MaxPlatformBuffer];
        buffer[0] = (byte)prefix;
        Span<byte> digest = stackalloc byte[Sha256Constants.DigestSize];
        for (; !digests.IsEmpty; digests = digests[Sha256Constants.DigestSize..])
        {
            var record = records[..recordSize];
            records = records[recordSize..];
            if (prefix < 0)
            {
                SHA256.HashData(record, digest);
            }
            else if (incremental is null)
            {
                record.CopyTo(buffer[1..]);
                SHA256.HashData(buffer[..(1 + recordSize)], digest);
            }
            else
            {
                incremental.AppendData(buffer[..1]);
                incremental.AppendData(record);
                incremental.GetHashAndReset(digest);
            }

            digest.CopyTo(digests);
        }
    }
}
