using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Tables of a program: sections over packets, and which stream times come from (ISO/IEC 13818-1, 2.4.4).</summary>
public sealed class TsProgramTests
{
    private static byte[] Section(byte id, params byte[] body) => [id, (byte)(0xB0 | ((body.Length + 9) >> 8)), (byte)(body.Length + 9), 0, 1, 0xC1, 0, 0, .. body, 0, 0, 0, 0];

    private static byte[] Map(params (byte Type, int Pid)[] streams) => Section(2, [0xE1, 0x01, 0xF0, 0, .. streams.SelectMany(s => (byte[])[s.Type, (byte)(0xE0 | (s.Pid >> 8)), (byte)s.Pid, 0xF0, 0])]);

    private static TsProgram Program(byte[] map, ulong? wanted = null, bool keepsTypes = false)
    {
        var program = new TsProgram(wanted, keepsTypes);
        program.ReadTable(0, [0, .. Section(0, 0, 0, 0xE0, 0x10, 0, 1, 0xFF, 0xFE, 0, 2, 0xE0, 0x20)], isStart: true);
        program.ReadTable(0x1FFE, [0, .. map], isStart: true);
        return program;
    }

    [Fact]
    public void ReadTable_StreamsOfEveryType_AreWhatTheTablesSay()
    {
        byte[] video = [0x01, 0x02, 0x10, 0x1B, 0x1F, 0x20, 0x21, 0x24, 0x33, 0x42, 0xD1, 0xD2, 0xD4, 0xEA], audio = [0x03, 0x04, 0x0F, 0x11, 0x1C, 0x81, 0x87];
        for (var type = 0; type < 256; type++)
        {
            var kind = video.Contains((byte)type) ? MediaKind.Video : audio.Contains((byte)type) ? MediaKind.Audio : MediaKind.Data;
            var program = Program(Map((0x06, 0x30), ((byte)type, 0x1FFF)), keepsTypes: true);
            Assert.Equal(kind == MediaKind.Video ? (0x1FFF, kind) : (0x30, MediaKind.Data), (program.TimePid, program.TimeKind));
            Assert.Equal((kind, (byte)type, 2), (program.KindOfStream(0x1FFF), program.TypeOfStream(0x1FFF), program.StreamCount));
            Assert.Equal(kind, Program(Map(((byte)type, 7))).TimeKind);
        }
    }

    [Fact]
    public void ReadTable_SeveralStreams_FollowTheRule()
    {
        var map = Map((0x0F, 0x41), (0x1B, 0x42), (0x1B, 0x43), (0x03, 0x80));
        Assert.Equal(0x42, Program(map).TimePid);
        Assert.Equal((0x43, MediaKind.Video), (Program(map, 0x43).TimePid, Program(map, 0x43).TimeKind));
        Assert.Equal((0x80, MediaKind.Audio), (Program(map, 0x80).TimePid, Program(map, 0x80).TimeKind));
        Assert.Equal((TsProgram.None, MediaKind.Data, 4), (Program(map, 0x44).TimePid, Program(map, 0x44).TimeKind, Program(map, 0x44).StreamCount));
        Assert.Equal(0x41, Program(Map((0x0F, 0x41), (0x03, 0x80))).TimePid);
        Assert.Equal(TsProgram.None, Program(Map()).TimePid);
        var program = Program(map);
        Assert.Equal([0x41, 0x42, 0x43, 0x80], Enumerable.Range(0, 0x2000).Where(program.IsElementary));
        Assert.Equal([0, 0x1FFE], Enumerable.Range(0, 0x2000).Where(program.IsTable));

        // Where types are not kept only that of the time track is known.
        Assert.Equal((MediaKind.Video, MediaKind.Data, 0), (program.KindOfStream(0x42), program.KindOfStream(0x41), program.TypeOfStream(0x42)));
    }

