namespace Harmony4.Tokenization;

/// <summary>PCM that ends inside a sample, or inside a group of one sample per channel; or a floating-point sample that is no sound.</summary>
public sealed class PcmFormatException : FormatException
{
    internal PcmFormatException(long offset, int length, int expectedLength)
        : this(offset, length, expectedLength, FormattableString.Invariant($"the PCM ends inside a group of samples: expected {expectedLength} bytes, found {length}"))
    {
    }

    internal PcmFormatException(long offset, int length, double found)
        : this(offset, length, length, FormattableString.Invariant($"expected a finite sample of at most 2^65 in magnitude, found {found}"))
    {
    }

    internal PcmFormatException(PcmFormatException earlier)
        : this(earlier.Offset, earlier.Length, earlier.ExpectedLength, earlier.Detail)
    {
    }

    private PcmFormatException(long offset, int length, int expectedLength, string detail)
        : base(FormattableString.Invariant($"{detail}, at offset {offset} (0x{offset:X})"))
    {
        Offset = offset;
        Length = length;
        ExpectedLength = expectedLength;
        Detail = detail;
    }

    /// <summary>Gets where the incomplete group, or the sample that is no sound, begins, in bytes from the start of the PCM.</summary>
    public long Offset { get; }

    /// <summary>Gets how many bytes of the group there are. Of a sample that is no sound, all of its bytes are there.</summary>
    public int Length { get; }

    /// <summary>Gets how many bytes there should be: those of one sample per channel, or of the sample that is no sound.</summary>
    public int ExpectedLength { get; }

    /// <summary>Gets what was expected and what was found, without the place.</summary>
    public string Detail { get; }
}
