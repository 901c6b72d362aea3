using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>The fields of a WAVE <c>fmt </c> chunk, little-endian, that say how long its frames last.</summary>
internal static class WavFormat
{
    public const int Length = 16;
    public const int LongestUsed = 26;

    private const int Pcm = 0x0001;
    private const int MicrosoftAdpcm = 0x0002;
    private const int Float = 0x0003;
    private const int ALaw = 0x0006;
    private const int MuLaw = 0x0007;
    private const int ImaAdpcm = 0x0011;
    private const int Extensible = 0xFFFE;

    private const int SamplesPerBlockOffset = 18;
    private const int SubformatOffset = 24;

    /// <summary>Reads the code of the format; the one within where it is extensible.</summary>
    public static int ReadTag(ReadOnlySpan<byte> body)
    {
        int tag = BinaryPrimitives.ReadUInt16LittleEndian(body);
        return tag == Extensible && body.Length >= SubformatOffset + 2 ? BinaryPrimitives.ReadUInt16LittleEndian(body[SubformatOffset..]) : tag;
    }

    /// <summary>Returns the form of samples of a code and number of bits; integers of a part of a byte are left-justified in whole ones.</summary>
    public static PcmSampleFormat? GetSampleFormat(int tag, int bits) => (tag, bits) switch
    {
        (Pcm, >= 1 and <= 8) => PcmSampleFormat.UInt8,
        (Pcm, > 8 and <= 16) => PcmSampleFormat.Int16,
        (Pcm, > 16 and <= 24) => PcmSampleFormat.Int24,
        (Pcm, > 24 and <= 32) => PcmSampleFormat.Int32,
        (Float, 32) => PcmSampleFormat.Float32,
        (Float, 64) => PcmSampleFormat.Float64,
        _ => null,
    };

    /// <summary>Reads the chunk's body; <see langword="false"/> when it gives no frame length or rate.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, int blockCap, out PcmClock clock)
    {
        clock = default;
        if (body.Length < Length)
        {
            return false;
        }

        var tag = ReadTag(body);
        var sampleRate = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        var bytesPerSecond = BinaryPrimitives.ReadUInt32LittleEndian(body[8..]);
        int frameLength = BinaryPrimitives.ReadUInt16LittleEndian(body[12..]);
        if (frameLength == 0 && tag is Pcm or Float or ALaw or MuLaw)
        {
            // Left out, it is what the other fields make it.
            frameLength = Math.Min(ushort.MaxValue, BinaryPrimitives.ReadUInt16LittleEndian(body[2..]) * ((BinaryPrimitives.ReadUInt16LittleEndian(body[14..]) + 7) / 8));
        }

        var (units, rate) = tag switch
        {
            Pcm or Float or ALaw or MuLaw or Extensible => (1, sampleRate),
            MicrosoftAdpcm or ImaAdpcm when body.Length >= SamplesPerBlockOffset + 2 =>
                (BinaryPrimitives.ReadUInt16LittleEndian(body[SamplesPerBlockOffset..]), sampleRate),
            _ => (frameLength, bytesPerSecond),
        };
        if (frameLength == 0 || units == 0 || rate == 0)
        {
            return false;
        }

        clock = new PcmClock(frameLength, units, rate, blockCap);
        return true;
    }
}
