using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Harmony4.Hashing.Internal.Folding;

/// <summary>
/// The CRC of sixteen bytes, and of short runs, by carry-less multiplication of 128 bits (Gopal and others, "Fast CRC
/// Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel, 2009).
/// </summary>
internal static unsafe class Crc32Reduction
{
    public const int PartSize = 16;

    private static Vector128<ulong> ByPart => Vector128.Create(FoldConstants.By128Low, FoldConstants.By128High);

    /// <summary>Gets indices that move bytes: read from r on, to the end of a part; from 16 + r on, to its start. 0x80 stands for no byte.</summary>
    private static ReadOnlySpan<byte> Moves =>
    [
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
    ];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Fold(Vector128<ulong> accumulator, Vector128<ulong> data) =>
        Pclmulqdq.CarrylessMultiply(accumulator, ByPart, 0x00) ^ Pclmulqdq.CarrylessMultiply(accumulator, ByPart, 0x11) ^ data;

    /// <summary>The CRC of at least sixteen bytes that follow bytes of a given CRC.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static uint Update(uint crc, byte* data, int length) =>
        Finish(Vector128.Load((ulong*)data) ^ Vector128.CreateScalar((ulong)~crc), data + PartSize, length - PartSize);

    /// <summary>The CRC after a part, to which everything so far is folded, and the bytes that follow; at least sixteen lie before them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static uint Finish(Vector128<ulong> last, byte* rest, int length)
    {
        for (; length >= PartSize; length -= PartSize, rest += PartSize)
        {
            last = Fold(last, Vector128.Load((ulong*)rest));
        }

        return ~Reduce(length == 0 ? last : FoldRest(last, rest, length));
    }

    /// <summary>Folds one to fifteen bytes: as many from the part's start are folded over the sixteen bytes that end with them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> FoldRest(Vector128<ulong> last, byte* rest, int length)
    {
        ref var moves = ref MemoryMarshal.GetReference(Moves);
        var toEnd = Vector128.LoadUnsafe(ref moves, (nuint)length);
        var toStart = Vector128.LoadUnsafe(ref moves, (nuint)(PartSize + length));
        var tail = Vector128.Load(rest + length - PartSize);
        var first = Ssse3.Shuffle(last.AsByte(), toEnd);
        var second = Sse41.BlendVariable(Ssse3.Shuffle(last.AsByte(), toStart), tail, toStart);
        return Fold(first.AsUInt64(), second.AsUInt64());
    }

    /// <summary>The remainder of 128 bits times x^32, over 96 and 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Reduce(Vector128<ulong> value)
    {
        var low32 = Vector128.CreateScalar((ulong)uint.MaxValue);
        var bits96 = Pclmulqdq.CarrylessMultiply(value, ByPart, 0x10) ^ Sse2.ShiftRightLogical128BitLane(value, sizeof(ulong));
        var bits64 = Pclmulqdq.CarrylessMultiply(bits96 & low32, Vector128.CreateScalar(FoldConstants.X64), 0x00)
            ^ Sse2.ShiftRightLogical128BitLane(bits96, sizeof(uint));

        // Barrett: the quotient's product with the polynomial takes away all but the remainder.
        var constants = Vector128.Create(FoldConstants.Polynomial, FoldConstants.Quotient);
        var quotient = Pclmulqdq.CarrylessMultiply(bits64 & low32, constants, 0x10);
        var product = Pclmulqdq.CarrylessMultiply(quotient & low32, constants, 0x00);
        return (uint)((bits64 ^ product)[0] >> 32);
    }
}
