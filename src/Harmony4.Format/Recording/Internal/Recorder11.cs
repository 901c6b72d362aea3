using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <summary>Writes version 1.1: TRAK, META and SAFE first, TOKN before each CORE, INDX behind the CORE that fills a page, and SEEK, ROOT and TAIL at the end.</summary>
internal sealed class Recorder11 : ContainerRecorder
{
    /// <summary>The longest block, in bytes.</summary>
    public const int MaxBlockLength = 64 * 1024 * 1024;

    private readonly RecordedIndex _index;
    private readonly BlockHasher _hasher;
    private readonly int _maxAuxCount;
    private readonly IReadOnlyList<IRootAuthenticator> _authenticators;
    private readonly byte[] _token = new byte[TokenRecord.Size];
    private (ChunkTag Tag, ReadOnlyMemory<byte> Payload)[]? _head;
    private byte[] _page = [];
    private int _position;
    private IndexEntry _accepted;

    /// <summary>Starts a file.</summary>
    public Recorder11(ChunkSink sink, H4mkWriterOptions options)
        : this(sink, options, hasSeek: true)
    {
        RequireObject(options.Meta, "META", options);
        RequireObject(options.Safe, "SAFE", options);
        _head = [.. _head!, (ChunkTag.Meta, options.Meta), (ChunkTag.Safe, options.Safe)];
        sink.WriteFileHeader();
    }

    /// <summary>Goes on where a file was cut.</summary>
    /// <param name="sink">Stands at the cut.</param>
    /// <param name="index">What the file holds before it.</param>
    /// <param name="options">The limit on chunks. What else they say is in the file.</param>
    public Recorder11(ChunkSink sink, RecordedIndex index, H4mkWriterOptions options)
        : base(sink)
    {
        _maxAuxCount = options.MaxAuxCount;
        _authenticators = options.Authenticators;
        _index = index;
        _hasher = new BlockHasher(_index, options.HashMemory);
    }

    private Recorder11(ChunkSink sink, H4mkWriterOptions options, bool hasSeek)
        : base(sink)
    {
        var trak = options.Trak.IsEmpty ? new TrackList(options.PageLog2, options.Tracks).Write() : options.Trak;
        if (!TrackList.TryParse(trak, options.MaxJsonDepth, out var list, out var fault))
        {
            throw new ArgumentException($"the tracks cannot be written: {fault}", nameof(options));
        }

        RequireLength(trak, "TRAK", options);
        _head = [(ChunkTag.Trak, trak)];
        _maxAuxCount = options.MaxAuxCount;
        _authenticators = options.Authenticators;
        _index = new RecordedIndex(list, hasSeek);
        _hasher = new BlockHasher(_index, options.HashMemory);
    }

    public override long BlockCount => _index.BlockCount;

    public override long Memory => _index.Memory + _hasher.MostMemory((long)_index.PayloadLength, _index.BlockCount);

    /// <summary>Goes on behind a whole 1.0 file: first with TRAK, then with the pages that its blocks fill.</summary>
    /// <param name="sink">Stands behind the file.</param>
    /// <param name="options">The tracks; the blocks of the file are the first one's.</param>
    public static Recorder11 AfterPart(ChunkSink sink, H4mkWriterOptions options)
    {
        var recorder = new Recorder11(sink, options, hasSeek: false);
        if (recorder._index.PositionOf(0) == 0)
        {
            return recorder;
        }

        recorder.Dispose();
        throw new ArgumentException("the blocks of a 1.0 file are those of track 0, which must be among the tracks", nameof(options));
    }

    /// <summary>Takes note of a META, SAFE or unknown chunk of the 1.0 part.</summary>
    public void AddPartChunk(in ChunkInfo chunk, in Sha256Digest digest) => _index.AddAux(chunk.Tag, chunk.Length, digest, chunk.Offset);

    /// <summary>Takes note of the next block of the 1.0 part, and writes the page that it fills.</summary>
    /// <exception cref="ArgumentException">The track cannot hold the block.</exception>
    public async ValueTask AddPartBlockAsync(IndexEntry block, long chunkOffset, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await WriteHeadAsync(cancellationToken).ConfigureAwait(false);
        _index.Tracks[0].Check(block.Pts, block.Duration, block.Flags, block.Length);
        await _hasher.AddAsync(0, _index.AddBlock(0, block, chunkOffset), new ReadOnlySequence<byte>(payload)).ConfigureAwait(false);
        if (_index.Tracks[0].IsPageFull)
        {
            await _hasher.DrainAsync().ConfigureAwait(false);
            await WritePageAsync(0, cancellationToken).ConfigureAwait(false);
        }
    }

    public override void Accept(int track, in BlockInfo info, long length)
    {
        _position = _index.PositionOf(track);
        if (_position < 0)
        {
            throw new ArgumentException($"expected the id of a track of this container, found {track}", nameof(track));
        }

        if (length > MaxBlockLength)
        {
            throw new ArgumentException($"a block has at most {MaxBlockLength} bytes, found {length}", nameof(length));
        }

        var duration = info.Duration <= uint.MaxValue ? (uint)info.Duration : 0;
        _index.Tracks[_position].Check(info.Pts, duration, (uint)info.Flags, length);
        _accepted = new IndexEntry(info.Pts, duration, (uint)length, 0, (uint)info.Flags, default);
    }

