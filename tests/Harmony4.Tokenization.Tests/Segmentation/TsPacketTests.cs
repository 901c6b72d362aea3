using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Transport packets and the heads of PES packets, field by field (ISO/IEC 13818-1, 2.4.3).</summary>
public sealed class TsPacketTests
{
    private static byte[] Packet(int second, int control, int adaptation, params byte[] payload)
    {
        var packet = new byte[188];
        (packet[0], packet[1], packet[2], packet[3], packet[4]) = (0x47, (byte)second, 0x23, (byte)control, (byte)adaptation);
        var at = (control & 0x20) == 0 ? 4 : 5 + adaptation;
        payload.AsSpan(0, Math.Clamp(188 - at, 0, payload.Length)).CopyTo(packet.AsSpan(Math.Min(at, 188)));
        return packet;
    }

    private static byte[] Pes(int marks, int flags, int length, params byte[] rest) => [0, 0, 1, 0xE0, 0, 0, (byte)marks, (byte)flags, (byte)length, .. rest];

    [Fact]
    public void Flags_EveryByte_AreBitsOfIt()
    {
        for (var value = 0; value < 256; value++)
        {
            var packet = new TsPacket(Packet(value, 0x10, 0));
            Assert.Equal(((value & 0x80) != 0, (value & 0x40) != 0, ((value & 0x1F) << 8) | 0x23), (packet.HasError, packet.IsStart, packet.Pid));
            Assert.Equal(value == 0x47, new TsPacket((byte[])[(byte)value, .. new byte[187]]).HasSync);

            // The indicator is in the byte behind the length of the adaptation field, if there are both.
            byte[] adapted = Packet(0, 0x30, 1);
            adapted[5] = (byte)value;
            Assert.Equal((value & 0x40) != 0, new TsPacket(adapted).IsRandomAccess);
            adapted[4] = 0;
            Assert.False(new TsPacket(adapted).IsRandomAccess);
            (adapted[3], adapted[4]) = (0x10, 1);
            Assert.False(new TsPacket(adapted).IsRandomAccess);
        }
    }

    [Fact]
    public void Payload_EveryLengthOfTheAdaptationField_IsWhatIsLeft()
    {
        for (var length = 0; length < 256; length++)
        {
            Assert.Equal(Math.Max(0, 183 - length), new TsPacket(Packet(0, 0x30, length)).Payload.Length);
            Assert.Equal(184, new TsPacket(Packet(0, 0x10, length)).Payload.Length);
            Assert.Equal(0, new TsPacket(Packet(0, 0x20, length)).Payload.Length);
            Assert.Equal(0, new TsPacket(Packet(0, 0x00, length)).Payload.Length);
        }
    }

    [Fact]
    public void IsPlausible_EveryHeader_IsWhatCanBe()
    {
        for (var bits = 0; bits < 16; bits++)
        {
            for (var length = 0; length < 256; length++)
            {
                // The two bits above are of scrambling, of which 01 is reserved.
                int control = bits & 3, scrambling = bits >> 2;
                byte[] header = [0x47, 0x7F, 0xFF, (byte)(bits << 4), (byte)length];
                var fits = control == 1 || (control == 2 ? length == 183 : length < 183);
                Assert.Equal(control != 0 && scrambling != 1 && fits, TsPacket.IsPlausible(header));
                Assert.Equal(control != 0 && scrambling != 1, TsPacket.IsPlausible(header.AsSpan(0, 4)));
                Assert.False(TsPacket.IsPlausible([0x47, 0x80, .. header[2..]]));
            }
        }

        for (var length = 0; length < 4; length++)
        {
            Assert.True(TsPacket.IsPlausible(new byte[] { 0x47, 0x7F, 0, 0 }.AsSpan(0, length)));
            Assert.Equal(length < 2, TsPacket.IsPlausible(new byte[] { 0x47, 0x80, 0, 0 }.AsSpan(0, length)));
        }
    }

