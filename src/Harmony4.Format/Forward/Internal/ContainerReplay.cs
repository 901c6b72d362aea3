using System.Globalization;
using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <summary>
/// A container taken chunk by chunk in file order, and held against what a writer would write for the same blocks: the one state machine of
/// forward readers and followers. <see cref="Begin"/> takes a chunk's header, <see cref="Append"/> its payload, <see cref="End"/> ends it once
/// its CRC is known to be sound.
/// </summary>
/// <remarks>Not safe for concurrent use. Memory is that of a writer, and 48 bytes for each block of a 1.0 part.</remarks>
internal sealed partial class ContainerReplay : IDisposable
{
    private readonly H4mkContainerOptions _options;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly PayloadCollector _payload = new();
    private readonly List<(AuxRecord Record, long Offset)> _earlyAux = [];
    private readonly EarlyBlocks _early = new();
    private OverlappedSha256? _veri = new();
    private StructureRules _rules;
    private Place _place = Place.Start;
    private ChunkInfo _chunk;
    private Use _use;
    private long _earlyStream;
    private bool _isTail10;

    public ContainerReplay(H4mkContainerOptions options) => _options = options;

    private enum Place
    {
        Start,
        V10,
        AfterVeri,
        Meta,
        Safe,
        EarlyPages,
        Body,
        ShortPages,
        Root,
        AfterRoot,
        Complete,
    }

    private enum Use
    {
        Pass,
        Collect,
        Hash,
        SeekCount,
    }

    public bool IsV11 => _index is not null;

    /// <summary>Whether TAIL has come and fits.</summary>
    public bool IsComplete => _place == Place.Complete;

    /// <summary>Whether the last chunk is a TAIL that no TRAK came before. A file that ends so is one of 1.1, and damaged.</summary>
    public bool EndsInStrayTail => _isTail10 && !IsV11;

    /// <summary>Whether a whole 1.0 container has come.</summary>
    public bool IsAfterVeri => _place == Place.AfterVeri;

    public IReadOnlyList<H4mkTrackInfo> Tracks { get; private set; } = [new H4mkTrackInfo { Id = 0, Kind = TrackKind.Video }];

    public ReadOnlyMemory<byte>? Meta { get; private set; }

    public ReadOnlyMemory<byte>? Safe { get; private set; }

    public Sha256Digest? Veri { get; private set; }

    public Sha256Digest? Identity { get; private set; }

    /// <summary>The id of the track of <see cref="Block"/>.</summary>
    public int Track { get; private set; }

    /// <summary>The block whose CORE has begun.</summary>
    public BlockLocation Block { get; private set; }

    /// <summary>The page that has become final.</summary>
    public PageRange Page { get; private set; }

    public void Dispose()
    {
        _hash.Dispose();
        _veri?.Dispose();
    }

    /// <summary>Takes a chunk's header.</summary>
    /// <returns>What is known by it: nothing, a block or a chunk.</returns>
    /// <exception cref="H4mkFormatException">No such chunk can stand here.</exception>
    public ForwardPart Begin(in ChunkInfo chunk)
    {
        if (_rules.Check(chunk.Tag, chunk.Length) is { } fault)
        {
            Throw.Fault(fault, chunk.Offset, fault.Code == H4mkErrorCode.BadTag ? null : chunk.Tag);
        }

        _chunk = chunk;
        _use = Use.Pass;
        if (_rules.IsV11)
        {
            return Begin11(chunk);
        }

        if (chunk.Tag != ChunkTag.Veri)
        {
            Span<byte> header = stackalloc byte[ChunkHeader.Size];
            new ChunkHeader(chunk.Tag, chunk.Length, chunk.Crc.GetValueOrDefault()).Write(header);
            _veri!.Append(header);
        }

        return Begin10(chunk);
    }

    /// <summary>Takes the next bytes of the payload.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_place <= Place.V10 && _chunk.Tag != ChunkTag.Veri && _chunk.Tag != ChunkTag.Trak)
        {
            _veri!.Append(bytes);
        }