    /// <summary>Judges a block as <see cref="Accept"/> does.</summary>
    /// <returns>Whether it can be written.</returns>
    public bool TryAccept(int track, in BlockInfo info, long length)
    {
        var position = _index.PositionOf(track);
        if (position < 0 || length > MaxBlockLength || _index.Tracks[position].FaultOf(info.Pts, (uint)Math.Min(info.Duration, uint.MaxValue), (uint)info.Flags, length) is not null)
        {
            return false;
        }

        Accept(track, info, length);
        return true;
    }

    /// <summary>Blocks of a track so far; −1 when there is no such track.</summary>
    public long CountOf(int track) => _index.PositionOf(track) is >= 0 and var position ? _index.Tracks[position].BlockCount : -1;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteBlockAsync(ReadOnlySequence<byte> payload, CancellationToken cancellationToken)
    {
        if (_head is not null)
        {
            await WriteHeadAsync(cancellationToken).ConfigureAwait(false);
        }

        var place = await WriteCoreAsync(payload, cancellationToken).ConfigureAwait(false);
        await _hasher.AddAsync(_position, place, payload).ConfigureAwait(false);
        await CloseFullPageAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the block that was accepted last, whose digest is known.</summary>
    public async ValueTask WriteHashedBlockAsync(ReadOnlyMemory<byte> payload, Sha256Digest digest, CancellationToken cancellationToken)
    {
        await WriteHeadAsync(cancellationToken).ConfigureAwait(false);
        var place = await WriteCoreAsync(new ReadOnlySequence<byte>(payload), cancellationToken).ConfigureAwait(false);
        _index.Tracks[_position].SetDigest(place, digest.Span);
        await CloseFullPageAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes TOKN and CORE.</summary>
    /// <returns>The block's place on its page.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WriteCoreAsync(ReadOnlySequence<byte> payload, CancellationToken cancellationToken)
    {
        WriteToken();
        await WriteAsync(ChunkTag.Tokn, _token, cancellationToken).ConfigureAwait(false);
        var offset = Sink.Position;
        await Sink.WriteAsync(ChunkTag.Core, payload, cancellationToken).ConfigureAwait(false);
        return _index.AddBlock(_position, _accepted, offset);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CloseFullPageAsync(CancellationToken cancellationToken)
    {
        if (_index.Tracks[_position].IsPageFull)
        {
            await _hasher.DrainAsync().ConfigureAwait(false);
            await WritePageAsync(_position, cancellationToken).ConfigureAwait(false);
        }
    }

    public override void AcceptChunk(ChunkTag tag, long length)
    {
        if (!FormatTags.IsFree(tag))
        {
            throw new ArgumentException($"{tag} is not a tag of the caller's own: expected four bytes 0x21 to 0x7e that are not a tag of the format, nor one bit away from one", nameof(tag));
        }

        RequireRoom();
    }

    /// <summary>Whether ROOT can list another chunk besides blocks and index.</summary>
    public bool HasRoomForChunk => _index.AuxCount + (_head?.Length ?? 0) < _maxAuxCount;

    public override ValueTask WriteChunkAsync(ChunkTag tag, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) => WriteOtherAsync(tag, payload, cancellationToken);

    /// <summary>Writes a SEAL or a chunk of the caller's own kind.</summary>
    public async ValueTask WriteOtherAsync(ChunkTag tag, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await WriteHeadAsync(cancellationToken).ConfigureAwait(false);
        await WriteAuxAsync(tag, payload, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Judges a SEAL.</summary>
    /// <exception cref="ArgumentException">It cannot be written.</exception>
    public override void AcceptSeal(long length)
    {
        if (length is < SealLength.Least or > SealLength.Most)
        {
            throw new ArgumentException($"SEAL has {SealLength.Least} to {SealLength.Most} bytes, found {length}", nameof(length));
        }

        RequireRoom();
    }

    /// <summary>Writes TRAK, META and SAFE, unless they are written already.</summary>
    public async ValueTask WriteHeadAsync(CancellationToken cancellationToken)
    {
        if (_head is { } head)
        {
            _head = null;
            foreach (var (tag, payload) in head)
            {
                await WriteAuxAsync(tag, payload, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await WriteHeadAsync(cancellationToken).ConfigureAwait(false);
        await base.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<H4mkRoot?> GetRootAsync(CancellationToken cancellationToken)
    {
        await WriteHeadAsync(cancellationToken).ConfigureAwait(false);
        await _hasher.DrainAsync().ConfigureAwait(false);
        return RootOf(_index.BuildRoot());
    }

    public override async ValueTask<H4mkWriteSummary> CompleteAsync(CancellationToken cancellationToken)
    {
        await WriteHeadAsync(cancellationToken).ConfigureAwait(false);
        await _hasher.DrainAsync().ConfigureAwait(false);
        for (var i = 0; i < _index.Tracks.Length; i++)
        {
            if (_index.Tracks[i].OpenCount > 0)
            {
                await WritePageAsync(i, cancellationToken).ConfigureAwait(false);
            }
        }

        if (_index.HasSeek)
        {
            await WriteAsync(ChunkTag.Seek, _index.SeekPayload, cancellationToken).ConfigureAwait(false);
        }

        var rootOffset = Sink.Position;
        var root = _index.BuildRoot();
        await WriteAsync(ChunkTag.Root, root, cancellationToken).ConfigureAwait(false);
        using var afterRoot = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var signed = RootOf(root);
        await WriteSignsAsync(signed, afterRoot, cancellationToken).ConfigureAwait(false);
        var tail = RecordedIndex.BuildTail(rootOffset, root);
        ChunkHeader.HashChunk(ChunkTag.Tail, tail, afterRoot);
        await WriteAsync(ChunkTag.Tail, tail, cancellationToken).ConfigureAwait(false);
        await Sink.FlushAsync(cancellationToken).ConfigureAwait(false);
        return Summarize(signed, new Sha256Digest(afterRoot.GetHashAndReset()));
    }

    public override void Dispose() => _hasher.Dispose();

    private static void RequireObject(ReadOnlyMemory<byte> json, string name, H4mkWriterOptions options)
    {
        RequireLength(json, name, options);
        if (JsonObject.JudgeStrict(json.Span, options.MaxJsonDepth) != JsonVerdict.Sound)
        {
            throw new ArgumentException($"{name} is not a JSON object in UTF-8 of at most {options.MaxJsonDepth} levels without duplicate members", nameof(json));
        }
    }

    private static void RequireLength(ReadOnlyMemory<byte> json, string name, H4mkWriterOptions options)
    {
        if (json.Length > options.MaxJsonLength)
        {
            throw new ArgumentException($"{name} has at most {options.MaxJsonLength} bytes (a limit of the options), found {json.Length}", nameof(json));
        }
    }

    private void RequireRoom()
    {
        if (!HasRoomForChunk)
        {
            throw new ArgumentException($"a container lists at most {_maxAuxCount} chunks besides blocks and index (a limit of the options)");
        }
    }

    private void WriteToken() => new TokenRecord(
        _accepted.Pts,
        _index.Tracks[_position].BlockCount,
        (byte)(_accepted.IsKey ? 1 : 0),
        (byte)_accepted.Flags,
        _index.Tracks[_position].Id,
        _accepted.Duration,
        _accepted.Length).Write(_token);

    private async ValueTask WriteAuxAsync(ChunkTag tag, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        _index.AddAux(tag, (uint)payload.Length, new Sha256Digest(SHA256.HashData(payload.Span)), Sink.Position);
        await WriteAsync(tag, payload, cancellationToken).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WritePageAsync(int position, CancellationToken cancellationToken)
    {
        var most = PageHeader.PayloadLength(_index.Tracks[position].OpenCount);
        if (_page.Length < most)
        {
            _page = new byte[most];
        }

        var length = _index.Tracks[position].WritePage(_page);
        var offset = Sink.Position;
        await WriteAsync(ChunkTag.Indx, _page.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        _index.ClosePage(position, offset);
    }

    private async ValueTask WriteSignsAsync(H4mkRoot root, IncrementalHash afterRoot, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var authenticator in _authenticators)
        {
            foreach (var sign in await authenticator.AuthenticateAsync(root, cancellationToken).ConfigureAwait(false))
            {
                SignRecord.RequireCount(++count);
                var payload = SignRecord.Write(sign);
                ChunkHeader.HashChunk(ChunkTag.Sign, payload, afterRoot);
                await WriteAsync(ChunkTag.Sign, payload, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private H4mkRoot RootOf(byte[] payload) => new() { Header = payload.AsMemory(0, RootHeader.Size), Tracks = TracksOf(payload) };

    private H4mkTrack[] TracksOf(byte[] root)
    {
        var tracks = new H4mkTrack[_index.Tracks.Length];
        for (var i = 0; i < tracks.Length; i++)
        {
            TrackRecord.TryRead(root.AsSpan(RootHeader.Size + (TrackRecord.Size * i)), out var record);
            tracks[i] = PagedIndex.ToTrack(record);
        }

        return tracks;
    }

    private H4mkWriteSummary Summarize(H4mkRoot root, Sha256Digest fileDigest) => new()
    {
        Version = H4mkVersion.V11,
        Length = Sink.Position,
        BlockCount = _index.BlockCount,
        PayloadLength = (long)_index.PayloadLength,
        KeyframeCount = root.Tracks.Sum(t => t.KeyframeCount!.Value),
        Root = root,
        Identity = root.Identity,
        FileDigest = fileDigest,
        Tracks = root.Tracks,
    };
}
