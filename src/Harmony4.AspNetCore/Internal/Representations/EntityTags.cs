using System.Globalization;
using Harmony4.Format;
using Microsoft.Net.Http.Headers;

namespace Harmony4.AspNetCore.Internal;

/// <summary>The entity tags of track streams and files.</summary>
internal static class EntityTags
{
    private const int VeriLength = 32;
    private const int VeriChunkLength = 12 + VeriLength;

    /// <summary>The tag of a 1.0 track stream: VERI, or weakly the store's version.</summary>
    public static EntityTagHeaderValue Of(ReadOnlyMemory<byte>? veri, string version) =>
        veri is { Length: VeriLength } bytes ? Strong(Convert.ToHexStringLower(bytes.Span)) : Weak(version);

    /// <summary>The tag of a block of a container: the container's with the block's place.</summary>
    public static EntityTagHeaderValue OfBlock(EntityTagHeaderValue container, int track, long ordinal) =>
        new(string.Create(CultureInfo.InvariantCulture, $"\"{container.Tag.AsSpan(1, container.Tag.Length - 2)}-{track}-{ordinal}\""), container.IsWeak);

    /// <summary>
    /// The tag of a stored file: VERI, which ends every whole 1.0 file, with the size, or weakly the store's version. Reads 44 bytes. The length is that
    /// of the bytes that were opened, which may be later ones than those that the store spoke of.
    /// </summary>
    public static async ValueTask<(EntityTagHeaderValue Tag, long Length)> OfFileAsync(H4mkSource source, StoredContainer stored, CancellationToken cancellationToken)
    {
        var tail = new byte[VeriChunkLength];
        var read = await source.ReadTailAsync(tail, cancellationToken);
        return (read.Count == tail.Length && IsVeri(tail) ? OfFile(tail.AsSpan(VeriChunkLength - VeriLength), read.Length) : Weak(stored.Version), read.Length);
    }

    public static EntityTagHeaderValue OfFile(ReadOnlySpan<byte> veri, long length) =>
        Strong(string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(veri)}-{length}"));

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

    private static bool IsVeri(ReadOnlySpan<byte> chunk)
    {
        var reader = new H4mkReader([.. "H4MK\0\u0001\0\0"u8, .. chunk]);
        try
        {
            while (reader.Read())
            {
                if (reader.Part == ChunkPart.Start && (reader.Chunk.Tag != ChunkTag.Veri || reader.Chunk.Length != VeriLength))
                {
                    return false;
                }
            }
        }
        catch (H4mkFormatException)
        {
            return false;
        }

        return true;
    }

    private static EntityTagHeaderValue Strong(string text) => new($"\"{text}\"");
}
