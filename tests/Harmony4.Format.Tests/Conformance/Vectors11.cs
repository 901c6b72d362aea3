using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Harmony4.Format.Tests.Conformance;

/// <summary>The 1.1 vectors: files, what they were made of, and what is in them.</summary>
internal static class Vectors11
{
    private static readonly JsonDocument Document = JsonDocument.Parse(Read("manifest.json"));

    public static IEnumerable<(string Name, JsonElement Case)> Files =>
        Document.RootElement.GetProperty("files").EnumerateObject().Select(f => (f.Name, f.Value));

    public static JsonElement Case(string name) => Document.RootElement.GetProperty("files").GetProperty(name);

    public static byte[] Read(string name) => TestKit.Vectors.Read("h4mk-1.1/" + name);

    /// <summary>The manifest's payload_rule.</summary>
    public static byte[] Payload(string name, int block, int length)
    {
        var bytes = new byte[length];
        for (int k = 0, at = 0; at < length; k++, at += SHA256.HashSizeInBytes)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"harmony4-public:{name}:{block}:{k}")));
            hash.AsSpan(0, Math.Min(hash.Length, length - at)).CopyTo(bytes.AsSpan(at));
        }

        return bytes;
    }

    public static H4mkWriterOptions Options(JsonElement @case) => new()
    {
        Trak = Encoding.UTF8.GetBytes(@case.GetProperty("trak").GetString()!),
        Meta = Encoding.UTF8.GetBytes(@case.GetProperty("meta").GetString()!),
        Safe = Encoding.UTF8.GetBytes(@case.GetProperty("safe").GetString()!),
    };

    /// <summary>Gives a writer the chunks and blocks of a case.</summary>
    public static async Task WriteAsync(H4mkContainerWriter writer, string name, JsonElement @case)
    {
        foreach (var chunk in @case.GetProperty("chunks").EnumerateArray())
        {
            await writer.WriteChunkAsync(new ChunkTag(chunk.GetProperty("tag").GetString()!), Convert.FromHexString(chunk.GetProperty("hex").GetString()!));
        }

        var i = 0;
        foreach (var block in @case.GetProperty("blocks").EnumerateArray())
        {
            await writer.WriteBlockAsync(block.GetProperty("track").GetInt32(), Info(block), Payload(Path.GetFileNameWithoutExtension(name), i++, block.GetProperty("length").GetInt32()));
        }
    }

    public static BlockInfo Info(JsonElement block) => new()
    {
        Pts = block.GetProperty("pts").GetUInt64(),
        Duration = block.GetProperty("duration").GetUInt64(),
        Flags = (BlockFlags)block.GetProperty("flags").GetInt32(),
    };
}
