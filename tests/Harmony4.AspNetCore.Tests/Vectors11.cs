using System.Text.Json;
using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.AspNetCore.Tests;

/// <summary>The 1.1 vectors, which were made by another implementation.</summary>
internal static class Vectors11
{
    private static readonly JsonDocument Document = JsonDocument.Parse(Read("manifest.json"));

    public static byte[] Read(string name) => Vectors.Read("h4mk-1.1/" + name);

    public static JsonElement Case(string name) => Document.RootElement.GetProperty("files").GetProperty(name);

    /// <summary>The Merkle root of a track, as the manifest has it.</summary>
    public static string Root(string name, int track) =>
        Case(name).GetProperty("tracks").EnumerateArray().Single(t => t.GetProperty("id").GetInt32() == track).GetProperty("root").GetString()!;

    /// <summary>All bytes of a track stream.</summary>
    public static async Task<byte[]> StreamAsync(string name, int track)
    {
        await using var container = await H4mkContainer.OpenAsync(Read(name));
        await using var stream = container.OpenTrackStream(track);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    /// <summary>A container of one track with blocks of a length each, their payloads seeded.</summary>
    public static async Task<byte[]> RecordAsync(int blocks, int length, int pageLog2 = 10)
    {
        var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { PageLog2 = pageLog2 }, leaveOpen: true))
        {
            for (var i = 0; i < blocks; i++)
            {
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i * 1000, Duration = 1000, IsKey = i % 4 == 0 }, Vectors.SeededBytes($"block {i}", length));
            }

            await writer.CompleteAsync();
        }

        return output.ToArray();
    }

    /// <summary>A copy with one bit flipped in the payload of a block of the first track.</summary>
    public static async Task<byte[]> DamageAsync(byte[] file, long ordinal)
    {
        await using var container = await H4mkContainer.OpenAsync(file);
        var block = await container.GetBlockAsync(0, ordinal);
        var copy = file.ToArray();
        copy[block.FileOffset + (block.Length / 2)] ^= 1;
        return copy;
    }
}
