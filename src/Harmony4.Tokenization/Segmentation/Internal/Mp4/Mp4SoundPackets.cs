using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// What the bytes of a QuickTime sound track are made of, where its tables have a sample for every tick: packets of so many ticks and bytes each
/// (QuickTime File Format, sound sample descriptions). Lengths in the tables are often 1 there, whatever the packets have.
/// </summary>
/// <param name="Ticks">How many samples of the tables a packet holds; above 0.</param>
/// <param name="Length">How many bytes a packet has; above 0.</param>
internal readonly record struct Mp4SoundPackets(uint Ticks, uint Length)
{
    // Offsets in the box behind version and flags: a count, then the first entry.
    private const int Format = 8;
    private const int EntryVersion = 20;
    private const int ChannelCount = 28;
    private const int BitsPerSample = 30;
    private const int PacketTicks = 40;
    private const int PacketLength = 48;
    private const int LinearPacketLength = 68;
    private const int LinearPacketTicks = 72;

    /// <summary>Reads the first sample description.</summary>
    /// <param name="descriptions">The box (stsd) behind version and flags.</param>
    /// <returns>The packets, or null where the description does not tell of them.</returns>
    public static Mp4SoundPackets? Read(ReadOnlySpan<byte> descriptions)
    {
        if (descriptions.Length < PacketTicks)
        {
            return null;
        }

        var (ticks, length) = BinaryPrimitives.ReadUInt16BigEndian(descriptions[EntryVersion..]) switch
        {
            0 => (1u, BytesOf(BinaryPrimitives.ReadUInt32BigEndian(descriptions[Format..]), descriptions[BitsPerSample + 1]) * BinaryPrimitives.ReadUInt16BigEndian(descriptions[ChannelCount..])),
            1 when descriptions.Length >= PacketLength + 4 => (Read(descriptions, PacketTicks), Read(descriptions, PacketLength)),
            2 when descriptions.Length >= LinearPacketTicks + 4 => (Read(descriptions, LinearPacketTicks), Read(descriptions, LinearPacketLength)),
            _ => (0u, 0u),
        };
        return ticks > 0 && length > 0 ? new(ticks, length) : null;
    }

    private static uint Read(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    // The formats whose samples have a length of their own; of the others the oldest description says nothing.
    private static uint BytesOf(uint format, byte bits) => format switch
    {
        0x7261_7720 or 0x7477_6F73 or 0x736F_7774 or 0x4E4F_4E45 => bits / 8u, // raw, twos, sowt, NONE
        0x756C_6177 or 0x616C_6177 => 1, // ulaw, alaw
        0x696E_3234 => 3, // in24
        0x696E_3332 or 0x666C_3332 => 4, // in32, fl32
        0x666C_3634 => 8, // fl64
        _ => 0,
    };
}
