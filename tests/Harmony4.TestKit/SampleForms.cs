using System.Buffers.Binary;

namespace Harmony4.TestKit;

/// <summary>The same sound in the forms that WAVE files store it in: little-endian, as other programs convert it.</summary>
public static class SampleForms
{
    /// <summary>The codes of a WAVE format chunk and its bits, by the name of the form.</summary>
    public static (int Tag, int Bits) FormatOf(string form) => form switch
    {
        "UInt8" => (1, 8),
        "Int16" => (1, 16),
        "Int24" => (1, 24),
        "Int32" => (1, 32),
        "Float32" => (3, 32),
        "Float64" => (3, 64),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "no form of samples"),
    };

    /// <summary>Signed 16-bit samples in another form; 8 bits hold only the upper ones.</summary>
    public static byte[] Convert(ReadOnlySpan<byte> pcm, string form)
    {
        var length = FormatOf(form).Bits / 8;
        var converted = new byte[pcm.Length / 2 * length];
        for (var i = 0; i < pcm.Length / 2; i++)
        {
            var sample = BinaryPrimitives.ReadInt16LittleEndian(pcm[(2 * i)..]);
            var to = converted.AsSpan(i * length);
            switch (form)
            {
                case "UInt8":
                    to[0] = (byte)((sample >> 8) + 128);
                    break;
                case "Int16":
                    BinaryPrimitives.WriteInt16LittleEndian(to, sample);
                    break;
                case "Int24":
                    BinaryPrimitives.WriteInt16LittleEndian(to[1..], sample);
                    break;
                case "Int32":
                    BinaryPrimitives.WriteInt16LittleEndian(to[2..], sample);
                    break;
                case "Float32":
                    BinaryPrimitives.WriteSingleLittleEndian(to, sample / 32768f);
                    break;
                default:
                    BinaryPrimitives.WriteDoubleLittleEndian(to, sample / 32768.0);
                    break;
            }
        }

        return converted;
    }

    /// <summary>16-bit samples that 8 bits hold too.</summary>
    public static byte[] CoarseOf(ReadOnlySpan<byte> pcm)
    {
        var coarse = pcm.ToArray();
        for (var i = 0; i < coarse.Length; i += 2)
        {
            coarse[i] = 0;
        }

        return coarse;
    }
}
