namespace Harmony4.TestKit;

/// <summary>A response as it goes over the wire.</summary>
public sealed record RangeResponse(string Status, byte[] Body, params string[] Headers)
{
    /// <summary>Gets the value of Content-Length where it is not the body's; an empty string to leave it out.</summary>
    public string? ContentLength { get; init; }

    /// <summary>Gets a value that indicates whether the connection is closed behind the response.</summary>
    public bool Closes { get; init; }

    /// <summary>Gets what the body waits for behind its first byte.</summary>
    public Task? Hold { get; init; }

    public static RangeResponse Empty(string status, params string[] headers) => new(status, [], headers);

    public static RangeResponse Part(byte[] file, long from, long to, params string[] headers) =>
        new("206 Partial Content", file[(int)from..((int)to + 1)], [$"Content-Range: bytes {from}-{to}/{file.Length}", .. headers]);
}