    [Fact]
    public void ReadTable_Descriptors_ArePassedOver()
    {
        byte[] body = [0xE1, 0x01, 0xF1, 0x04, .. new byte[0x104], 0x0F, 0xE0, 0x41, 0xF1, 0x02, .. new byte[0x102], 0x1B, 0xE0, 0x42, 0xF0, 0];
        Assert.Equal(0x42, ProgramOfParts(Section(2, body)).TimePid);

        // One that reaches to the end has no stream behind it, and what is left there is the checksum.
        Assert.Equal(0x41, ProgramOfParts(Section(2, [0xE1, 0x01, 0xF0, 0, 0x0F, 0xE0, 0x41, 0xF0, 5, 0x1B, 0xE0, 0x42, 0xF0, 0])).TimePid);
        Assert.Equal(0x41, ProgramOfParts(Section(2, [0xE1, 0x01, 0xF0, 0, 0x0F, 0xE0, 0x41, 0xF0, 0, 0x1B, 0xE0, 0x42, 0xF0])).TimePid);
    }

    [Fact]
    public void ReadTable_NewMap_TakesThePlaceOfTheOld()
    {
        var program = Program(Map((0x1B, 0x42)), keepsTypes: true);
        program.ReadTable(0x1FFE, [0, .. Map((0x0F, 0x43), (0x06, 0x44))], isStart: true);
        Assert.Equal((0x43, MediaKind.Audio, 2), (program.TimePid, program.TimeKind, program.StreamCount));
        Assert.Equal([0x43, 0x44], Enumerable.Range(0, 0x2000).Where(program.IsElementary));
        Assert.Equal(0, program.TypeOfStream(0x42));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ReadTable_OtherTables_AreNotRead(int id)
    {
        var map = Map((0x1B, 0x42));
        map[0] = (byte)id;
        Assert.Equal(TsProgram.None, Program(map).TimePid);
        var program = new TsProgram(null, false);
        program.ReadTable(0, [0, .. Section((byte)id, 0, 1, 0xE0, 0x20)], isStart: true);
        Assert.False(program.IsTable(0x20));
    }

    [Fact]
    public void ReadTable_ShortTables_HaveNothing()
    {
        // A map without room for its own fields, and an association whose only entry is of the network.
        Assert.False(Read(new byte[11]));
        Assert.True(Read(new byte[12]));
        var program = new TsProgram(null, false);
        program.ReadTable(0, [0, .. Section(0, 0, 0, 0xE0, 0x20)], isStart: true);
        program.ReadTable(0, [0, .. Section(0, 0, 1, 0xE0)], isStart: true);
        Assert.Equal([0], Enumerable.Range(0, 0x2000).Where(program.IsTable));

        static bool Read(byte[] rest)
        {
            // With the map read nothing is assumed any more.
            var program = new TsProgram(null, false);
            program.ReadTable(0, [0, .. Section(0, 0, 1, 0xE0, 0x20)], isStart: true);
            program.ReadTable(0x20, [0, 2, 0xB0, (byte)(rest.Length + 1), 0, .. rest], isStart: true);
            return !program.TryAssume(0x77, isVideo: true);
        }
    }

    [Fact]
    public void TryAssume_StreamBeforeTheTables_StaysIfTheyHaveIt()
    {
        var program = new TsProgram(null, false);
        Assert.False(program.TryAssume(0x43, isVideo: false));
        Assert.True(program.TryAssume(0x43, isVideo: true));
        Assert.False(program.TryAssume(0x42, isVideo: true));
        Assert.Equal((0x43, MediaKind.Video, 1, true), (program.TimePid, program.TimeKind, program.StreamCount, program.IsElementary(0x43)));
        Read(program, (0x1B, 0x42), (0x1B, 0x43), (0x1B, 0x44));
        Assert.Equal((0x43, 3), (program.TimePid, program.StreamCount));
        Read(program, (0x1B, 0x42), (0x1B, 0x43));
        Assert.Equal(0x42, program.TimePid);
        Assert.False(program.TryAssume(0x99, isVideo: true));

        program = new TsProgram(0x50, false);
        Assert.False(program.TryAssume(0x51, isVideo: true));
        Assert.True(program.TryAssume(0x50, isVideo: false));
        Assert.Equal((0x50, MediaKind.Data, MediaKind.Data), (program.TimePid, program.TimeKind, program.KindOfStream(0x50)));
        Read(program, (0x1B, 0x42), (0x0F, 0x50));
        Assert.Equal((0x50, MediaKind.Audio), (program.TimePid, program.TimeKind));

        static void Read(TsProgram program, params (byte, int)[] streams)
        {
            program.ReadTable(0, [0, .. Section(0, 0, 1, 0xE0, 0x20)], isStart: true);
            program.ReadTable(0x20, [0, .. Map(streams)], isStart: true);
        }
    }

    [Fact]
    public void TryAdd_SectionInPieces_IsPutTogether()
    {
        var section = Section(2, Enumerable.Range(0, 1012).Select(i => (byte)i).ToArray());
        Assert.Equal(1024, section.Length);
        for (var first = 0; first <= section.Length; first += 73)
        {
            var sections = new TsSections();
            Assert.False(sections.TryAdd(section.AsSpan(first), isStart: false, out _));
            Assert.Equal(first == section.Length, sections.TryAdd((byte[])[2, 9, 9, .. section[..first]], isStart: true, out var whole));
            if (first < section.Length)
            {
                Assert.False(sections.TryAdd([], isStart: false, out _));
                Assert.True(sections.TryAdd((byte[])[.. section[first..], 1, 2, 3], isStart: false, out whole));
            }

            Assert.Equal(section, whole.ToArray());

            // It is given once.
            Assert.False(sections.TryAdd(section, isStart: false, out _));
        }
    }

    [Fact]
    public void TryAdd_PointerOutOfThePayload_EndsWhatWasBegun()
    {
        byte[] section = Section(2, 1, 2, 3);
        var sections = new TsSections();
        foreach (var broken in new byte[][] { [], [1], [2, 0], [255, .. new byte[100]] })
        {
            Assert.False(sections.TryAdd([0, .. section[..5]], isStart: true, out _));
            Assert.False(sections.TryAdd(broken, isStart: true, out _));
            Assert.False(sections.TryAdd(section.AsSpan(5), isStart: false, out _));
        }

        // The pointer may reach to the last byte; nothing is there then yet.
        Assert.False(sections.TryAdd([1, 0], isStart: true, out _));
        Assert.True(sections.TryAdd(section, isStart: false, out _));
    }

    [Fact]
    public void TryAdd_SectionThatIsTooLong_IsLeftOut()
    {
        var sections = new TsSections();
        byte[] head = [2, 0x0F, 0xFF];
        Assert.False(sections.TryAdd([0, .. head, .. new byte[1000]], isStart: true, out _));
        for (var i = 0; i < 5; i++)
        {
            Assert.False(sections.TryAdd(new byte[1000], isStart: false, out _));
        }

        // 1,024 bytes are the most.
        Assert.False(sections.TryAdd([0, 2, 0x03, 0xFE, .. new byte[1021]], isStart: true, out _));
        Assert.False(sections.TryAdd([1], isStart: false, out _));
        Assert.True(sections.TryAdd([0, 2, 0x03, 0xFD, .. new byte[1021]], isStart: true, out var longest));
        Assert.Equal(1024, longest.Length);
    }

    private static TsProgram ProgramOfParts(byte[] map)
    {
        var program = new TsProgram(null, false);
        program.ReadTable(0, [0, .. Section(0, 0, 1, 0xE0, 0x20)], isStart: true);
        var isStart = true;
        foreach (var part in ((byte[])[0, .. map]).Chunk(184))
        {
            program.ReadTable(0x20, part, isStart);
            isStart = false;
        }

        return program;
    }
}
