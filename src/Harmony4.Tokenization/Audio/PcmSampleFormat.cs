namespace Harmony4.Tokenization;

/// <summary>How a sample of PCM is stored. All forms are little-endian.</summary>
/// <remarks>
/// Every form is brought to one scale: full scale is −1 … 1, a step is 2^−15 of it, as of 16 bits. The same sound stored with more
/// bits gives the same tokens.
/// </remarks>
public enum PcmSampleFormat
{
    /// <summary>Signed integers of 16 bits: one step each.</summary>
    Int16,

    /// <summary>Unsigned integers of 8 bits around 128: 256 steps each.</summary>
    UInt8,

    /// <summary>Signed integers of 24 bits: 2^−8 of a step each.</summary>
    Int24,

    /// <summary>Signed integers of 32 bits: 2^−16 of a step each, rounded to single precision, ties to even.</summary>
    Int32,

    /// <summary>IEEE 754 numbers of single precision: 32,768 steps each.</summary>
    Float32,

    /// <summary>IEEE 754 numbers of double precision: 32,768 steps each, rounded to single precision, ties to even.</summary>
    Float64,
}
