using System.Globalization;

namespace Harmony4.Format.Internal;

/// <summary>
/// One full verification of a 1.1 file: the blocks and chunks that are there are given to the twin of the writer, and what that makes of them has to stand in the
/// file, byte for byte. Where ROOT and a page are sound, they say what a damaged chunk has to be, so the scan goes on behind it.
/// </summary>
internal sealed partial class Verifier11
{
    private readonly H4mkSource _source;
    private readonly long _length;
    private readonly H4mkContainerOptions _options;
    private readonly VerificationLog _log;
    private readonly PagedIndex? _index;
    private readonly ListedExtents? _listed;
    private readonly bool _hasTail;
    private readonly CancellationToken _cancellationToken;
    private readonly Queue<ExpectedChunk> _due = [];

    // What the blocks so far give; null once damage has made it impossible to tell.
    private RecordedIndex? _twin;
    private Phase _phase;
    private ChunkTag[] _head = [ChunkTag.Trak, ChunkTag.Meta, ChunkTag.Safe];
    private int _headCount;
    private TokenRecord? _token;
    private long _tokenOffset;
    private bool _isTokenDamaged;
    private readonly HashSet<int> _takenAux = [];
    private ushort _seen;
    private bool _isLoose;
    private bool _hasLooseTrak;
    private StructureRules _looseRules;
    private byte[] _scratch = [];
    private long _blockCount;
    private int _signCount;
    private long _payloadLength;
    private Sha256Digest? _veri;
    private long _chainEnd = FileHeader.Size;

    /// <param name="source">The file.</param>
    /// <param name="length">Its length.</param>
    /// <param name="index">Its index; null when it cannot be opened, or has no TAIL.</param>
    /// <param name="hasTail">Whether a sound TAIL is its end.</param>
    /// <param name="options">Limits.</param>
    /// <param name="log">Receives the findings.</param>
    /// <param name="cancellationToken">Cancels the verification.</param>
    public Verifier11(H4mkSource source, long length, PagedIndex? index, bool hasTail, H4mkContainerOptions options, VerificationLog log, CancellationToken cancellationToken)
    {
        _source = source;
        _length = length;
        _index = index;
        _listed = index is null ? null : new ListedExtents(index);
        _hasTail = hasTail;
        _options = options;
        _log = log;
        _cancellationToken = cancellationToken;
    }

    /// <summary>The last chunk that the lengths of the chunks before it lead to, as far as the scan went by them.</summary>
    public long ChainOffset { get; private set; } = FileHeader.Size;

    private enum Phase
    {
        Part10,
        Head,
        Body,
        Closing,
        Signs,
        Done,
        Loose,
    }

    /// <param name="isRecorded">Whether TRAK is the first chunk, as far as is known.</param>
    /// <param name="progress">Receives progress reports.</param>
    /// <param name="refusal">What opening throws.</param>
    public async ValueTask<VerificationResult> RunAsync(bool isRecorded, IProgress<VerificationProgress>? progress, H4mkFormatException? refusal = null)
    {
        if (_index is { End.IsUpgraded: true } upgraded)
        {
            _phase = Phase.Part10;
            _head = [ChunkTag.Trak];
            _twin = new RecordedIndex(ListOf(upgraded.Root), hasSeek: false);
        }
        else
        {
            _phase = isRecorded || _index is not null ? Phase.Head : Phase.Loose;
            _isLoose = _phase == Phase.Loose;
        }

        using var scan = new ChunkScan(_source, _length, _options.MaxDegreeOfParallelism);
        await scan.RunAsync(FileHeader.Size, AcceptAsync, progress, _cancellationToken).ConfigureAwait(false);
        if (_index is { End.IsUpgraded: true })
        {
            await CheckVeriAsync().ConfigureAwait(false);
        }

        // The scan sees more than opening does: what it named is the cause.
        if (refusal is not null && (refusal.Code == H4mkErrorCode.Limit || !_log.IsDamaged))
        {
            _log.Add(refusal);
        }

        if (!_hasTail)
        {
            _log.Note(ChunkTag.Tail, _length, H4mkErrorCode.Incomplete, "expected a 1.1 container that ends in TAIL, found the end of the file");
        }
        else if ((_phase != Phase.Done || _twin is null) && !_log.IsDamaged && !_log.IsLimited)
        {
            _log.Add(ChunkTag.Tail, _length - TailRecord.ChunkSize, H4mkErrorCode.Order, "expected a chain of chunks that leads to TAIL, found one that ends elsewhere");
        }

        return new VerificationResult
        {
            Integrity = !_hasTail ? IntegrityState.Incomplete : _log.IsDamaged ? IntegrityState.Invalid : _log.IsLimited ? IntegrityState.Unverified : IntegrityState.Intact,
            Signature = _index is { End.Signs.Count: > 0 } ? SignatureState.NotChecked : SignatureState.None,
            Signs = _index?.End.Signs ?? [],
            Root = _index is null ? null : new H4mkRoot { Header = _index.Root.HeaderBytes.ToArray(), Tracks = _index.Tracks },
            Findings = _log.Findings,
            FindingCount = _log.Count,
            Identity = _index?.Root.Identity,
            Veri = _veri,
            BlockCount = _index?.BlockCount ?? _blockCount,
            PayloadLength = _index?.Tracks.Sum(t => t.ByteLength) ?? _payloadLength,
            BytesVerified = _length,
        };
    }

