namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Makes transport packets, tables and PES heads.</summary>
internal static class TsPackets
{
    /// <summary>A packet that stuffs its adaptation field so that the payload ends it.</summary>
    public static byte[] Packet(int pid, bool isStart, byte[] payload, bool isRandomAccess = false)
    {
        var packet = new byte[188];
        packet.AsSpan().Fill(0xFF);
        (packet[0], packet[1], packet[2]) = (0x47, (byte)((isStart ? 0x40 : 0) | (pid >> 8)), (byte)pid);
        packet[3] = (byte)(payload.Length == 184 ? 0x10 : payload.Length == 0 ? 0x20 : 0x30);
        if (payload.Length < 184)
        {
            packet[4] = (byte)(183 - payload.Length);
            if (payload.Length < 183)
            {
                packet[5] = (byte)(isRandomAccess ? 0x40 : 0);
            }
        }

        payload.CopyTo(packet.AsSpan(188 - payload.Length));
        return packet;
    }

    public static byte[] Section(int pid, byte id, params byte[] body) => Packet(pid, true, [0, id, 0xB0, (byte)(body.Length + 9), 0, 1, 0xC1, 0, 0, .. body, 0, 0, 0, 0]);

    /// <summary>A PES packet with a presentation time, and one of decoding if there is one.</summary>
    public static byte[] Pes(byte id, long pts, long? dts, params byte[] data) =>
        [0, 0, 1, id, 0, 0, 0x80, (byte)(dts is null ? 0x80 : 0xC0), (byte)(dts is null ? 5 : 10), .. Time((byte)(dts is null ? 0x20 : 0x30), pts), .. dts is { } d ? Time(0x10, d) : [], .. data];

    private static byte[] Time(byte mark, long ticks) => [(byte)(mark | 1L | ((ticks >> 29) & 0x0E)), (byte)(ticks >> 22), (byte)(0x01 | ((ticks >> 14) & 0xFE)), (byte)(ticks >> 7), (byte)(0x01 | ((ticks << 1) & 0xFE))];
}
