using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>AC-3 headers against table 5.18 of ATSC A/52, which has the words of a frame by its code.</summary>
public sealed class Ac3HeaderTests
{
    private static readonly int[] Kilobits = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];

    // At 44.1 kHz; the other columns of the table are 2 and 3 words a kilobit.
    private static readonly int[] Words44 =
    [
        69, 70, 87, 88, 104, 105, 121, 122, 139, 140, 174, 175, 208, 209, 243, 244, 278, 279, 348, 349,
        417, 418, 487, 488, 557, 558, 696, 697, 835, 836, 975, 976, 1114, 1115, 1253, 1254, 1393, 1394,
    ];

    [Fact]
    public void TryRead_EveryCode_HasTheLengthOfTheTable()
    {
        for (var code = 0; code < 256; code++)
        {
            var (rate, size) = (code >> 6, code & 0x3F);
            var isRead = Ac3Header.TryRead([0x0B, 0x77, 1, 2, (byte)code, 8 << 3], out var frame);
            Assert.Equal(rate < 3 && size < 38, isRead);
            var words = !isRead ? 0 : rate == 1 ? Words44[size] : Kilobits[size / 2] * (rate == 0 ? 2 : 3);
            Assert.Equal(isRead ? (2 * words, 1536, rate == 0 ? 48_000u : rate == 1 ? 44_100u : 32_000u, rate) : default, (frame.Length, frame.Samples, frame.SampleRate, frame.Kind));
        }
    }

    [Fact]
    public void TryRead_OtherBytes_AreNone()
    {
        byte[] header = [0x0B, 0x77, 0, 0, 0, 0x40];
        Assert.True(Ac3Header.TryRead(header, out _));
        Assert.False(Ac3Header.TryRead(header.AsSpan(0, 5), out _));
        Assert.False(Ac3Header.TryRead([0x0A, .. header[1..]], out _));
        Assert.False(Ac3Header.TryRead([0x0B, 0x76, .. header[2..]], out _));
        for (var version = 0; version < 32; version++)
        {
            // Up to 10 are compatible; from 11 on it is Enhanced AC-3, which has other headers.
            Assert.Equal(version <= 10, Ac3Header.TryRead([.. header[..5], (byte)((version << 3) | 7)], out _));
        }
    }
}
