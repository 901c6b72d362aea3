using System.Text.Json;
using System.Text.Unicode;

namespace Harmony4.Format.Internal;

/// <summary>Whether bytes are a JSON object: the one thing that META and SAFE must be.</summary>
internal static class JsonObject
{
    /// <summary>Deep enough for any real META, and what the platform's JSON writer takes.</summary>
    public const int MaxDepth = 512;

    public static bool IsValid(ReadOnlySpan<byte> json)
    {
        // The JSON reader does not look inside strings, and an invalid one could not be printed.
        if (!Utf8.IsValid(json))
        {
            return false;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
