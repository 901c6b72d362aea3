using System.Buffers;

namespace Harmony4.Format.Tests.Conformance;

/// <summary>The hex dump of docs/format/h4mk-1.0.md section 2, written and read.</summary>
public sealed class WorkedExampleTests
{
    private static readonly byte[] Bytes = Convert.FromHexString(
        "48344d4b00010000434f5245000000053610a68668656c6c6f434f52450000000000000000434f524500000003666b7816796f75" +
        "5345454b000000247611133c0000000200000000000000000000000000000000000000000001046a0000000000000005" +
        "4d45544100000011182279237b226670735f68696e74223a33302e307d5341464500000002a3a6bf437b7d" +
        "56455249000000201cf2644add94bb9af33dec31d8c34c1c77fb94a5b235f1653ada29e39b54941c82adee60");

    [Fact]
    public async Task Writer_BlocksOfTheExample_GivesItsBytes()
    {
        var meta = new ArrayBufferWriter<byte>();
        WriteMeta(meta);
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Version = H4mkVersion.V10, Meta = meta.WrittenMemory }, leaveOpen: true);
        await writer.WriteBlockAsync(0, new BlockInfo { Pts = 0, IsKey = true }, "hello"u8.ToArray());
        await writer.WriteBlockAsync(0, new BlockInfo { Pts = 33_333 }, default(ReadOnlyMemory<byte>));
        await writer.WriteBlockAsync(0, new BlockInfo { Pts = 66_666, IsKey = true }, "you"u8.ToArray());
        await writer.CompleteAsync();
        Assert.Equal(Bytes, output.ToArray());
    }

    [Fact]
    public async Task Container_OfTheExample_StandsWhereTheTableSays()
    {
        await using var container = await H4mkContainer.OpenAsync(Bytes);
        Assert.Equal([8, 25, 37, 52, 100, 129, 143], (await container.EnumerateChunksAsync().ToListAsync()).Select(c => c.Offset));
        Assert.Equal(new Keyframe { Pts = 66_666, StreamOffset = 5, Block = 1, FileOffset = 37 }, await container.FindKeyframeAsync(0, 70_000));
        Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
    }

    private static void WriteMeta(ArrayBufferWriter<byte> output)
    {
        var writer = new H4mkJsonWriter(output);
        writer.WriteStartObject();
        writer.WritePropertyName("fps_hint");
        writer.WriteNumberValue(30.0);
        writer.WriteEndObject();
    }
}
