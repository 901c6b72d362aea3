using System.Buffers;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Containers;

/// <summary>SIGN chunks as an opened container lists them.</summary>
public sealed class SignTests
{
    private const int TailLength = 64;

    [Fact]
    public async Task Signs_WithAndWithoutHint_HaveTheirKindsPlacesAndBodies()
    {
        var recorded = await Recorded.Make(1, 1, 3, 2, 9).WriteAsync();
        byte[][] payloads = [[1, 0, 0, 0, 5, 6, 7], [2, 0, 0, 3, (byte)'k', (byte)'e', (byte)'y', 8, 9], [4, 0, 0, 1, (byte)'k'], [200, 0, 0, 0]];
        var bytes = Sign(recorded, payloads);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal([1, 2, 4, 200], container.Signs.Select(s => s.Kind));
        Assert.Equal([[5, 6, 7], [8, 9], [], []], container.Signs.Select(s => s.Body.ToArray()));
        var at = (long)recorded.Length - TailLength;
        foreach (var (sign, payload) in container.Signs.Zip(payloads))
        {
            Assert.Equal((ChunkTag.Sign, at, (uint)payload.Length), (sign.Chunk.Tag, sign.Chunk.Offset, sign.Chunk.Length));
            at += 12 + payload.Length;
        }

        Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
    }

    [Fact]
    public async Task Open_SignsLongerThanTheFirstRead_ReadsRootBeforeThem()
    {
        var payload = new byte[60_000];
        payload[0] = 9;
        var bytes = Sign(await Recorded.Make(1, 1, 3, 2, 9).WriteAsync(), [.. Enumerable.Repeat(payload, 10)]);
        await using var container = await H4mkContainer.OpenAsync(H4mkSource.FromStream(new MemoryStream(bytes)));
        Assert.Equal(2, container.Source.ReadCount);
        Assert.Equal(10, container.Signs.Count);
        Assert.Equal(3, container.BlockCount);
        Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
    }

    [Fact]
    public async Task Open_SignThatRunsIntoTail_IsRefusedAtIt()
    {
        var recorded = await Recorded.Make(1, 1, 3, 2, 9).WriteAsync();
        var bytes = Sign(recorded, [[1, 0, 0, 0, 5]]);
        bytes[recorded.Length - TailLength + 7]++;
        var fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await H4mkContainer.OpenAsync(bytes));
        Assert.Equal((H4mkErrorCode.Sign, (long)recorded.Length - TailLength), (fault.Code, fault.Offset));

        bytes = [.. recorded[..^TailLength], .. new byte[11], .. recorded[^TailLength..]];
        fault = await Assert.ThrowsAsync<H4mkFormatException>(async () => await H4mkContainer.OpenAsync(bytes));
        Assert.Equal((H4mkErrorCode.Order, (long)recorded.Length - TailLength), (fault.Code, fault.Offset));
    }

    private static byte[] Sign(byte[] file, byte[][] payloads)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        writer.WriteRaw(file.AsSpan(..^TailLength));
        foreach (var payload in payloads)
        {
            writer.WriteChunk(ChunkTag.Sign, payload);
        }

        writer.WriteRaw(file.AsSpan(^TailLength..));
        return output.WrittenSpan.ToArray();
    }
}