    [Fact]
    public void BeginsPes_StartCodeAtAStart_IsNeeded()
    {
        Assert.True(new TsPacket(Packet(0x40, 0x10, 0, 0, 0, 1)).BeginsPes);
        Assert.False(new TsPacket(Packet(0x00, 0x10, 0, 0, 0, 1)).BeginsPes);
        Assert.False(new TsPacket(Packet(0x40, 0x10, 0, 0, 0, 2)).BeginsPes);
        for (var id = 0; id < 256; id++)
        {
            Assert.Equal(id is >= 0xE0 and < 0xF0, new TsPacket(Packet(0x40, 0x10, 0, 0, 0, 1, (byte)id)).IsVideo);
            Assert.Equal(id is >= 0xE0 and < 0xF0, new TsPacket(Packet(0x40, 0x30, 179, 0, 0, 1, (byte)id)).IsVideo);
            Assert.False(new TsPacket(Packet(0x40, 0x30, 180, 0, 0, 1, (byte)id)).IsVideo);
        }
    }

    [Fact]
    public void TryGetTimes_EveryBitOfATime_IsInItsPlace()
    {
        for (var bit = 0; bit < 33; bit++)
        {
            var (time, other) = (1L << bit, 1L << (32 - bit));
            Assert.True(new TsPacket(Packet(0x40, 0x10, 0, Pes(0x80, 0xC0, 10, [.. Time(0x31, time), .. Time(0x11, other)]))).TryGetTimes(out var pts, out var dts));
            Assert.Equal((time, other), (pts, dts));
            Assert.True(new TsPacket(Packet(0x40, 0x10, 0, Pes(0x80, 0x80, 5, [.. Time(0x21, time), .. Time(0x11, other)]))).TryGetTimes(out pts, out dts));
            Assert.Equal((time, time), (pts, dts));
        }

        // The marker bits are no part of it.
        Assert.True(new TsPacket(Packet(0x40, 0x10, 0, Pes(0x80, 0x80, 5, 0xF1, 0, 1, 0, 1))).TryGetTimes(out var none, out _));
        Assert.Equal(0, none);

        static byte[] Time(int mark, long ticks) => [(byte)(mark | (int)((ticks >> 29) & 0x0E)), (byte)(ticks >> 22), (byte)(0x01 | (int)((ticks >> 14) & 0xFE)), (byte)(ticks >> 7), (byte)(0x01 | (int)((ticks << 1) & 0xFE))];
    }

    [Fact]
    public void TryGetTimes_HeadThatIsCut_HasOnlyWhatIsThere()
    {
        byte[] pes = Pes(0x80, 0xC0, 10, 0x31, 0, 1, 0, 3, 0x11, 0, 1, 0, 5, 9);
        for (var room = 0; room <= pes.Length; room++)
        {
            var packet = new TsPacket(Packet(0x40, 0x30, 183 - room, pes));
            Assert.Equal(room >= 14, packet.TryGetTimes(out var pts, out var dts));
            Assert.Equal(room >= 19 ? (1, 2) : room >= 14 ? (1, 1) : (0, 0), (pts, dts));
            Assert.Equal(Math.Min(room, 19), packet.PesHeaderLength);
        }
    }

    [Fact]
    public void TryGetTimes_EveryMarkAndFlag_SaysWhetherThereIsOne()
    {
        for (var value = 0; value < 256; value++)
        {
            // Other marks are those of MPEG-1, whose header is 6 bytes long as far as it is the same.
            var marked = new TsPacket(Packet(0x40, 0x10, 0, Pes(value, 0x80, 30, 0x21, 0, 1, 0, 3)));
            Assert.Equal((value & 0xC0) == 0x80, marked.TryGetTimes(out _, out _));
            Assert.Equal((value & 0xC0) == 0x80 ? 39 : 6, marked.PesHeaderLength);
            Assert.Equal((value & 0x80) != 0, new TsPacket(Packet(0x40, 0x10, 0, Pes(0x80, value, 10, 0x21, 0, 1, 0, 3, 0x11, 0, 1, 0, 5))).TryGetTimes(out _, out var dts));
            Assert.Equal(value >= 0xC0 ? 2 : value >= 0x80 ? 1 : 0, dts);
            Assert.Equal(Math.Min(9 + value, 184), new TsPacket(Packet(0x40, 0x10, 0, Pes(0x80, 0, value))).PesHeaderLength);
        }
    }

    [Fact]
    public void Wrap_Difference_IsTheShortestWay()
    {
        const long Turn = 1L << 33;
        Assert.Equal([0, 1, -1, (Turn / 2) - 1, -Turn / 2, 5, -5], new[] { 0, 1, -1, (Turn / 2) - 1, Turn / 2, Turn + 5, -Turn - 5 }.Select(TsSegmenter.Wrap));
    }
}
