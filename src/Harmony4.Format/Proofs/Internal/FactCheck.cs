using System.Diagnostics.CodeAnalysis;

namespace Harmony4.Format.Internal;

/// <summary>Block and keyframe proofs (docs/format/h4mk-1.1.md, proof bytes): root header, track record with its path; then one block, or a time and two.</summary>
internal static class FactCheck
{
    private const uint None = TrackRecord.None;

    public static bool TryRead(ref ProofReader reader, in Sha256Digest identity, [NotNullWhen(true)] out ProvenFact? fact)
    {
        fact = null;
        if (!reader.TryReadStart(out var start))
        {
            return false;
        }

        if (start.Kind == ProofKind.Extension)
        {
            return reader.Fail(0, $"expected a block or keyframe proof, found an extension proof");
        }

        if (!reader.TryReadRootHeader(identity, out var header) || !reader.TryReadTrack(header, start.Tracks, out var track))
        {
            return false;
        }

        var read = start.Kind == ProofKind.Block ? ReadBlock(ref reader, track) : ReadKeyframe(ref reader, track);
        if (read is null || !reader.TryReadEnd())
        {
            return false;
        }

        fact = read;
        return true;
    }

    private static ProvenFact? ReadBlock(ref ProofReader reader, in TrackRecord track)
    {
        var at = reader.Position;
        if (!reader.TryReadBlock(track, out var ordinal, out var entry))
        {
            return null;
        }

        if (ordinal == None)
        {
            reader.Fail(at, $"expected an ordinal below {track.BlockCount}, found none");
            return null;
        }

        return Fact(ProofKind.Block, track, ordinal, entry);
    }

    private static ProvenFact? ReadKeyframe(ref ProofReader reader, in TrackRecord track)
    {
        if (!reader.TryReadTime(out var time))
        {
            return null;
        }

        var at = reader.Position;
        if (!reader.TryReadBlock(track, out var ordinal, out var entry))
        {
            return null;
        }

        if (ordinal != None && !(entry.IsKey && entry.Pts <= time))
        {
            reader.Fail(at, $"expected a keyframe at or before {time} us, found block {ordinal} at {entry.Pts} us with flags {entry.Flags}");
            return null;
        }

        at = reader.Position;
        if (!reader.TryReadBlock(track, out var nextOrdinal, out var next) || !IsNext(ref reader, at, track, time, ordinal, nextOrdinal, next))
        {
            return null;
        }

        return Fact(ProofKind.Keyframe, track, ordinal, entry) with
        {
            Time = time,
            NextOrdinal = nextOrdinal == None ? null : nextOrdinal,
            NextPts = nextOrdinal == None ? null : next.Pts,
        };
    }

    /// <summary>Whether no keyframe stands between the first one and the next: the next one's link leads to the first, or the track's last keyframe is the first.</summary>
    private static bool IsNext(ref ProofReader reader, int at, in TrackRecord track, ulong time, uint ordinal, uint nextOrdinal, in IndexEntry next)
    {
        if (nextOrdinal == None)
        {
            return track.LastKey == ordinal
                || reader.Fail(at, $"expected a keyframe after {time} us, as block {track.LastKey} is the track's last, found none");
        }

        if (!next.IsKey || next.Pts <= time)
        {
            return reader.Fail(at, $"expected a keyframe after {time} us, found block {nextOrdinal} at {next.Pts} us with flags {next.Flags}");
        }

        // A next one that stood before the first would have a distance that no link can have.
        var distance = ordinal == None ? 0 : (ulong)nextOrdinal - ordinal;
        return next.Link == distance
            || reader.Fail(at, $"expected block {nextOrdinal} to link to the keyframe proved before it, found a link of {next.Link}");
    }

    private static ProvenFact Fact(ProofKind kind, in TrackRecord track, uint ordinal, in IndexEntry entry)
    {
        var fact = new ProvenFact { Kind = kind, Track = track.Id, BlockCount = track.BlockCount };
        return ordinal == None ? fact : fact with
        {
            Ordinal = ordinal,
            Pts = entry.Pts,
            Duration = entry.Duration,
            Length = entry.Length,
            Flags = (BlockFlags)entry.Flags,
            Digest = entry.Digest,
        };
    }
}
