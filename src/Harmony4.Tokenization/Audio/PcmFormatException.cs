namespace Harmony4.Tokenization;

/// <summary>PCM that ends inside a sample, or inside a group of one sample per channel.</summary>
public sealed class PcmFormatException : FormatException
{
    internal PcmFormatException(long offset, int length, int expectedLength)
        : base(FormattableString.Invariant(
            $"the PCM ends inside a group of samples: expected {expectedLength} bytes, found {length}, at offset {offset} (0x{offset:X})"))
    {
        Offset = offset;
        Length = length;
        ExpectedLength = expectedLength;
    }

    /// <summary>Gets where the incomplete group begins, in bytes from the start of the PCM.</summary>
    public long Offset { get; }

    /// <summary>Gets how many bytes of the group there are.</summary>
    public int Length { get; }

    /// <summary>Gets how many bytes a group has: 2 per channel.</summary>
    public int ExpectedLength { get; }
}