    private static TrackList ListOf(RootTables root) =>
        new(root.Header.PageLog2, Array.ConvertAll(root.Tracks, t => new H4mkTrackInfo { Id = t.Record.Id, Kind = TrackKind.Data }));

    private ValueTask<long> AcceptAsync(ScannedChunk chunk)
    {
        if (chunk.Info.Offset == _chainEnd)
        {
            ChainOffset = chunk.Info.Offset;
            _chainEnd = chunk.Info.EndOffset;
        }

        if (!chunk.IsCut && chunk.Info.Tag == ChunkTag.Core)
        {
            _blockCount++;
            _payloadLength += chunk.Info.Length;
        }

        // A chunk that is cut ends the part too: the search for what the part lists next would lead back to its end, for ever.
        if (_phase == Phase.Part10 && chunk.Info.Offset >= _index!.End.Trak.Offset)
        {
            EndPart();
        }

        if (chunk.IsCut)
        {
            return CutAsync(chunk);
        }

        // A broken extent inside a 1.0 part must not step over its end.
        if (_phase == Phase.Part10)
        {
            return AcceptInPartAsync(chunk);
        }

        if (!chunk.Info.Tag.IsValid || FormatTags.IsNearMiss(chunk.Info.Tag))
        {
            return FailAsync(chunk, H4mkErrorCode.BadTag, chunk.Info.Tag.IsValid ? ChunkFault.NearMiss(chunk.Info.Tag).Message : ChunkFault.BadTag(chunk.Info.Tag).Message);
        }

        return _phase switch
        {
            Phase.Head => AcceptHeadAsync(chunk),
            Phase.Body => AcceptInBodyAsync(chunk),
            Phase.Closing => AcceptClosingAsync(chunk),
            Phase.Signs => AcceptSignAsync(chunk),
            Phase.Done => MisplacedAsync(chunk, ChunkFault.AfterTail.Message),
            _ => AcceptLooseAsync(chunk),
        };
    }

    /// <summary>A chunk where another has to stand; a second one of which there is one is called that.</summary>
    private ValueTask<long> MisplacedAsync(in ScannedChunk chunk, string message)
    {
        var isSecond = (_seen & FormatTags.SingletonBit(chunk.Info.Tag)) != 0;
        return FailAsync(chunk, isSecond ? H4mkErrorCode.Duplicate : H4mkErrorCode.Order, isSecond ? ChunkFault.Duplicate.Message : message);
    }

    private ValueTask<long> CutAsync(in ScannedChunk chunk)
    {
        var left = _length - chunk.Info.Offset;
        return left < ChunkHeader.Size
            ? FailAsync(chunk, H4mkErrorCode.Trailing, string.Create(CultureInfo.InvariantCulture, $"expected a chunk header of {ChunkHeader.Size} bytes or the end of the file, found {left} bytes"))
            : FailAsync(chunk, H4mkErrorCode.Overrun, string.Create(CultureInfo.InvariantCulture, $"expected a payload of {chunk.Info.Length} bytes, found {left - ChunkHeader.Size} before the end of the file"));
    }

