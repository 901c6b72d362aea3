using System.Buffers.Binary;
using static Harmony4.Tokenization.Tests.Segmentation.Mp4Builder;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Trees of boxes and elements that are nearly right: damage where parsers look, which flipping bits of a file seldom hits.</summary>
internal sealed class StructureGenerator(Random random)
{
    private static readonly string[] BoxTypes =
        ["ftyp", "moov", "trak", "tkhd", "mdia", "mdhd", "hdlr", "mvex", "trex", "moof", "traf", "tfhd", "tfdt", "trun", "mdat", "styp", "sidx", "free"];

    private static readonly byte[][] ElementIds =
    [
        [0x1A, 0x45, 0xDF, 0xA3], [0x18, 0x53, 0x80, 0x67], [0x15, 0x49, 0xA9, 0x66], [0x2A, 0xD7, 0xB1], [0x16, 0x54, 0xAE, 0x6B], [0xAE], [0xD7],
        [0x83], [0x23, 0xE3, 0x83], [0x1F, 0x43, 0xB6, 0x75], [0xE7], [0xA3], [0xA0], [0xA1], [0x9B], [0xFB], [0x1C, 0x53, 0xBB, 0x6B], [0xEC],
    ];

    /// <summary>Makes the boxes of a fragmented MP4.</summary>
    public byte[] NextMp4() => [.. random.Next(4) == 0 ? [] : Init((1, "vide", 1000)), .. Boxes(random.Next(1, 5))];

    /// <summary>Makes the elements of a WebM.</summary>
    public byte[] NextWebm() => [0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x18, 0x53, 0x80, 0x67, 0xFF, .. Elements(random.Next(1, 5))];

    private byte[] Boxes(int depth)
    {
        var bytes = new List<byte>();
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var box = Box(BoxTypes[random.Next(BoxTypes.Length)], depth > 1 && random.Next(3) > 0 ? Boxes(depth - 1) : Words());
            BinaryPrimitives.WriteInt32BigEndian(box, Wrong(box.Length));
            bytes.AddRange(box);
        }

        return [.. bytes];
    }

    private byte[] Elements(int depth)
    {
        var bytes = new List<byte>();
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var body = depth > 1 && random.Next(3) > 0 ? Elements(depth - 1) : Words();
            bytes.AddRange(ElementIds[random.Next(ElementIds.Length)]);
            bytes.AddRange(random.Next(6) == 0 ? [0xFF] : U32(0x1000_0000u | (uint)(Wrong(body.Length) & 0x0FFF_FFFF)));
            bytes.AddRange(body);
        }

        return [.. bytes];
    }

    /// <summary>Mostly the size that it is.</summary>
    private int Wrong(int size) => random.Next(12) switch { 0 => size + random.Next(-9, 10), 1 => random.Next(0, 20), _ => size };

    /// <summary>Bytes that read as counts, flags, track numbers, or the type or size of a box.</summary>
    private byte[] Words()
    {
        var bytes = new List<byte>();
        for (var count = random.Next(0, 9); count > 0; count--)
        {
            bytes.AddRange(random.Next(7) switch
            {
                0 => U32(0),
                1 => U32(1),
                2 => "    "u8.ToArray(),
                3 => U32(uint.MaxValue),
                4 => U32((uint)random.Next(0, 0x1000)),
                5 => [0x81, 0, 0, 0x80],
                _ => U32((uint)random.Next()),
            });
        }

        return [.. bytes[..(bytes.Count - (bytes.Count > 4 ? random.Next(0, 4) : 0))]];
    }
}
