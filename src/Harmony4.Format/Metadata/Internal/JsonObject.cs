using System.Text.Json;
using System.Text.Unicode;

namespace Harmony4.Format.Internal;

/// <summary>Whether bytes are a JSON object: the one thing that META, SAFE and TRAK must be.</summary>
internal static class JsonObject
{
    /// <summary>Deep enough for any real META of version 1.0, and what the platform's JSON writer takes.</summary>
    public const int MaxDepth = 512;

    /// <summary>Whether bytes are a JSON object as version 1.0 demands it: member names may repeat.</summary>
    public static bool IsValid(ReadOnlySpan<byte> json) => IsObject(json, MaxDepth, isStrict: false);

    /// <summary>Whether bytes are a JSON object as version 1.1 demands it: no member name twice in one object, no lone surrogate, no BOM.</summary>
    public static bool IsStrict(ReadOnlySpan<byte> json, int maxDepth) => IsObject(json, maxDepth, isStrict: true);

    private static bool IsObject(ReadOnlySpan<byte> json, int maxDepth, bool isStrict)
    {
        // The JSON reader does not look inside strings, and an invalid one could not be printed.
        if (!Utf8.IsValid(json))
        {
            return false;
        }

        // 0 would be the reader's own default.
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Math.Max(1, maxDepth) });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            var names = isStrict ? new Stack<HashSet<string>>([[]]) : null;
            while (reader.Read())
            {
                if (names is not null && !IsStrictToken(reader, names))
                {
                    return false;
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A string with a lone surrogate.
            return false;
        }
    }

    private static bool IsStrictToken(in Utf8JsonReader reader, Stack<HashSet<string>> names)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                names.Push([]);
                return true;
            case JsonTokenType.EndObject:
                names.Pop();
                return true;
            case JsonTokenType.PropertyName:
                return names.Peek().Add(reader.GetString()!);
            case JsonTokenType.String:
                // Unescaping is what finds a lone surrogate.
                return !reader.ValueIsEscaped || reader.GetString() is not null;
            default:
                return true;
        }
    }
}
