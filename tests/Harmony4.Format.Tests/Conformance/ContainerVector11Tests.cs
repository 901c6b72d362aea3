using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Harmony4.Format.Tests.Conformance;

/// <summary>Version 1.1 against files that another implementation made.</summary>
public sealed class ContainerVector11Tests
{
    public static TheoryData<string> Recorded => [.. Vectors11.Files.Where(f => f.Case.TryGetProperty("trak", out _)).Select(f => f.Name)];

    public static TheoryData<string> Whole => [.. Vectors11.Files.Where(f => f.Case.TryGetProperty("identity", out _)).Select(f => f.Name)];

    public static TheoryData<string> All => [.. Vectors11.Files.Select(f => f.Name)];

    [Theory, MemberData(nameof(Recorded))]
    public async Task Writer_BlocksOfVector_GivesTheSameBytes(string name)
    {
        var @case = Vectors11.Case(name);
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, Vectors11.Options(@case), leaveOpen: true);
        await Vectors11.WriteAsync(writer, name, @case);
        var summary = await writer.CompleteAsync();
        Assert.Equal(Vectors11.Read(name), output.ToArray());
        Assert.Equal(@case.GetProperty("identity").GetString(), summary.Identity.ToString());
        Assert.Equal(output.Length, summary.Length);
    }

    [Theory, MemberData(nameof(Whole))]
    public async Task OpenAsync_Vector_HasIdentityAndTracks(string name)
    {
        var @case = Vectors11.Case(name);
        await using var container = await H4mkContainer.OpenAsync(Vectors11.Read(name));
        Assert.Equal(H4mkVersion.V11, container.Version);
        Assert.Equal(@case.GetProperty("identity").GetString(), container.Identity.ToString());
        Assert.Equal(1, container.Source.ReadCount);
        var expected = @case.GetProperty("tracks").EnumerateArray().Select(t => (
            t.GetProperty("id").GetInt32(), t.GetProperty("blocks").GetInt64(), (long?)t.GetProperty("keys").GetInt64(), t.GetProperty("bytes").GetInt64(), t.GetProperty("first").GetUInt64(), t.GetProperty("end").GetUInt64(), t.GetProperty("root").GetString()));
        Assert.Equal(expected, container.Tracks.Select(t => (t.Id, t.BlockCount, t.KeyframeCount, t.ByteLength, t.FirstPts ?? 0, t.EndPts ?? 0, t.Root.ToString())));
        Assert.Equal(container.Tracks.Select(t => t.Id), (await container.ReadTrackInfoAsync()).Select(t => t.Id));
    }

    [Theory, MemberData(nameof(Whole))]
    public async Task FindKeyframe_Vector_AnswersEveryQuery(string name)
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors11.Read(name));
        foreach (var seek in Vectors11.Case(name).GetProperty("seeks").EnumerateArray())
        {
            var found = await container.FindKeyframeAsync(seek.GetProperty("track").GetInt32(), seek.GetProperty("pts").GetUInt64());
            var ordinal = seek.GetProperty("ordinal");
            Assert.Equal(ordinal.ValueKind == JsonValueKind.Null ? null : ordinal.GetInt64(), found?.Block);
            Assert.Equal(ordinal.ValueKind == JsonValueKind.Null ? null : seek.GetProperty("stream_offset").GetUInt64(), found?.StreamOffset);
        }
    }

    [Theory, MemberData(nameof(Recorded))]
    public async Task ReadBlock_Vector_GivesPayloadTimeAndDigest(string name)
    {
        var @case = Vectors11.Case(name);
        await using var container = await H4mkContainer.OpenAsync(Vectors11.Read(name));
        var next = container.Tracks.ToDictionary(t => t.Id, _ => 0L);
        var streams = container.Tracks.ToDictionary(t => t.Id, _ => new MemoryStream());
        var i = 0;
        foreach (var block in @case.GetProperty("blocks").EnumerateArray())
        {
            var track = block.GetProperty("track").GetInt32();
            var payload = Vectors11.Payload(Path.GetFileNameWithoutExtension(name), i++, block.GetProperty("length").GetInt32());
            var read = new ArrayBufferWriter<byte>();
            Assert.Equal(payload.Length, await container.ReadBlockAsync(track, next[track], read));
            Assert.Equal(payload, read.WrittenSpan.ToArray());
            var location = await container.GetBlockAsync(track, next[track]);
            Assert.Equal(Vectors11.Info(block), new BlockInfo { Pts = location.Pts!.Value, Duration = location.Duration, Flags = location.Flags });
            Assert.Equal(SHA256.HashData(payload), location.Digest!.Value.ToArray());
            Assert.Equal(streams[track].Length, location.StreamOffset);
            streams[track].Write(payload);
            next[track]++;
        }

        foreach (var (track, expected) in streams)
        {
            using var stream = container.OpenTrackStream(track);
            var all = new MemoryStream();
            await stream.CopyToAsync(all);
            Assert.Equal(expected.ToArray(), all.ToArray());
        }
    }
}
