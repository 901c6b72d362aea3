namespace Harmony4.Tokenization.Internal;

/// <summary>Where a transform puts bins 0 … N/2: the parts and their squared magnitude, re × re + im × im.</summary>
internal readonly unsafe struct Spectrum(double* real, double* imaginary, double* power)
{
    public readonly double* Real = real;
    public readonly double* Imaginary = imaginary;
    public readonly double* Power = power;
}
