namespace Harmony4.Tokenization.Internal;

/// <summary>Finds the movie header (moov) that stands behind media data.</summary>
internal static class Mp4MovieSearch
{
    /// <summary>The bytes that box headers are looked for in at once, since small boxes may stand in a row.</summary>
    private const int HeadsLength = 4096;

    /// <summary>Goes over the boxes of an input up to its movie header.</summary>
    /// <param name="input">The input, at its first byte.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Where the header begins, from the start of the input, and its bytes; 0 bytes where there is none behind the data. Null where it stands in front of them, and where there are fragments.</returns>
    public static async ValueTask<(long Position, long Length)?> FindAsync(Stream input, CancellationToken cancellationToken)
    {
        var start = input.Position;
        var length = input.Length - start;
        var heads = new byte[HeadsLength];
        var isBehindData = false;
        var (at, from, read) = (0L, 0L, 0);
        while (at < length)
        {
            if (at > from + read - Mp4Box.LongHeader)
            {
                from = at;
                input.Position = start + at;
                read = await input.ReadAtLeastAsync(heads, heads.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            }

            if (!Mp4Box.TryRead(heads.AsSpan((int)(at - from), read - (int)(at - from)), out var box) || box.HeaderLength == 0)
            {
                break;
            }

            if (box.Type == Mp4Box.Moof || (at == 0 && !box.CanBeginFile))
            {
                return null;
            }

            if (box.Type == Mp4Box.Moov)
            {
                return isBehindData ? (at, box.Length == 0 ? length - at : box.Length) : null;
            }

            isBehindData |= box.Type == Mp4Box.Mdat;
            if (box.Length == 0)
            {
                break;
            }

            at += box.Length;
        }

        return isBehindData ? (Math.Min(at, length), 0) : null;
    }
}
