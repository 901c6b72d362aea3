using System.Buffers.Binary;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Lengths of tags by their own headers.</summary>
public sealed class AudioTagTests
{
    private static byte[] Id3(params byte[] size) => [.. "ID3"u8, 4, 0, 0, .. size];

    private static byte[] Ape(uint size, uint flags)
    {
        var bytes = new byte[32];
        "APETAGEX"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), size);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), flags);
        return bytes;
    }

    [Fact]
    public void GetLength_Id3v2_CountsSevenBitsOfEachByte()
    {
        for (var bit = 0; bit < 28; bit++)
        {
            byte[] size = new byte[4];
            size[3 - (bit / 7)] = (byte)(1 << (bit % 7));
            Assert.Equal(10 + (1L << bit), AudioTag.GetLength(Id3(size)));
        }

        Assert.Equal(10 + 0x0FFF_FFFF, AudioTag.GetLength(Id3(0x7F, 0x7F, 0x7F, 0x7F)));
    }

    [Fact]
    public void GetLength_Id3v2Footer_IsTenBytesMore()
    {
        for (var flags = 0; flags < 256; flags++)
        {
            Assert.Equal((flags & 0x10) != 0 ? 23 : 13, AudioTag.GetLength([.. "ID3"u8, 4, 0, (byte)flags, 0, 0, 0, 3]));
        }
    }

    [Fact]
    public void GetLength_Id3v2ThatCannotBe_IsNone()
    {
        Assert.Equal(10, AudioTag.GetLength(Id3(0, 0, 0, 0)));
        Assert.Equal(0, AudioTag.GetLength(Id3(0, 0, 0, 0).AsSpan(0, 9)));
        Assert.Equal(0, AudioTag.GetLength([.. "ID4"u8, 4, 0, 0, 0, 0, 0, 0]));
        Assert.Equal(0, AudioTag.GetLength([.. "ID3"u8, 0xFF, 0, 0, 0, 0, 0, 0]));
        Assert.Equal(0, AudioTag.GetLength([.. "ID3"u8, 4, 0xFF, 0, 0, 0, 0, 0]));
        for (var i = 0; i < 4; i++)
        {
            byte[] size = [1, 1, 1, 1];
            size[i] = 0x81;
            Assert.Equal(0, AudioTag.GetLength(Id3(size)));
        }
    }

    [Theory]
    [InlineData(0x8000_0000u, 32)]
    [InlineData(0xA000_0000u, 32 + 70_000)]
    [InlineData(0x2000_0000u, 32 + 70_000)]
    [InlineData(0xDFFF_FFFFu, 32)]
    public void GetLength_Ape_CountsItemsOnlyFromAHeader(uint flags, long length)
    {
        Assert.Equal(length, AudioTag.GetLength(Ape(70_000, flags)));
        Assert.Equal(0, AudioTag.GetLength(Ape(70_000, flags).AsSpan(0, 31)));
        Assert.Equal(length > 32 ? 32L + uint.MaxValue : 32, AudioTag.GetLength(Ape(uint.MaxValue, flags)));
    }

    [Fact]
    public void GetLength_Id3v1_Is128()
    {
        Assert.Equal(128, AudioTag.GetLength("TAG"u8));
        Assert.Equal(0, AudioTag.GetLength("TA"u8));
        Assert.Equal(0, AudioTag.GetLength("APETAGEY"u8));
        Assert.Equal(0, AudioTag.GetLength([]));
    }

    [Fact]
    public void CanBegin_FirstByte_Tells()
    {
        Assert.False(AudioTag.CanBegin([]));
        for (var i = 0; i < 256; i++)
        {
            Assert.Equal(i is 'I' or 'T' or 'A', AudioTag.CanBegin([(byte)i]));
        }
    }
}
