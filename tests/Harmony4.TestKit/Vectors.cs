using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Harmony4.TestKit;

/// <summary>The conformance vectors beside the test assembly.</summary>
public static class Vectors
{
    private static readonly Lazy<JsonDocument> Document = new(() => JsonDocument.Parse(File.ReadAllBytes(PathOf("manifest.json"))));

    public static JsonElement Manifest => Document.Value.RootElement;

    public static string PathOf(string relative) => Path.Combine(AppContext.BaseDirectory, "Vectors", relative.Replace('/', Path.DirectorySeparatorChar));

    public static byte[] Read(string relative) => File.ReadAllBytes(PathOf(relative));

    /// <summary>The cases of a group, by index, so that test names stay short.</summary>
    public static IEnumerable<JsonElement> Cases(string group) => Manifest.GetProperty(group).EnumerateArray();

    public static JsonElement Case(string group, string name) => Cases(group).Single(c => c.GetProperty("name").GetString() == name);

    /// <summary>The bytes named by a seed: SHA-256 of "seed:0", "seed:1", … cut to <paramref name="size"/>.</summary>
    public static byte[] SeededBytes(string seed, int size)
    {
        var bytes = new byte[size];
        for (int i = 0, at = 0; at < size; i++, at += SHA256.HashSizeInBytes)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(seed + ":" + i.ToString(CultureInfo.InvariantCulture)));
            hash.AsSpan(0, Math.Min(hash.Length, size - at)).CopyTo(bytes.AsSpan(at));
        }

        return bytes;
    }

    public static ulong U64(JsonElement text) => ulong.Parse(text.GetString()!, CultureInfo.InvariantCulture);
}
