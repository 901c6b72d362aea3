using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Harmony4.Format.Internal;

/// <summary>The first checks of a ROOT payload, before any of its tables may be used: counts, then the exact length.</summary>
[StackTraceHidden]
internal readonly ref struct RootCheck(ReadOnlySpan<byte> payload, long rootOffset)
{
    public const int MaxTrackCount = 1024;
    public const int MaxPageLog2 = 14;
    public const int MaxTracksLog2 = 20;
    private readonly ReadOnlySpan<byte> _payload = payload;
    private readonly long _rootOffset = rootOffset;

    public void Need(bool holds, [InterpolatedStringHandlerArgument("holds")] ref DetailHandler detail)
    {
        if (!holds)
        {
            Throw.Bad(H4mkErrorCode.Root, _rootOffset, ChunkTag.Root, detail.ToString());
        }
    }

    public void Need(bool holds, string detail)
    {
        if (!holds)
        {
            Throw.Bad(H4mkErrorCode.Root, _rootOffset, ChunkTag.Root, detail);
        }
    }

    public void Limit(long found, long limit, string what, string unit)
    {
        if (found > limit)
        {
            Throw.Bad(H4mkErrorCode.Limit, _rootOffset, ChunkTag.Root, string.Create(CultureInfo.InvariantCulture, $"expected {what} {limit} {unit} (a limit of the options), found {found}"));
        }
    }

    public RootHeader ReadHeader(H4mkContainerOptions options)
    {
        Need(_payload.Length >= RootHeader.Size + TrackRecord.Size, $"expected a root header and a track record, found {_payload.Length} bytes");
        Need(RootHeader.TryRead(_payload, out var header), "expected a root header of version 1.1 with SHA-256, found other bytes");
        Need(header.PageLog2 is >= 1 and <= MaxPageLog2, $"expected a page log2 of 1 to {MaxPageLog2}, found {header.PageLog2}");
        Need(header.TrackCount is >= 1 and <= MaxTrackCount && (long)header.TrackCount << header.PageLog2 <= 1L << MaxTracksLog2, $"expected 1 to {MaxTrackCount} tracks, and at most 2^{MaxTracksLog2} blocks in a page of each, found {header.TrackCount} with a page log2 of {header.PageLog2}");
        Need(header.AuxCount >= 3, $"expected aux records of META, SAFE and TRAK, found {header.AuxCount} records");
        Limit(header.AuxCount, options.MaxAuxCount, "at most", "aux records");
        Need(_payload.Length >= RootTables.PayloadLength(header.TrackCount, header.AuxCount, 0), $"expected {header.TrackCount} track and {header.AuxCount} aux records, found {_payload.Length} bytes");
        return header;
    }

    public TrackPages[] ReadTracks(in RootHeader header, out int pageCount)
    {
        var tracks = new TrackPages[header.TrackCount];
        long pages = 0;
        UInt128 blocks = 0, bytes = 0;
        for (var i = 0; i < tracks.Length; i++)
        {
            Need(TrackRecord.TryRead(_payload[(RootHeader.Size + (TrackRecord.Size * i))..], out var track), "expected 0 in the zero field of a track record");
            CheckTrack(track, i == 0 ? -1 : tracks[i - 1].Record.Id);
            var count = (track.BlockCount + (1L << header.PageLog2) - 1) >> header.PageLog2;
            tracks[i] = new TrackPages(track, (int)Math.Min(pages, int.MaxValue), (int)Math.Min(count, int.MaxValue));
            pages += count;
            blocks += track.BlockCount;
            bytes += track.PayloadLength;
        }

        Need(_payload.Length == RootTables.PayloadLength(header.TrackCount, header.AuxCount, pages), $"expected {RootTables.PayloadLength(header.TrackCount, header.AuxCount, pages)} bytes for {header.TrackCount} tracks, {header.AuxCount} aux records and {pages} pages, found {_payload.Length}");
        Need(blocks == header.BlockCount, $"expected {header.BlockCount} blocks in all tracks, found {blocks}");
        Need(bytes == header.PayloadLength, $"expected {header.PayloadLength} payload bytes in all tracks, found {bytes}");
        pageCount = (int)pages;
        return tracks;
    }

    private void CheckTrack(in TrackRecord track, int previousId)
    {
        Need(track.Id > previousId, $"expected track ids that rise, found {track.Id} after {previousId}");
        Need(track.KeyCount <= track.BlockCount, $"expected at most {track.BlockCount} keyframes in track {track.Id}, found {track.KeyCount}");
        Need((track.LastKey == TrackRecord.None) == (track.KeyCount == 0), $"expected a last keyframe in track {track.Id} exactly when it has keyframes");
        Need(track.KeyCount == 0 || track.LastKey < track.BlockCount, $"expected a last keyframe below {track.BlockCount} in track {track.Id}, found {track.LastKey}");
        Need(track.FirstPts <= track.EndPts && track.EndPts <= long.MaxValue, $"expected a first time at or before the end of track {track.Id}, both below 2^63 us, found {track.FirstPts} and {track.EndPts}");
        Need(track.BlockCount > 0 || (track.PayloadLength == 0 && track.FirstPts == 0 && track.EndPts == 0), $"expected nothing in track {track.Id}, which has no blocks");
    }

    /// <summary>Formats a message only when a check fails, in the invariant culture.</summary>
    [InterpolatedStringHandler]
    internal ref struct DetailHandler
    {
        private DefaultInterpolatedStringHandler _inner;
        private readonly bool _isUsed;

        public DetailHandler(int literalLength, int formattedCount, bool holds, out bool shouldAppend)
        {
            shouldAppend = _isUsed = !holds;
            _inner = _isUsed ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
        }

        public void AppendLiteral(string value) => _inner.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => _inner.AppendFormatted(value);

        public override string ToString() => _isUsed ? _inner.ToStringAndClear() : "";
    }
}
