using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>Sixteen lanes of AVX-512. <see cref="Vector512.IsHardwareAccelerated"/> is not asked: it is false on CPUs where this still pays.</summary>
internal readonly unsafe struct Lanes512 : ILaneVector<Vector512<uint>>
{
    private const byte Xor3 = 0x96;
    private const byte Select = 0xCA;
    private const byte AtLeastTwo = 0xE8;

    public static bool IsSupported => Avx512F.IsSupported && Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Broadcast(uint value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Add(Vector512<uint> left, Vector512<uint> right) => Avx512F.Add(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> BigSigma0(Vector512<uint> x) => Avx512F.TernaryLogic(
        Avx512F.RotateRight(x, 2), Avx512F.RotateRight(x, 13), Avx512F.RotateRight(x, 22), Xor3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> BigSigma1(Vector512<uint> x) => Avx512F.TernaryLogic(
        Avx512F.RotateRight(x, 6), Avx512F.RotateRight(x, 11), Avx512F.RotateRight(x, 25), Xor3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> SmallSigma0(Vector512<uint> x) => Avx512F.TernaryLogic(
        Avx512F.RotateRight(x, 7), Avx512F.RotateRight(x, 18), Avx512F.ShiftRightLogical(x, 3), Xor3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> SmallSigma1(Vector512<uint> x) => Avx512F.TernaryLogic(
        Avx512F.RotateRight(x, 17), Avx512F.RotateRight(x, 19), Avx512F.ShiftRightLogical(x, 10), Xor3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Choose(Vector512<uint> x, Vector512<uint> y, Vector512<uint> z) =>
        Avx512F.TernaryLogic(x, y, z, Select);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Majority(Vector512<uint> x, Vector512<uint> y, Vector512<uint> z) =>
        Avx512F.TernaryLogic(x, y, z, AtLeastTwo);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void LoadBlocks(byte** blocks, Vector512<uint>* words)
    {
        for (var row = 0; row < 16; row += 4)
        {
            Quad(
                Load(blocks[row]), Load(blocks[row + 1]), Load(blocks[row + 2]), Load(blocks[row + 3]),
                out words[row], out words[row + 1], out words[row + 2], out words[row + 3]);
        }

        // Each 128-bit part now holds one word of four lanes: a transpose of parts finishes, four vectors at a time.
        for (var k = 0; k < 4; k++)
        {
            var low01 = Avx512F.Shuffle4x128(words[k], words[4 + k], 0x44);
            var low23 = Avx512F.Shuffle4x128(words[8 + k], words[12 + k], 0x44);
            var high01 = Avx512F.Shuffle4x128(words[k], words[4 + k], 0xEE);
            var high23 = Avx512F.Shuffle4x128(words[8 + k], words[12 + k], 0xEE);
            words[k] = Avx512F.Shuffle4x128(low01, low23, 0x88);
            words[4 + k] = Avx512F.Shuffle4x128(low01, low23, 0xDD);
            words[8 + k] = Avx512F.Shuffle4x128(high01, high23, 0x88);
            words[12 + k] = Avx512F.Shuffle4x128(high01, high23, 0xDD);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void StoreDigests(Vector512<uint>* state, byte* digests)
    {
        var first = stackalloc Vector512<uint>[4];
        var second = stackalloc Vector512<uint>[4];
        Quad(state[0], state[1], state[2], state[3], out first[0], out first[1], out first[2], out first[3]);
        Quad(state[4], state[5], state[6], state[7], out second[0], out second[1], out second[2], out second[3]);
        var lanes0And4 = Vector512.Create(0UL, 1, 8, 9, 2, 3, 10, 11);
        var lanes8And12 = Vector512.Create(4UL, 5, 12, 13, 6, 7, 14, 15);
        for (var j = 0; j < 4; j++)
        {
            var low = SwapBytes(Avx512F.PermuteVar8x64x2(first[j].AsUInt64(), lanes0And4, second[j].AsUInt64()).AsByte());
            var high = SwapBytes(Avx512F.PermuteVar8x64x2(first[j].AsUInt64(), lanes8And12, second[j].AsUInt64()).AsByte());
            low.GetLower().AsByte().Store(digests + (32 * j));
            low.GetUpper().AsByte().Store(digests + (32 * (4 + j)));
            high.GetLower().AsByte().Store(digests + (32 * (8 + j)));
            high.GetUpper().AsByte().Store(digests + (32 * (12 + j)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Load(byte* block) => SwapBytes(Vector512.Load(block));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> SwapBytes(Vector512<byte> value)
    {
        // A constant of the full width: one that is broadcast here would be put together anew at every use.
        const ulong low = 0x0405060700010203;
        const ulong high = 0x0C0D0E0F08090A0B;
        return Avx512BW.Shuffle(value, Vector512.Create(low, high, low, high, low, high, low, high).AsByte()).AsUInt32();
    }

    /// <summary>Transposes four rows of four words within each 128-bit part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quad(
        Vector512<uint> r0, Vector512<uint> r1, Vector512<uint> r2, Vector512<uint> r3,
        out Vector512<uint> c0, out Vector512<uint> c1, out Vector512<uint> c2, out Vector512<uint> c3)
    {
        var low01 = Avx512F.UnpackLow(r0, r1).AsUInt64();
        var low23 = Avx512F.UnpackLow(r2, r3).AsUInt64();
        var high01 = Avx512F.UnpackHigh(r0, r1).AsUInt64();
        var high23 = Avx512F.UnpackHigh(r2, r3).AsUInt64();
        c0 = Avx512F.UnpackLow(low01, low23).AsUInt32();
        c1 = Avx512F.UnpackHigh(low01, low23).AsUInt32();
        c2 = Avx512F.UnpackLow(high01, high23).AsUInt32();
        c3 = Avx512F.UnpackHigh(high01, high23).AsUInt32();
    }
}