        switch (_use)
        {
            case Use.Collect:
                _payload.Append(bytes);
                break;
            case Use.Hash:
                _hash.AppendData(bytes);
                break;
            case Use.SeekCount:
                _payload.AppendUpTo(SeekRecord.CountSize, bytes);
                break;
        }
    }

    /// <summary>Ends a chunk, whose CRC is sound.</summary>
    /// <returns>What is known by it: nothing, the tracks or a page.</returns>
    /// <exception cref="H4mkFormatException">It does not fit what came before.</exception>
    public ForwardPart End() => IsV11 || _chunk.Tag == ChunkTag.Trak && _rules.IsV11 ? End11() : End10();

    /// <summary>Judges the end of the input.</summary>
    /// <param name="length">Its bytes.</param>
    /// <param name="left">The bytes after the last chunk that ended, at least the first four; without them nothing follows it.</param>
    /// <param name="leftOffset">Where those stand.</param>
    /// <exception cref="H4mkFormatException">The container is cut.</exception>
    public void EndInput(long length, ReadOnlySpan<byte> left, long leftOffset)
    {
        if (IsComplete)
        {
            if (length > leftOffset)
            {
                Throw.Fault(ChunkFault.AfterTail, leftOffset, null);
            }

            return;
        }

        if (_rules.IsV11 || (_place is Place.Start or Place.AfterVeri && length >= FileHeader.Size && ContainerWalk.IsTrak(left)))
        {
            Throw.Bad(H4mkErrorCode.Incomplete, leftOffset, left.IsEmpty ? ChunkTag.Tail : ChunkTag.Trak, string.Create(CultureInfo.InvariantCulture, $"expected a 1.1 container that ends in TAIL, found its end at {length} without one"));
        }

        if (EndsInStrayTail && length == leftOffset)
        {
            Throw.Bad(H4mkErrorCode.Order, _chunk.Offset, ChunkTag.Tail, "expected TRAK at the start or directly behind VERI of a container that ends in TAIL");
        }

        if (length < FileHeader.Size)
        {
            Throw.Short(length);
        }

        if (length - leftOffset is > 0 and < ChunkHeader.Size and var trailing)
        {
            Throw.Trailing(leftOffset, trailing);
        }

        if (length > leftOffset)
        {
            Throw.Overrun(leftOffset, _chunk.Tag, _chunk.Length, length - leftOffset - ChunkHeader.Size);
        }
    }

    private ForwardPart Begin10(in ChunkInfo chunk)
    {
        _place = Place.V10;
        _isTail10 = false;
        if (chunk.Tag == ChunkTag.Core)
        {
            if (_early.Count >= _options.MaxChunkCount)
            {
                Throw.Bad(H4mkErrorCode.Limit, chunk.Offset, chunk.Tag, string.Create(CultureInfo.InvariantCulture, $"expected at most {_options.MaxChunkCount} chunks (a limit of the options), found more"));
            }

            _use = Use.Hash;
            Track = 0;
            Block = new BlockLocation { Ordinal = _early.Count, StreamOffset = _earlyStream, FileOffset = chunk.PayloadOffset, Length = chunk.Length, Crc = chunk.Crc };
            return ForwardPart.Block;
        }

        if (chunk.Tag == ChunkTag.Meta || chunk.Tag == ChunkTag.Safe)
        {
            Collect(_options.MaxMetadataLength);
            return ForwardPart.None;
        }

        if (chunk.Tag == ChunkTag.Veri)
        {
            Collect(Sha256Digest.SizeInBytes);
            return ForwardPart.None;
        }

        if (chunk.Tag == ChunkTag.Seek)
        {
            _payload.Reset();
            _use = Use.SeekCount;
            return ForwardPart.None;
        }

        if (chunk.Tag == ChunkTag.Tail && chunk.Length == TailRecord.Size)
        {
            Collect(TailRecord.Size);
            return ForwardPart.Chunk;
        }

        _use = Use.Hash;
        return ForwardPart.Chunk;
    }

    private ForwardPart End10()
    {
        if (_chunk.Tag == ChunkTag.Core)
        {
            _early.Add(_chunk.Length, _chunk.Offset, TakeDigest());
            _earlyStream += _chunk.Length;
        }
        else if (_chunk.Tag == ChunkTag.Seek)
        {
            if (StructureRules.CheckSeekCount(_payload.Bytes.Span, _chunk.Length) is { } fault)
            {
                Throw.Fault(fault, _chunk.Offset, ChunkTag.Seek);
            }
        }
        else if (_chunk.Tag == ChunkTag.Veri)
        {
            CheckVeri();
        }
        else if (_chunk.Tag == ChunkTag.Tail && _use == Use.Collect)
        {
            _isTail10 = true;
            AddEarlyAux(new Sha256Digest(SHA256.HashData(_payload.Bytes.Span)));
        }
        else if (_use == Use.Collect)
        {
            if (!JsonObject.IsValid(_payload.Bytes.Span))
            {
                Throw.Json(_chunk);
            }

            SetJson();
            AddEarlyAux(new Sha256Digest(SHA256.HashData(_payload.Bytes.Span)));
        }
        else
        {
            AddEarlyAux(TakeDigest());
        }

        return ForwardPart.None;
    }

    private void CheckVeri()
    {
        Span<byte> computed = stackalloc byte[Sha256Digest.SizeInBytes];
        _veri!.GetCurrentHash(computed);
        _veri.Dispose();
        _veri = null;
        if (!computed.SequenceEqual(_payload.Bytes.Span))
        {
            Throw.Bad(H4mkErrorCode.Veri, _chunk.Offset, ChunkTag.Veri, $"expected SHA-256 {Convert.ToHexStringLower(_payload.Bytes.Span)} of the chunks before it, found {Convert.ToHexStringLower(computed)}");
        }

        Veri = new Sha256Digest(computed);
        _place = Place.AfterVeri;
    }

    // A 1.0 part that is longer than a 1.1 container may be is one of 1.0 all the same.
    private void AddEarlyAux(in Sha256Digest digest)
    {
        if (_earlyAux.Count <= _options.MaxAuxCount)
        {
            _earlyAux.Add((new AuxRecord(_chunk.Tag, _chunk.Length, digest), _chunk.Offset));
        }
    }

    private void SetJson()
    {
        if (_chunk.Tag == ChunkTag.Meta)
        {
            Meta = _payload.Bytes.ToArray();
        }
        else
        {
            Safe = _payload.Bytes.ToArray();
        }
    }

    private void Collect(long limit)
    {
        if (_chunk.Length > limit)
        {
            Throw.Limit(_chunk, limit);
        }

        _payload.Reset();
        _use = Use.Collect;
    }

    private Sha256Digest TakeDigest()
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.SizeInBytes];
        _hash.GetHashAndReset(digest);
        return new Sha256Digest(digest);
    }
}
