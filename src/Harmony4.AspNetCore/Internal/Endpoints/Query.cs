using System.Globalization;
using System.Security.Cryptography;
using Harmony4.Format;
using Harmony4.Tokenization;
using Harmony4.Transport.Crypto;
using Microsoft.AspNetCore.Http;

namespace Harmony4.AspNetCore.Internal;

/// <summary>The parameters of a request, each checked against its range.</summary>
internal readonly struct Query(HttpRequest request)
{
    public const string KeyHeader = "Harmony4-Key";

    private const int LongestKey = 1024;
    private const int DefaultLimit = 1000;
    private const int LargestLimit = 10_000;
    private const int TagLength = 4;

    private static readonly HashSet<string> KeyNames = new(StringComparer.OrdinalIgnoreCase) { "key", "mask_key", "seal_key", "mask-key", "seal-key", "harmony4_key", KeyHeader };

    public string? Text(string name)
    {
        var values = request.Query[name];
        return values.Count switch
        {
            0 => null,
            1 when values[0] is { Length: > 0 } value => value,
            1 => throw Bad($"{name}: expected a value, found none"),
            _ => throw Bad($"{name}: expected one value, found {values.Count}"),
        };
    }

    /// <summary>An id that has to be there.</summary>
    public string Id() => OptionalId() ?? throw Bad("id: expected the id of a container, found none");

    public string? OptionalId() => Text("id") is { } id ? CheckedId(id) : null;

    public static string CheckedId(string id) =>
        ContainerId.IsValid(id) ? id : throw Bad("id: expected 1 to 128 of A-Z a-z 0-9 . _ - that do not begin with a dot");

    public int Number(string name, int fallback, int smallest, int largest) =>
        Text(name) is not { } text ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= smallest && value <= largest ? value
        : throw Bad($"{name}: expected {smallest} to {largest}");

    public int? Track() => Text("track") is null ? null : Number("track", 0, 0, int.MaxValue);

    /// <summary>How many entries of a list are asked for.</summary>
    public int Limit() => Number("limit", DefaultLimit, 1, LargestLimit);

    /// <summary>The chunks asked for; null for those that are listed when nothing is said.</summary>
    public ChunkPage? ChunkPage()
    {
        if (Text("chunks") is not { } text)
        {
            return null;
        }

        if (text.Length != TagLength || !text.All(static c => c is > ' ' and < (char)0x7F))
        {
            throw Bad("chunks: expected the four visible characters of a tag, such as CORE");
        }

        var after = Text("after") is not { } number ? 0
            : long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset
            : throw Bad("after: expected the offset of a chunk, 0 to 2^63 - 1");
        return new ChunkPage { Tag = new ChunkTag(text), After = after, Limit = Limit() };
    }

    public ulong Microseconds(string name) =>
        ulong.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw Bad($"{name}: expected a time in microseconds, 0 to 2^64 - 1");

    public bool Flag(string name) => Text(name) switch
    {
        null or "0" or "false" => false,
        "1" or "true" => true,
        _ => throw Bad($"{name}: expected 0 or 1"),
    };

    public FrameRate FrameRate(string name, FrameRate fallback, int smallest, int largest) =>
        Text(name) is not { } text ? fallback
        : Tokenization.FrameRate.TryParse(text, null, out var rate) && rate.ToDouble() >= smallest && rate.ToDouble() <= largest ? rate
        : throw Bad($"{name}: expected {smallest} to {largest}, as a decimal or as numerator/denominator");

    public T OneOf<T>(string name, T fallback, params ReadOnlySpan<(string Text, T Value)> choices)
    {
        if (Text(name) is not { } text)
        {
            return fallback;
        }

        foreach (var choice in choices)
        {
            if (choice.Text == text)
            {
                return choice.Value;
            }
        }

        throw Bad($"{name}: that value is not supported");
    }

    /// <summary>The mask of the key in the request's header.</summary>
    public TransportMask Mask() => Key(static bytes =>
    {
        using var key = new MasterKey(bytes);
        return new TransportMask(key);
    });

    /// <summary>The seal key in the request's header.</summary>
    public SealKey SealKey() => Key(static bytes =>
    {
        // As in a key file, digits are the key in hex.
        Span<byte> digits = stackalloc byte[2 * LongestKey];
        try
        {
            Convert.TryToHexStringLower(bytes, digits, out var length);
            return Harmony4.SealKey.Read(digits[..length]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(digits);
        }
    });

    /// <summary>Gets whether the request has a key in its header.</summary>
    public bool HasKey => request.Headers.ContainsKey(KeyHeader);

    /// <summary>Refuses a key where it would be ignored.</summary>
    public void CheckNoKey()
    {
        if (HasKey)
        {
            throw Bad($"{KeyHeader}: nothing here uses a key; mask=1 or seal=1 of an export do");
        }
    }

    /// <summary>Refuses a key in the address, which ends in logs.</summary>
    public static void CheckAddress(HttpRequest request)
    {
        foreach (var name in request.Query.Keys)
        {
            if (KeyNames.Contains(name))
            {
                throw Bad($"a key belongs in the header {KeyHeader}, never in the address: this one may stand in logs by now, so use it no more");
            }
        }
    }

    // Keys in the address would end in logs.
    private T Key<T>(KeyReader<T> read)
    {
        var values = request.Headers[KeyHeader];
        if (values.Count != 1 || values[0] is not { Length: > 0 } hex)
        {
            throw Bad($"{KeyHeader}: expected one such header with the key in hex, found {values.Count}");
        }

        if (hex.Length > 2 * LongestKey)
        {
            throw Bad($"{KeyHeader}: expected at most {LongestKey} bytes");
        }

        Span<byte> bytes = stackalloc byte[LongestKey];
        try
        {
            return Convert.FromHexString(hex, bytes, out _, out var length) == System.Buffers.OperationStatus.Done && length >= MasterKey.MinLength
                ? read(bytes[..length])
                : throw Bad($"{KeyHeader}: expected at least {MasterKey.MinLength} bytes in hex");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private delegate T KeyReader<T>(ReadOnlySpan<byte> key);

    public static ProblemException Bad(string detail) => new(StatusCodes.Status400BadRequest, detail);
}
