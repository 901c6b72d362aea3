using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>Four lanes of portable 128-bit vectors: for Arm64 without its SHA-256 instructions, and for old x86.</summary>
internal readonly unsafe struct Lanes128 : ILaneVector<Vector128<uint>>
{
    public static bool IsSupported => Vector128.IsHardwareAccelerated && (Sse2.IsSupported || AdvSimd.Arm64.IsSupported);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Broadcast(uint value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Add(Vector128<uint> left, Vector128<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> BigSigma0(Vector128<uint> x) =>
        (x >>> 2) ^ (x << 30) ^ (x >>> 13) ^ (x << 19) ^ (x >>> 22) ^ (x << 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> BigSigma1(Vector128<uint> x) =>
        (x >>> 6) ^ (x << 26) ^ (x >>> 11) ^ (x << 21) ^ (x >>> 25) ^ (x << 7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> SmallSigma0(Vector128<uint> x) =>
        (x >>> 7) ^ (x << 25) ^ (x >>> 18) ^ (x << 14) ^ (x >>> 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> SmallSigma1(Vector128<uint> x) =>
        (x >>> 17) ^ (x << 15) ^ (x >>> 19) ^ (x << 13) ^ (x >>> 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Choose(Vector128<uint> x, Vector128<uint> y, Vector128<uint> z) => z ^ (x & (y ^ z));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Majority(Vector128<uint> x, Vector128<uint> y, Vector128<uint> z) => y ^ ((x ^ y) & (y ^ z));

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void LoadBlocks(byte** blocks, Vector128<uint>* words)
    {
        for (var at = 0; at < 64; at += 16, words += 4)
        {
            Quad(
                Load(blocks[0] + at), Load(blocks[1] + at), Load(blocks[2] + at), Load(blocks[3] + at),
                out words[0], out words[1], out words[2], out words[3]);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void StoreDigests(Vector128<uint>* state, byte* digests)
    {
        var rows = stackalloc Vector128<uint>[4];
        for (var half = 0; half < 2; half++, state += 4, digests += 16)
        {
            Quad(state[0], state[1], state[2], state[3], out rows[0], out rows[1], out rows[2], out rows[3]);
            for (var lane = 0; lane < 4; lane++)
            {
                SwapBytes(rows[lane].AsByte()).AsByte().Store(digests + (32 * lane));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Load(byte* block) => SwapBytes(Vector128.Load(block));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> SwapBytes(Vector128<byte> value) =>
        Vector128.Shuffle(value, Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quad(
        Vector128<uint> r0, Vector128<uint> r1, Vector128<uint> r2, Vector128<uint> r3,
        out Vector128<uint> c0, out Vector128<uint> c1, out Vector128<uint> c2, out Vector128<uint> c3)
    {
        var low01 = ZipLow(r0, r1).AsUInt64();
        var low23 = ZipLow(r2, r3).AsUInt64();
        var high01 = ZipHigh(r0, r1).AsUInt64();
        var high23 = ZipHigh(r2, r3).AsUInt64();
        c0 = Vector128.Create(low01.GetLower(), low23.GetLower()).AsUInt32();
        c1 = Vector128.Create(low01.GetUpper(), low23.GetUpper()).AsUInt32();
        c2 = Vector128.Create(high01.GetLower(), high23.GetLower()).AsUInt32();
        c3 = Vector128.Create(high01.GetUpper(), high23.GetUpper()).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipLow(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipHigh(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);
}
