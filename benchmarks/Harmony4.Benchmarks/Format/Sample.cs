using Harmony4.Format;

namespace Harmony4.Benchmarks.Format;

/// <summary>The bytes that every benchmark of this folder works on: 8 MiB of noise in blocks: few enough that a run fits between two disturbances of a shared machine.</summary>
internal static class Sample
{
    public const int Length = 8 * 1024 * 1024;

    public static byte[] Payload()
    {
        var bytes = new byte[Length];
        new Random(42).NextBytes(bytes);
        return bytes;
    }

    public static ReadOnlyMemory<byte>[] Blocks(byte[] payload, int blockLength) =>
        [.. Enumerable.Range(0, payload.Length / blockLength).Select(i => new ReadOnlyMemory<byte>(payload, i * blockLength, blockLength))];

    /// <summary>Writes version 1.0.</summary>
    public static async Task WriteAsync(Stream output, ReadOnlyMemory<byte>[] blocks)
    {
        await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Version = H4mkVersion.V10 }, leaveOpen: true);
        for (var i = 0; i < blocks.Length; i++)
        {
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i * 33_333, IsKey = i % 30 == 0 }, blocks[i]).ConfigureAwait(false);
        }

        await writer.CompleteAsync().ConfigureAwait(false);
    }

    public static byte[] Container(byte[] payload, int blockLength)
    {
        using var output = new MemoryStream(Length + (Length / 100) + 4096);
        WriteAsync(output, Blocks(payload, blockLength)).GetAwaiter().GetResult();
        return output.ToArray();
    }
}
