using System.Globalization;
using Harmony4.Format;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>The entity tags of track streams, files and blocks. What names their bytes is asked of the format.</summary>
internal static class EntityTags
{
    // Enough for the signatures that files usually have; longer ones take a second read.
    private const int EndReadLength = 4 * 1024;

    /// <summary>The tag of a track stream: the digest that names it, or weakly the store's version.</summary>
    public static EntityTagHeaderValue OfStream(Sha256Digest? digest, string version) => digest is { } known ? Strong(known.ToString()) : Weak(version);

    /// <summary>The tag of a sealed track as a key opens it: other bytes than the track's own tag names.</summary>
    public static EntityTagHeaderValue OfOpened(EntityTagHeaderValue track) => new($"\"{track.Tag.AsSpan(1, track.Tag.Length - 2)}-opened\"", track.IsWeak);

    /// <summary>The tag of a block: in version 1.1 its digest, else its container's with the block's place.</summary>
    public static EntityTagHeaderValue OfBlock(in BlockLocation block, int track, EntityTagHeaderValue container) => block.Digest is { } digest
        ? Strong(digest.ToString())
        : new(string.Create(CultureInfo.InvariantCulture, $"\"{container.Tag.AsSpan(1, container.Tag.Length - 2)}-{track}-{block.Ordinal}\""), container.IsWeak);

    /// <summary>The tag of a stored file, read from its last bytes, and its length. The file that was opened may be a later one than that of which the store spoke.</summary>
    public static async ValueTask<(EntityTagHeaderValue Tag, long Length)> OfFileAsync(H4mkSource source, StoredContainer stored, CancellationToken cancellationToken)
    {
        var end = await H4mkFileEnd.ReadAsync(source, EndReadLength, options: null, cancellationToken);
        return (OfFile(end, stored.Version), end.Length);
    }

    /// <summary>The tag of a file with such an end: in version 1.1 SHA-256 of all after ROOT, in 1.0 VERI with the size, else weakly the store's version.</summary>
    public static EntityTagHeaderValue OfFile(H4mkFileEnd end, string version) => end.Digest is { } digest ? OfFile(digest, end.Version, end.Length) : Weak(version);

    /// <summary>The tag of a file that was just written.</summary>
    public static EntityTagHeaderValue OfFile(H4mkWriteSummary summary) => OfFile((summary.FileDigest ?? summary.Veri)!.Value, summary.Version, summary.Length);

    /// <summary>Whether a header of conditions, for something that is there, names its tag (RFC 9110 sections 13.1.1 and 13.1.2).</summary>
    public static bool Matches(string header, EntityTagHeaderValue? tag, bool weak)
    {
        if (header.AsSpan().Trim(" \t") is "*")
        {
            return true;
        }

        if (tag is not null && EntityTagHeaderValue.TryParseList([header], out var list))
        {
            foreach (var asked in list)
            {
                if (tag.Compare(asked, useStrongComparison: !weak))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>A tag of a store's version.</summary>
    public static EntityTagHeaderValue Weak(string text)
    {
        // A store may name its versions with bytes that a tag cannot hold.
        var allowed = text.All(static c => c is > ' ' and < (char)0x7F and not '"');
        return new EntityTagHeaderValue($"\"{(allowed ? text : Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(text)))}\"", isWeak: true);
    }

    private static EntityTagHeaderValue OfFile(in Sha256Digest digest, H4mkVersion? version, long length) =>
        Strong(version == H4mkVersion.V10 ? string.Create(CultureInfo.InvariantCulture, $"{digest}-{length}") : digest.ToString());

    private static EntityTagHeaderValue Strong(string text) => new($"\"{text}\"");
}
