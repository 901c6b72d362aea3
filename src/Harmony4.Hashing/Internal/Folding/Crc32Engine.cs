using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SystemCrc32 = System.IO.Hashing.Crc32;

namespace Harmony4.Hashing.Internal.Folding;

/// <summary>Chooses between folding and the platform. Tests name the path; everything else takes the widest.</summary>
internal static unsafe class Crc32Engine
{
    /// <summary>The largest accumulators of any path, in bytes.</summary>
    public const int MaxStride = 256;

    // Under this length a table lookup per byte costs less than joining two checksums.
    private const int JoinThreshold = 32;

    /// <summary>Gets the widest path of this CPU.</summary>
    public static Crc32Path Widest { get; } =
        IsSupported(Crc32Path.Vector512) ? Crc32Path.Vector512
        : IsSupported(Crc32Path.Vector256) ? Crc32Path.Vector256
        : Crc32Path.Platform;

    public static bool IsSupported(Crc32Path path) => path switch
    {
        Crc32Path.Platform => true,
        Crc32Path.Vector256 => Fold256.IsSupported,
        Crc32Path.Vector512 => Fold512.IsSupported,
        _ => false,
    };

    /// <summary>The bytes that a path folds at once; 0 when it does not fold.</summary>
    public static int Stride(Crc32Path path) => path switch
    {
        Crc32Path.Vector256 => FoldKernel<Fold256, Vector256<ulong>>.Stride,
        Crc32Path.Vector512 => FoldKernel<Fold512, Vector512<ulong>>.Stride,
        _ => 0,
    };

    /// <summary>The CRC of bytes that follow bytes of a given CRC.</summary>
    public static uint Update(Crc32Path path, uint crc, ReadOnlySpan<byte> bytes)
    {
        if (path == Crc32Path.Platform)
        {
            return bytes.Length < JoinThreshold
                ? Crc32Polynomial.Update(crc, bytes)
                : Crc32Polynomial.Shift(crc, (ulong)bytes.Length) ^ SystemCrc32.HashToUInt32(bytes);
        }

        if (bytes.Length < Crc32Reduction.PartSize)
        {
            return Crc32Polynomial.Update(crc, bytes);
        }

        fixed (byte* data = bytes)
        {
            return bytes.Length < Stride(path)
                ? Crc32Reduction.Update(crc, data, bytes.Length)
                : UpdateLong(path, crc, data, bytes.Length);
        }
    }

    /// <summary>Folds the first and further whole strides of a run.</summary>
    public static void Fold(Crc32Path path, void* accumulators, bool isFirst, uint crc, byte* data, int strides)
    {
        if (path == Crc32Path.Vector512)
        {
            Fold<Fold512, Vector512<ulong>>((Vector512<ulong>*)accumulators, isFirst, crc, data, strides);
        }
        else
        {
            Fold<Fold256, Vector256<ulong>>((Vector256<ulong>*)accumulators, isFirst, crc, data, strides);
        }
    }

    /// <summary>The CRC after what was folded and the rest, less than a stride.</summary>
    public static uint Finish(Crc32Path path, void* accumulators, byte* rest, int length) => path == Crc32Path.Vector512
        ? FoldKernel<Fold512, Vector512<ulong>>.Finish((Vector512<ulong>*)accumulators, rest, length)
        : FoldKernel<Fold256, Vector256<ulong>>.Finish((Vector256<ulong>*)accumulators, rest, length);

    [SkipLocalsInit]
    private static uint UpdateLong(Crc32Path path, uint crc, byte* data, int length)
    {
        var accumulators = stackalloc byte[MaxStride];
        var stride = Stride(path);
        var strides = length / stride;
        Fold(path, accumulators, isFirst: true, crc, data, strides);
        return Finish(path, accumulators, data + ((long)strides * stride), length - (strides * stride));
    }

    private static void Fold<TFold, TVector>(TVector* accumulators, bool isFirst, uint crc, byte* data, int strides)
        where TFold : struct, IFoldVector<TVector>
        where TVector : unmanaged
    {
        if (isFirst)
        {
            FoldKernel<TFold, TVector>.Begin(accumulators, crc, data);
            data += FoldKernel<TFold, TVector>.Stride;
            strides--;
        }

        if (strides > 0)
        {
            FoldKernel<TFold, TVector>.Fold(accumulators, data, strides);
        }
    }
}
