using System.Globalization;
using System.Net.Http.Headers;

namespace Harmony4.Internal;

/// <summary>What a response says of the version of the file that its bytes belong to.</summary>
internal sealed record RemoteVersion(EntityTagHeaderValue? EntityTag, DateTimeOffset? LastModified, long Length)
{
    /// <summary>Gets the entity tag when it is a strong one: only that promises equal bytes (RFC 9110, 8.8.1).</summary>
    public EntityTagHeaderValue? StrongTag => EntityTag is { IsWeak: false } ? EntityTag : null;

    public static RemoteVersion Of(HttpResponseMessage response, long length) =>
        new(response.Headers.ETag, response.Content.Headers.LastModified, length);

    /// <summary>Returns how another version differs, in words; <c>null</c> when nothing tells them apart.</summary>
    public string? DifferenceTo(RemoteVersion other)
    {
        if (Length != other.Length)
        {
            return Describe("length", Length.ToString(CultureInfo.InvariantCulture), other.Length.ToString(CultureInfo.InvariantCulture));
        }

        if (!Equals(EntityTag, other.EntityTag))
        {
            return Describe("entity tag", EntityTag?.ToString(), other.EntityTag?.ToString());
        }

        // Mirrors with one strong tag may have stored their copies at different times.
        return StrongTag is null && LastModified != other.LastModified
            ? Describe("date", LastModified?.ToString("R", CultureInfo.InvariantCulture), other.LastModified?.ToString("R", CultureInfo.InvariantCulture))
            : null;
    }

    private static string Describe(string what, string? before, string? now) => $"its {what} was {before ?? "absent"}, now {now ?? "absent"}";
}
