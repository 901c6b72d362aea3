using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Unicode;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Writes the lines of a playlist (RFC 8216 section 4) and sends them on piece by piece.</summary>
internal sealed class PlaylistText(PipeWriter output)
{
    public const string ContentType = "application/vnd.apple.mpegurl";

    private const int FlushLength = 32 * 1024;

    // Two tags with three numbers.
    private const int LongestTags = 128;
    private const int BytesOfACharacter = 3;
    private const ulong Second = 1_000_000;

    public void Line(ReadOnlySpan<byte> text)
    {
        output.Write(text);
        output.Write("\n"u8);
    }

    public void Line(FormattableString text)
    {
        Encoding.UTF8.GetBytes(FormattableString.Invariant(text), output);
        output.Write("\n"u8);
    }

    /// <summary>Writes a segment: how long it lasts, where it stands, and what it is a part of.</summary>
    public void Entry(in MediaSegment segment, string address)
    {
        var span = output.GetSpan(LongestTags + (BytesOfACharacter * address.Length));
        if (!Utf8.TryWrite(
            span,
            CultureInfo.InvariantCulture,
            $"#EXTINF:{segment.Duration / Second}.{segment.Duration % Second:D6},\n#EXT-X-BYTERANGE:{segment.Length}@{segment.Offset}\n{address}\n",
            out var written))
        {
            throw new InvalidOperationException("an entry is longer than its parts");
        }

        output.Advance(written);
    }

    /// <summary>Sends what was written once it is enough; <see langword="false"/> when the client takes no more.</summary>
    public async ValueTask<bool> FlushWhenFullAsync(CancellationToken cancellationToken) =>
        output.UnflushedBytes < FlushLength || !(await output.FlushAsync(cancellationToken)).IsCompleted;

    /// <summary>What of a text can stand between quotes, for which there is no escape.</summary>
    public static string Quoted(string text)
    {
        const int longest = 256;
        var allowed = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            if (allowed.Length > longest)
            {
                break;
            }

            allowed.Append(rune.Value == '"' ? "'" : Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 ? " " : rune.ToString());
        }

        return allowed.Append('"').ToString();
    }
}
