using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>
/// Eight lanes of AVX2. Rotations are written out as shifts: helper methods for them would exceed the JIT's inlining budget.
/// </summary>
internal readonly unsafe struct Lanes256 : ILaneVector<Vector256<uint>>
{
    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Broadcast(uint value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> left, Vector256<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> BigSigma0(Vector256<uint> x) =>
        (x >>> 2) ^ (x << 30) ^ (x >>> 13) ^ (x << 19) ^ (x >>> 22) ^ (x << 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> BigSigma1(Vector256<uint> x) =>
        (x >>> 6) ^ (x << 26) ^ (x >>> 11) ^ (x << 21) ^ (x >>> 25) ^ (x << 7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> SmallSigma0(Vector256<uint> x) =>
        (x >>> 7) ^ (x << 25) ^ (x >>> 18) ^ (x << 14) ^ (x >>> 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> SmallSigma1(Vector256<uint> x) =>
        (x >>> 17) ^ (x << 15) ^ (x >>> 19) ^ (x << 13) ^ (x >>> 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Choose(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) =>
        z ^ (x & (y ^ z));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Majority(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) =>
        y ^ ((x ^ y) & (y ^ z));

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void LoadBlocks(byte** blocks, Vector256<uint>* words)
    {
        for (var half = 0; half < 2; half++, words += 8)
        {
            for (var row = 0; row < 8; row += 4)
            {
                Quad(
                    Load(blocks[row] + (32 * half)), Load(blocks[row + 1] + (32 * half)),
                    Load(blocks[row + 2] + (32 * half)), Load(blocks[row + 3] + (32 * half)),
                    out words[row], out words[row + 1], out words[row + 2], out words[row + 3]);
            }

            for (var k = 0; k < 4; k++)
            {
                var low = Avx2.Permute2x128(words[k], words[4 + k], 0x20);
                var high = Avx2.Permute2x128(words[k], words[4 + k], 0x31);
                words[k] = low;
                words[4 + k] = high;
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void StoreDigests(Vector256<uint>* state, byte* digests)
    {
        var first = stackalloc Vector256<uint>[4];
        var second = stackalloc Vector256<uint>[4];
        Quad(state[0], state[1], state[2], state[3], out first[0], out first[1], out first[2], out first[3]);
        Quad(state[4], state[5], state[6], state[7], out second[0], out second[1], out second[2], out second[3]);
        for (var j = 0; j < 4; j++)
        {
            SwapBytes(Avx2.Permute2x128(first[j], second[j], 0x20).AsByte()).AsByte().Store(digests + (32 * j));
            SwapBytes(Avx2.Permute2x128(first[j], second[j], 0x31).AsByte()).AsByte().Store(digests + (32 * (4 + j)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Load(byte* block) => SwapBytes(Vector256.Load(block));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> SwapBytes(Vector256<byte> value)
    {
        var order = Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
        return Avx2.Shuffle(value, Vector256.Create(order)).AsUInt32();
    }

    /// <summary>Transposes four rows of four words within each 128-bit part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quad(
        Vector256<uint> r0, Vector256<uint> r1, Vector256<uint> r2, Vector256<uint> r3,
        out Vector256<uint> c0, out Vector256<uint> c1, out Vector256<uint> c2, out Vector256<uint> c3)
    {
        var low01 = Avx2.UnpackLow(r0, r1).AsUInt64();
        var low23 = Avx2.UnpackLow(r2, r3).AsUInt64();
        var high01 = Avx2.UnpackHigh(r0, r1).AsUInt64();
        var high23 = Avx2.UnpackHigh(r2, r3).AsUInt64();
        c0 = Avx2.UnpackLow(low01, low23).AsUInt32();
        c1 = Avx2.UnpackHigh(low01, low23).AsUInt32();
        c2 = Avx2.UnpackLow(high01, high23).AsUInt32();
        c3 = Avx2.UnpackHigh(high01, high23).AsUInt32();
    }
}