    /// <summary>Without a twin nothing but the CRC of each chunk can be judged.</summary>
    private async ValueTask<long> AcceptLooseAsync(ScannedChunk chunk)
    {
        if (_isLoose && _looseRules.Check(chunk.Info.Tag, chunk.Info.Length) is { } fault)
        {
            _log.Add(chunk.Info.Tag, chunk.Info.Offset, fault.Code, fault.Message);
        }

        if (!chunk.IsCrcValid)
        {
            return await FailAsync(chunk, H4mkErrorCode.Crc, CrcDetail(chunk)).ConfigureAwait(false);
        }

        // Damage before it may have been TRAK.
        _hasLooseTrak |= chunk.Info.Tag == ChunkTag.Trak || _log.IsDamaged;
        if (_isLoose && !_hasLooseTrak && FormatTags.IsSince11(chunk.Info.Tag))
        {
            return await FailAsync(chunk, H4mkErrorCode.Order, "expected TRAK before any other chunk of version 1.1").ConfigureAwait(false);
        }

        _phase = chunk.Info.Tag == ChunkTag.Tail && chunk.Info.EndOffset == _length ? Phase.Done : _phase;
        return chunk.Info.EndOffset;
    }

    private static string CrcDetail(in ScannedChunk chunk) => Throw.CrcDetail(chunk.Info.Crc.GetValueOrDefault(), chunk.Crc);

    /// <summary>Takes note of what is wrong with a chunk, and goes on behind what has to stand in its place.</summary>
    private async ValueTask<long> FailAsync(ScannedChunk chunk, H4mkErrorCode code, string message)
    {
        _log.Add(chunk.Info.Tag.IsValid && chunk.Info.Tag != default ? chunk.Info.Tag : null, chunk.Info.Offset, code, message);
        var extent = _listed is null ? null : await _listed.FindAsync(chunk.Info.Offset, _twin, _cancellationToken).ConfigureAwait(false);
        if (extent is { } listed)
        {
            await ReplaceAsync(listed, chunk.Info.Offset).ConfigureAwait(false);
            return listed.End;
        }

        if (_phase == Phase.Part10)
        {
            return await _listed!.NextInPartAsync(chunk.Info.Offset, _twin, _cancellationToken).ConfigureAwait(false);
        }

        // A token that is sound says how long its block is.
        var end = _token is { } token && chunk.Info.Offset == _tokenOffset + ChunkHeader.Size + TokenRecord.Size
            ? chunk.Info.PayloadOffset + token.Length
            : chunk.IsCut ? -1 : chunk.Info.EndOffset;
        Loosen();
        return end > _length ? -1 : end;
    }

    private void Loosen()
    {
        _twin = null;
        _token = null;
        _due.Clear();
        _phase = Phase.Loose;
    }

    /// <summary>Has the twin go on as if the chunk that is listed at a position were there.</summary>
    private async ValueTask ReplaceAsync(ListedExtent listed, long offset)
    {
        if (_twin is null && listed.Kind != ChunkTag.Trak)
        {
            return;
        }

        // The full pages of a 1.0 part are due behind its VERI and TRAK, whatever becomes of those.
        if ((listed.Aux >= 0 && listed.Kind != ChunkTag.Trak) || listed.Kind == ChunkTag.Tokn || listed.Kind == ChunkTag.Core)
        {
            DropDue();
        }

        if (listed.Aux >= 0)
        {
            ReplaceAux(listed, offset);
        }
        else if (listed.Kind == ChunkTag.Tokn)
        {
            _token = null;
            _isTokenDamaged = true;
        }
        else if (listed.Kind == ChunkTag.Core)
        {
            var block = await _listed!.EntryAsync(listed.Track, _twin!.Tracks[listed.Track].BlockCount, _cancellationToken).ConfigureAwait(false);
            Feed(listed.Track, block!.Value.Entry, offset);
        }
        else if (listed.Kind != ChunkTag.Veri)
        {
            SkipDue(listed, offset);
        }

        _seen |= FormatTags.SingletonBit(listed.Kind);
    }

    private void ReplaceAux(in ListedExtent listed, long offset)
    {
        var record = _index!.Root.Aux(listed.Aux);
        if (listed.Kind == ChunkTag.Trak)
        {
            BeginBody(ListOf(_index.Root));
        }

        _twin?.AddAux(record.Tag, record.Length, record.Digest, offset);
        AdvanceHead(listed.Kind);
    }

    private void AdvanceHead(ChunkTag tag)
    {
        if (_phase == Phase.Head && tag == _head[_headCount])
        {
            _phase = ++_headCount == _head.Length ? Phase.Body : Phase.Head;
        }
    }
}
