using System.Buffers;

namespace Harmony4.Tokenization.Internal;

/// <content>What comes of a movie header: read alone where it stands behind the media, and its tables where it ends.</content>
internal sealed partial class Mp4Segmenter
{
    private const int CopyLength = 256 * 1024;

    /// <summary>The most bytes that are kept of an edit list: above 3,000 edits.</summary>
    private const int LongestEdits = 64 * 1024;

    public override async ValueTask<bool> PrepareAsync(Stream input, CancellationToken cancellationToken)
    {
        var start = input.Position;
        if (!readsTables || await Mp4MovieSearch.FindAsync(input, cancellationToken).ConfigureAwait(false) is not { } movie)
        {
            return true;
        }

        if (movie.Length == 0)
        {
            SetNotice("expected a movie header (moov) behind the media data, found none", movie.Position, isRestOpaque: true);
            return false;
        }

        if (movie.Length > input.Length - start - movie.Position)
        {
            SetNotice("expected a whole movie header (moov), found a part of it", movie.Position, isRestOpaque: true);
            return false;
        }

        // The movie header alone is read by another; what it found then holds for the whole input.
        var reader = new Mp4Segmenter(new SegmenterOptions { TimeTrack = _wanted, MaxBlockLength = SegmenterOptions.SmallestMaxBlockLength, Frames = Frames }, readsTables) { _movieLength = movie.Length };
        input.Position = start + movie.Position;
        await ReadMovieAsync(reader, input, movie.Length, cancellationToken).ConfigureAwait(false);
        if (reader._starts is null && Frames?.Tables is null)
        {
            SetNotice(reader.Notice?.Message ?? (Frames is null ? "expected a movie header (moov) with boxes that fit it, found others" : "expected a movie header (moov) with a track that has a time scale and samples, found none"), movie.Position, isRestOpaque: true);
            return false;
        }

        _tracks = reader._tracks;
        _starts = reader._starts;
        _fragment.GoOnAt(_starts?.End ?? 0);
        _hasStarts = _hasMovie = _isPrepared = true;
        if (reader.Notice is { } notice)
        {
            SetNotice(notice.Message, movie.Position + notice.Offset);
        }

        return true;
    }

    private static async ValueTask ReadMovieAsync(Mp4Segmenter reader, Stream input, long length, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyLength);
        try
        {
            var held = 0;
            while (length > 0 || held > 0)
            {
                var count = (int)Math.Min(length, buffer.Length - held);
                var read = await input.ReadAtLeastAsync(buffer.AsMemory(held, count), count, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                held += read;
                length = read < count ? 0 : length - read;
                var at = 0;
                while (reader.TryRead(new ReadOnlySequence<byte>(buffer, at, held - at), isFinalBlock: length == 0, out var block))
                {
                    at += (int)block.Length;
                }

                buffer.AsSpan(at, held - at).CopyTo(buffer);
                held -= at;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    internal override IReadOnlyList<MediaEdit> GetEdits(ulong track) =>
        track <= uint.MaxValue && _tracks.Find((uint)track) is { Edits: { } edits, Timescale: > 0 } found ? Mp4Edits.Read(edits, found.Timescale, _tracks.MovieTimescale) : [];

    internal override long? GetFragmentShift(ulong track) =>
        track <= uint.MaxValue && _tracks.Find((uint)track) is { SampleCount: 0, Timescale: > 0, EarliestOffset: var earliest } ? -(long)earliest : null;

    private void EndMovie()
    {
        if (Frames is not null)
        {
            TellTables(Frames);
            return;
        }

        if (readsTables && !_hasStarts && _tracks.TryGetTimeTrack(out var track) && track.Tables is { } tables && (track.SampleCount > 0 || !_tracks.MayHaveFragments))
        {
            UseTables(track, tables);
        }
        else if (readsTables && !_hasStarts && !_tracks.MayHaveFragments)
        {
            SetNotice("expected a movie header (moov) with a track that has sample tables, found none", isRestOpaque: true);
        }

        _tracks.DropTables();
    }

    /// <summary>Tells of the frames that the sample tables of all tracks hold.</summary>
    private void TellTables(FrameQueue frames)
    {
        var tables = new Mp4TableFrames();
        for (var i = 0; i < _tracks.Count; i++)
        {
            ref var track = ref _tracks[i];
            if (track.Tables is { IsTooLong: true })
            {
                SetNotice($"expected sample tables of at most {Mp4SampleTables.MaxLength} bytes a track, found more");
            }
            else if (track is { Tables: { } own, Timescale: > 0 })
            {
                track.NextTime = tables.Add(track, own);
            }

            if (track.Edits is { IsTooLong: true })
            {
                SetNotice($"expected an edit list of at most {LongestEdits} bytes, found a longer one, which is left out");
            }

            track.Tables = null;
        }

        if (tables.Fault is { } fault)
        {
            SetNotice(fault);
        }

        if (tables.HasFrames)
        {
            frames.Tables = tables;
        }
    }

    private void UseTables(in Mp4Track track, Mp4SampleTables tables)
    {
        _starts = Mp4BlockStarts.Create(track, tables, out var fault);
        if ((fault ?? _starts?.Fault) is { } message)
        {
            SetNotice(message, isRestOpaque: _starts is null && !_tracks.MayHaveFragments);
        }

        if (_starts is not null)
        {
            _hasStarts = true;
            _tracks.Choose(track.Id);
            _fragment.GoOnAt(_starts.End);
        }
    }
}
