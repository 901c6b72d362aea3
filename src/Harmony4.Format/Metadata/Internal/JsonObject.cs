using System.Text.Json;
using System.Text.Unicode;

namespace Harmony4.Format.Internal;

/// <summary>Whether bytes are a JSON object: the one thing that META, SAFE and TRAK must be.</summary>
internal static class JsonObject
{
    /// <summary>Deep enough for any real META of version 1.0, and what the platform's JSON writer takes.</summary>
    public const int MaxDepth = 512;

    /// <summary>Whether bytes are a JSON object as version 1.0 demands it: member names may repeat.</summary>
    public static bool IsValid(ReadOnlySpan<byte> json) => Judge(json, MaxDepth, isStrict: false) == JsonVerdict.Sound;

    /// <summary>Judges bytes as a JSON object of version 1.1: no member name twice in one object, no lone surrogate, no BOM.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="maxDepth">How deep it may nest: a limit of the reader's, so a deeper one is not said to be wrong.</param>
    public static JsonVerdict JudgeStrict(ReadOnlySpan<byte> json, int maxDepth) => Judge(json, maxDepth, isStrict: true);

    private static JsonVerdict Judge(ReadOnlySpan<byte> json, int maxDepth, bool isStrict)
    {
        // The JSON reader does not look inside strings, and an invalid one could not be printed.
        if (!Utf8.IsValid(json))
        {
            return JsonVerdict.Wrong;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return JsonVerdict.Wrong;
            }

            var isTooDeep = maxDepth < 1;
            var names = isStrict ? new Stack<HashSet<string>>([[]]) : null;
            while (reader.Read())
            {
                isTooDeep |= reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= maxDepth;
                if (names is not null && !IsStrictToken(reader, names))
                {
                    return JsonVerdict.Wrong;
                }
            }

            return isTooDeep ? JsonVerdict.TooDeep : JsonVerdict.Sound;
        }
        catch (JsonException)
        {
            return JsonVerdict.Wrong;
        }
        catch (InvalidOperationException)
        {
            // A string with a lone surrogate.
            return JsonVerdict.Wrong;
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
