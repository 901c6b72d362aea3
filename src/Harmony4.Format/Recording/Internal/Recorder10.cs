using System.Buffers;

namespace Harmony4.Format.Internal;

/// <summary>Writes version 1.0: blocks as they come, then SEEK, META, SAFE, and VERI over all of it.</summary>
internal sealed class Recorder10 : ContainerRecorder
{
    private readonly H4mkWriterOptions _options;
    private readonly OverlappedSha256 _veri = new();
    private readonly SeekRecorder _seek = new();
    private long _blockCount;
    private long _payloadLength;

    public Recorder10(ChunkSink sink, H4mkWriterOptions options)
        : base(sink)
    {
        if (options.Tracks is not [{ Id: 0, Kind: TrackKind.Video, Label: null, Language: null, Members.Count: 0 }])
        {
            throw new ArgumentException("version 1.0 holds exactly one track: id 0, kind video, and nothing said of it", nameof(options));
        }

        RequireObject(options.Meta, "META");
        RequireObject(options.Safe, "SAFE");
        _options = options;
        sink.WriteFileHeader();
        sink.Hash = _veri;
    }

    public override long BlockCount => _blockCount;

    public override long Memory => _seek.Memory;

    public override void Accept(int track, in BlockInfo info, long length)
    {
        if (track != 0)
        {
            throw new ArgumentException($"expected track 0, the only one, found {track}", nameof(track));
        }

        if (length > uint.MaxValue)
        {
            throw new ArgumentException($"a block has at most {uint.MaxValue} bytes, found {length}", nameof(length));
        }

        if (info.IsKey)
        {
            _seek.CheckNext(info.Pts);
            _seek.Add(info.Pts, (ulong)_payloadLength);
        }

        _blockCount++;
        _payloadLength += length;
    }

    public override ValueTask WriteBlockAsync(ReadOnlySequence<byte> payload, CancellationToken cancellationToken) =>
        Sink.WriteAsync(ChunkTag.Core, payload, cancellationToken);

    public override void AcceptChunk(ChunkTag tag, long length)
    {
        if (!tag.IsValid || FormatTags.IsKnown(tag))
        {
            throw new ArgumentException($"{tag} is not a tag of the caller's own: expected four bytes 0x21 to 0x7e that the format does not use", nameof(tag));
        }
    }

    public override void AcceptSeal(long length) => throw new ArgumentException("version 1.0 does not seal", nameof(length));

    public override ValueTask WriteChunkAsync(ChunkTag tag, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) => WriteAsync(tag, payload, cancellationToken);

    public override async ValueTask<H4mkWriteSummary> CompleteAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(ChunkTag.Seek, _seek.Payload, cancellationToken).ConfigureAwait(false);
        await WriteAsync(ChunkTag.Meta, _options.Meta, cancellationToken).ConfigureAwait(false);
        await WriteAsync(ChunkTag.Safe, _options.Safe, cancellationToken).ConfigureAwait(false);
        var veri = new byte[Sha256Digest.SizeInBytes];
        _veri.GetCurrentHash(veri);
        Sink.Hash = null;
        await WriteAsync(ChunkTag.Veri, veri, cancellationToken).ConfigureAwait(false);
        await Sink.FlushAsync(cancellationToken).ConfigureAwait(false);
        return new H4mkWriteSummary
        {
            Version = H4mkVersion.V10,
            Length = Sink.Position,
            BlockCount = _blockCount,
            PayloadLength = _payloadLength,
            KeyframeCount = _seek.Count,
            Veri = new Sha256Digest(veri),
            Tracks = [new H4mkTrack { Id = 0, BlockCount = _blockCount, ByteLength = _payloadLength, KeyframeCount = _seek.Count }],
        };
    }

    public override void Dispose() => _veri.Dispose();

    private static void RequireObject(ReadOnlyMemory<byte> json, string name)
    {
        if (!JsonObject.IsValid(json.Span))
        {
            throw new ArgumentException($"{name} is not a JSON object in UTF-8 of at most {JsonObject.MaxDepth} levels", nameof(json));
        }
    }
}
