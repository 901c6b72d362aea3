using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Harmony4.Tokenization.Internal;

/// <summary>The bytes of each <see cref="PcmSampleFormat"/>.</summary>
internal static class PcmSamples
{
    /// <summary>2^−16: what a step of 32 bits is in steps of 16. A product with it is exact.</summary>
    public const float StepOfInt32 = 1f / 65536;

    /// <summary>2^−8.</summary>
    public const float StepOfInt24 = 1f / 256;

    public static int GetLength(PcmSampleFormat format) => format switch
    {
        PcmSampleFormat.UInt8 => 1,
        PcmSampleFormat.Int16 => 2,
        PcmSampleFormat.Int24 => 3,
        PcmSampleFormat.Int32 or PcmSampleFormat.Float32 => 4,
        PcmSampleFormat.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "no form of samples"),
    };

    /// <summary>Reads a floating-point sample, of single precision where it has four bytes.</summary>
    public static double ReadFloat(ReadOnlySpan<byte> sample) =>
        sample.Length == sizeof(float) ? BinaryPrimitives.ReadSingleLittleEndian(sample) : BinaryPrimitives.ReadDoubleLittleEndian(sample);
}

internal readonly unsafe struct UInt8Sample : IPcmSample<short>
{
    public static int Length => sizeof(byte);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(byte* source, out short steps)
    {
        steps = (short)((*source - 128) * 256);
        return true;
    }
}

internal readonly unsafe struct Int16Sample : IPcmSample<short>
{
    public static int Length => sizeof(short);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(byte* source, out short steps)
    {
        steps = BinaryPrimitives.ReadInt16LittleEndian(new ReadOnlySpan<byte>(source, sizeof(short)));
        return true;
    }
}

internal readonly unsafe struct Int24Sample : IPcmSample<float>
{
    public static int Length => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(byte* source, out float steps)
    {
        var sample = BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(source, sizeof(ushort))) | ((sbyte)source[2] << 16);
        steps = sample * PcmSamples.StepOfInt24;
        return true;
    }
}

internal readonly unsafe struct Int32Sample : IPcmSample<float>
{
    public static int Length => sizeof(int);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(byte* source, out float steps)
    {
        steps = BinaryPrimitives.ReadInt32LittleEndian(new ReadOnlySpan<byte>(source, sizeof(int))) * PcmSamples.StepOfInt32;
        return true;
    }
}

internal readonly unsafe struct Float32Sample : IPcmSample<float>
{
    public static int Length => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(byte* source, out float steps) =>
        FloatSteps.TryScale(BinaryPrimitives.ReadSingleLittleEndian(new ReadOnlySpan<byte>(source, sizeof(float))), out steps);
}

internal readonly unsafe struct Float64Sample : IPcmSample<float>
{
    public static int Length => sizeof(double);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(byte* source, out float steps) =>
        FloatSteps.TryScale(BinaryPrimitives.ReadDoubleLittleEndian(new ReadOnlySpan<byte>(source, sizeof(double))), out steps);
}
