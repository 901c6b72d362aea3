using System.Globalization;
using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.Transport.Crypto.Tests;

/// <summary>Cases that other implementations made; Vectors/crypto/README.md says which.</summary>
internal static class KnownAnswers
{
    public static JsonElement Read(string name)
    {
        using var document = JsonDocument.Parse(Vectors.Read("crypto/" + name));
        return document.RootElement.Clone();
    }

    public static byte[] Hex(this JsonElement element, string property) => Convert.FromHexString(element.GetProperty(property).GetString()!);

    public static int Int(this JsonElement element, string property) => element.GetProperty(property).GetInt32();

    public static ulong U64(this JsonElement element, string property) =>
        ulong.Parse(element.GetProperty(property).GetString()!, CultureInfo.InvariantCulture);

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    /// <summary>What a failed assertion should name a case by.</summary>
    public static string Label(this JsonElement element) =>
        string.Create(CultureInfo.InvariantCulture, $"case {element.Int("id")}: {element.Text("comment")}");
}
