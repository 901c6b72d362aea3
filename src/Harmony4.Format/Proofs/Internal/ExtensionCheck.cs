using System.Diagnostics.CodeAnalysis;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Extension proofs (docs/format/h4mk-1.1.md, proof bytes): both root headers, both lists of track records, and for each track a consistency path.</summary>
internal static class ExtensionCheck
{
    public static bool TryRead(ref ProofReader reader, in Sha256Digest identity, in Sha256Digest newIdentity, [NotNullWhen(true)] out ProvenExtension? fact)
    {
        fact = null;
        if (!reader.TryReadStart(out var start))
        {
            return false;
        }

        if (start.Kind != ProofKind.Extension)
        {
            return reader.Fail(0, $"expected an extension proof, found a proof of kind {(int)start.Kind}");
        }

        if (!reader.TryReadRootHeader(identity, out var old) || !reader.TryReadRootHeader(newIdentity, out var grown))
        {
            return false;
        }

        if (start.Tracks != old.TrackCount || start.Tracks != grown.TrackCount || old.PageLog2 != grown.PageLog2)
        {
            return reader.Fail(0, $"expected {start.Tracks} tracks and one page size in both containers, found {old.TrackCount} and {grown.TrackCount} tracks, page log2 {old.PageLog2} and {grown.PageLog2}");
        }

        // At most 1,024 tracks: the header says no more.
        var tracks = new (TrackRecord Old, TrackRecord New)[start.Tracks];
        if (!TryReadRecords(ref reader, old.TracksRoot, tracks, isNew: false) || !TryReadRecords(ref reader, grown.TracksRoot, tracks, isNew: true))
        {
            return false;
        }

        foreach (ref readonly var track in tracks.AsSpan())
        {
            if (!IsGrown(ref reader, track.Old, track.New) || !reader.TryReadConsistency(track.Old, track.New))
            {
                return false;
            }
        }

        if (!reader.TryReadEnd())
        {
            return false;
        }

        fact = new ProvenExtension
        {
            Identity = identity,
            NewIdentity = newIdentity,
            HasSameAuxChunks = old.AuxRoot == grown.AuxRoot,
            Tracks = Array.ConvertAll(tracks, static t => new ProvenTrackGrowth { Track = t.Old.Id, BlockCount = t.Old.BlockCount, NewBlockCount = t.New.BlockCount }),
        };
        return true;
    }

    private static bool TryReadRecords(ref ProofReader reader, in Sha256Digest tracksRoot, (TrackRecord Old, TrackRecord New)[] tracks, bool isNew)
    {
        var at = reader.Position;
        var tree = new MerkleTreeBuilder();
        foreach (ref var track in tracks.AsSpan())
        {
            if (!reader.TryReadRecord(out var record, out var bytes))
            {
                return false;
            }

            tree.AppendRecord(bytes);
            track = isNew ? (track.Old, record) : (record, default);
        }

        Span<byte> root = stackalloc byte[Sha256Digest.SizeInBytes];
        tree.WriteRoot(root);
        return root.SequenceEqual(tracksRoot.Span)
            || reader.Fail(at, $"expected track records that give tracks root {tracksRoot}, found {Convert.ToHexStringLower(root)}");
    }

    private static bool IsGrown(ref ProofReader reader, in TrackRecord old, in TrackRecord grown) =>
        (old.Id == grown.Id && old.BlockCount <= grown.BlockCount)
        || reader.Fail(reader.Position, $"expected track {old.Id} with at least {old.BlockCount} blocks, found track {grown.Id} with {grown.BlockCount}");
}
