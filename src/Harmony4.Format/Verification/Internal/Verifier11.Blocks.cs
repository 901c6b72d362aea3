using System.Globalization;
using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <content>TRAK, META, SAFE, blocks, and chunks of the producer's own.</content>
internal sealed partial class Verifier11
{
    private async ValueTask<long> AcceptHeadAsync(ScannedChunk chunk)
    {
        var expected = _head[_headCount];
        if (chunk.Info.Tag != expected)
        {
            return await MisplacedAsync(chunk, $"expected {expected}, found {chunk.Info.Tag}").ConfigureAwait(false);
        }

        if (await JudgeAuxAsync(chunk).ConfigureAwait(false) is { } next)
        {
            return next;
        }

        if (_twin is null)
        {
            Loosen();
        }

        AdvanceHead(expected);
        return chunk.Info.EndOffset;
    }

    private void BeginBody(TrackList list)
    {
        if (_twin is null)
        {
            _twin = new RecordedIndex(list, hasSeek: true);
        }
    }

    /// <summary>Judges a META, SAFE, TRAK, SEAL or unknown chunk and gives it to the twin.</summary>
    /// <returns>Where to go on when it is not what it has to be; null when it was taken.</returns>
    private async ValueTask<long?> JudgeAuxAsync(ScannedChunk chunk)
    {
        var info = chunk.Info;
        if (!chunk.IsCrcValid)
        {
            return await FailAsync(chunk, H4mkErrorCode.Crc, CrcDetail(chunk)).ConfigureAwait(false);
        }

        var record = new AuxRecord(info.Tag, info.Length, chunk.Digest);
        if (_index is not null)
        {
            if (FindAux(record, info.Offset) is not (>= 0 and var aux))
            {
                // What nothing lists is none of the container's, so the twin goes on without it.
                _log.Add(info.Tag, info.Offset, H4mkErrorCode.Unlisted, "expected a chunk that ROOT lists, found one that it does not");
                return info.EndOffset;
            }

            if (_index.Root.Aux(aux) is var stated && stated != record)
            {
                return await FailAsync(chunk, H4mkErrorCode.Aux, $"expected {stated.Tag} of {stated.Length} bytes with SHA-256 {stated.Digest}, as ROOT says, found {info.Length} bytes with {chunk.Digest}").ConfigureAwait(false);
            }
        }
        else if (_twin is not null && _twin.AuxCount >= _options.MaxAuxCount)
        {
            _log.Add(info.Tag, info.Offset, H4mkErrorCode.Limit, $"expected at most {_options.MaxAuxCount} chunks besides blocks and index (a limit of the options), found more");
            if (_twin.AuxCount >= ushort.MaxValue)
            {
                // No ROOT can list so many, and keeping what is known of each would take more memory than the chunks take in the file.
                Loosen();
            }
        }

        JudgeJson(chunk);
        _seen |= FormatTags.SingletonBit(info.Tag);
        _twin?.AddAux(info.Tag, info.Length, chunk.Digest, info.Offset);
        return null;
    }

    /// <summary>The aux record that means a chunk: that of its place, else one of the same content whose place nothing has taken. Where ROOT is wrong of a place, ROOT is named.</summary>
    private int FindAux(in AuxRecord record, long offset)
    {
        var same = -1;
        for (var i = 0; i < _index!.Root.AuxCount; i++)
        {
            if (_index.Root.AuxOffset(i) == (ulong)offset)
            {
                _takenAux.Add(i);
                return i;
            }

            same = same < 0 && !_takenAux.Contains(i) && _index.Root.Aux(i) == record ? i : same;
        }

        if (same >= 0)
        {
            _takenAux.Add(same);
        }

        return same;
    }

    private void JudgeJson(in ScannedChunk chunk)
    {
        var info = chunk.Info;
        if (info.Tag != ChunkTag.Trak && info.Tag != ChunkTag.Meta && info.Tag != ChunkTag.Safe)
        {
            return;
        }

        if (info.Length > _options.MaxJsonLength || chunk.Payload.Length != info.Length)
        {
            _log.Add(info.Tag, info.Offset, H4mkErrorCode.Limit, $"expected a payload of at most {_options.MaxJsonLength} bytes (a limit of the options), found {info.Length}");
        }
        else if (info.Tag != ChunkTag.Trak)
        {
            if (JsonObject.JudgeStrict(chunk.Payload.Span, _options.MaxJsonDepth) is not JsonVerdict.Sound and var verdict)
            {
                var isLimit = verdict == JsonVerdict.TooDeep;
                _log.Add(info.Tag, info.Offset, isLimit ? H4mkErrorCode.Limit : H4mkErrorCode.Json, isLimit ? Throw.TooDeepDetail(_options.MaxJsonDepth) : Throw.JsonDetail);
            }
        }
        else if (JsonObject.JudgeStrict(chunk.Payload.Span, _options.MaxJsonDepth) == JsonVerdict.TooDeep)
        {
            _log.Add(info.Tag, info.Offset, H4mkErrorCode.Limit, Throw.TooDeepDetail(_options.MaxJsonDepth));
        }
        else if (!TrackList.TryParse(chunk.Payload, _options.MaxJsonDepth, out var list, out var fault))
        {
            _log.Add(info.Tag, info.Offset, H4mkErrorCode.Track, fault);
        }
        else if (_index is not null && !list.Matches(_index.Root))
        {
            _log.Add(info.Tag, info.Offset, H4mkErrorCode.Track, "expected the page size and track ids of ROOT, found others");
        }
        else
        {
            BeginBody(list);
        }

        if (info.Tag == ChunkTag.Trak && _index is not null)
        {
            BeginBody(ListOf(_index.Root));
        }
    }

    private ValueTask<long> AcceptInBodyAsync(ScannedChunk chunk)
    {
        if (_due.Count > 0)
        {
            return AcceptDueAsync(chunk);
        }

        var tag = chunk.Info.Tag;
        if (tag == ChunkTag.Core)
        {
            return AcceptCoreAsync(chunk);
        }

        if (_token is not null)
        {
            _log.Add(ChunkTag.Tokn, _tokenOffset, H4mkErrorCode.Token, $"expected the CORE that it announces behind it, found {tag}");
            _token = null;
        }

        if (tag == ChunkTag.Tokn)
        {
            return AcceptTokenAsync(chunk);
        }

        if (tag == ChunkTag.Seal || !FormatTags.IsKnown(tag))
        {
            return AcceptAuxAsync(chunk);
        }

        if (tag == ChunkTag.Indx && _listed is not null && JudgeEarlyPage(chunk))
        {
            return new ValueTask<long>(chunk.Info.EndOffset);
        }

        if (tag == ChunkTag.Indx || tag == ChunkTag.Seek || tag == ChunkTag.Root)
        {
            BeginClosing();
            return AcceptClosingAsync(chunk);
        }

        return MisplacedAsync(chunk, ChunkFault.OutOfPlace.Message);
    }

    private async ValueTask<long> AcceptAuxAsync(ScannedChunk chunk) => await JudgeAuxAsync(chunk).ConfigureAwait(false) ?? chunk.Info.EndOffset;

    private async ValueTask<long> AcceptTokenAsync(ScannedChunk chunk)
    {
        if (chunk.Info.Length != TokenRecord.Size)
        {
            return await FailAsync(chunk, H4mkErrorCode.Token, $"expected {TokenRecord.Size} bytes, found {chunk.Info.Length}").ConfigureAwait(false);
        }

        if (!chunk.IsCrcValid)
        {
            return await FailAsync(chunk, H4mkErrorCode.Crc, CrcDetail(chunk)).ConfigureAwait(false);
        }

        var token = TokenRecord.Read(chunk.Payload.Span);
        var position = _twin!.PositionOf(token.Track);
        if (position < 0 || token.Ordinal != _twin.Tracks[position].BlockCount || token.Key != (token.Flags & 1))
        {
            return await FailAsync(chunk, H4mkErrorCode.Token, string.Create(CultureInfo.InvariantCulture, $"expected the next block of a track of this container, found block {token.Ordinal} of track {token.Track} with key {token.Key} and flags {token.Flags}")).ConfigureAwait(false);
        }

        if (_index is not null && token.Ordinal >= _index.Tracks[position].BlockCount)
        {
            return await FailAsync(chunk, H4mkErrorCode.Unlisted, $"expected at most {_index.Tracks[position].BlockCount} blocks of track {token.Track}, as ROOT says, found another").ConfigureAwait(false);
        }

        if (_listed is not null
            && await _listed.EntryAsync(position, token.Ordinal, _cancellationToken).ConfigureAwait(false) is { } listed
            && (listed.Entry.Pts, listed.Entry.Duration, listed.Entry.Flags) is var stated
            && stated != (token.Pts, token.Duration, token.Flags))
        {
            return await FailAsync(chunk, H4mkErrorCode.Token, string.Create(CultureInfo.InvariantCulture, $"expected pts, duration and flags {stated}, as the index says, found {(token.Pts, token.Duration, (uint)token.Flags)}")).ConfigureAwait(false);
        }

        if (_twin.Tracks[position].FaultOf(token.Pts, token.Duration, token.Flags, token.Length) is { } fault)
        {
            return await FailAsync(chunk, H4mkErrorCode.Token, fault.Message).ConfigureAwait(false);
        }

        _token = token;
        _tokenOffset = chunk.Info.Offset;
        return chunk.Info.EndOffset;
    }

    private async ValueTask<long> AcceptCoreAsync(ScannedChunk chunk)
    {
        var info = chunk.Info;
        if (_token is not { } token)
        {
            if (!_isTokenDamaged)
            {
                return await FailAsync(chunk, H4mkErrorCode.Token, "expected the TOKN of the block before it, found none").ConfigureAwait(false);
            }

            return await AcceptCoreWithoutTokenAsync(chunk).ConfigureAwait(false);
        }

        if (info.Length != token.Length)
        {
            return await FailAsync(chunk, H4mkErrorCode.Block, $"expected {token.Length} bytes, as TOKN says, found {info.Length}").ConfigureAwait(false);
        }

        if (!chunk.IsCrcValid)
        {
            return await FailAsync(chunk, H4mkErrorCode.Crc, CrcDetail(chunk)).ConfigureAwait(false);
        }

        if (info.Length > _options.MaxBlockLength)
        {
            _log.Add(info.Tag, info.Offset, H4mkErrorCode.Limit, $"expected a block of at most {_options.MaxBlockLength} bytes (a limit of the options), found {info.Length}");
        }

        var position = _twin!.PositionOf(token.Track);
        var listed = _listed is null ? null : await _listed.EntryAsync(position, token.Ordinal, _cancellationToken).ConfigureAwait(false);
        if (listed is { } stated && stated.Entry.Digest != chunk.Digest)
        {
            return await FailAsync(chunk, H4mkErrorCode.Block, $"expected block {token.Ordinal} of track {token.Track} with SHA-256 {stated.Entry.Digest}, as the index says, found {chunk.Digest}").ConfigureAwait(false);
        }

        Feed(position, new IndexEntry(token.Pts, token.Duration, token.Length, 0, token.Flags, chunk.Digest), info.Offset);
        return info.EndOffset;
    }

    /// <summary>The TOKN is damaged and named: which block this is, only the index can say.</summary>
    private async ValueTask<long> AcceptCoreWithoutTokenAsync(ScannedChunk chunk)
    {
        var listed = await _listed!.FindAsync(chunk.Info.Offset, _twin, _cancellationToken).ConfigureAwait(false);
        if (listed is not { Track: >= 0 and var position } || listed.Value.Kind != ChunkTag.Core)
        {
            return await FailAsync(chunk, H4mkErrorCode.Unlisted, "expected a block that the index lists, found one that it does not").ConfigureAwait(false);
        }

        var block = await _listed.EntryAsync(position, _twin!.Tracks[position].BlockCount, _cancellationToken).ConfigureAwait(false);
        if (!chunk.IsCrcValid)
        {
            return await FailAsync(chunk, H4mkErrorCode.Crc, CrcDetail(chunk)).ConfigureAwait(false);
        }

        if (chunk.Info.Length != block!.Value.Entry.Length || chunk.Digest != block.Value.Entry.Digest)
        {
            return await FailAsync(chunk, H4mkErrorCode.Block, $"expected {block.Value.Entry.Length} bytes with SHA-256 {block.Value.Entry.Digest}, as the index says, found {chunk.Info.Length} with {chunk.Digest}").ConfigureAwait(false);
        }

        Feed(position, block.Value.Entry, chunk.Info.Offset);
        return chunk.Info.EndOffset;
    }

    /// <summary>Gives a block to the twin, and has its page follow when it is full.</summary>
    private void Feed(int position, in IndexEntry entry, long offset)
    {
        _token = null;
        _isTokenDamaged = false;
        if ((entry.Flags & (uint)BlockFlags.Lost) != 0)
        {
            _log.Note(ChunkTag.Core, offset, H4mkErrorCode.Lost, "the block was lost before the container was closed");
        }

        var track = _twin!.Tracks[position];
        if (track.FaultOf(entry.Pts, entry.Duration, entry.Flags, entry.Length) is { } fault)
        {
            // The index itself is not what a writer could have written.
            _log.Add(ChunkTag.Core, offset, H4mkErrorCode.Page, fault.Message);
            Loosen();
            return;
        }

        var isInPart = _phase == Phase.Part10;
        if (isInPart && entry.IsKey)
        {
            _partSeek.Add(entry.Pts, _twin.PayloadLength);
        }

        var place = _twin.AddBlock(position, entry, offset);
        track.SetDigest(place, entry.Digest.Span);
        if (track.IsPageFull)
        {
            ExpectPage(position, isOpen: !isInPart);
            if (isInPart)
            {
                ClosePartPage();
            }
        }
    }

    private void ExpectPage(int position, bool isOpen = true)
    {
        var track = _twin!.Tracks[position];
        var length = PageHeader.PayloadLength(track.OpenCount);
        _scratch = _scratch.Length >= length ? _scratch : new byte[length];
        track.WritePage(_scratch);
        _due.Enqueue(new ExpectedChunk(ChunkTag.Indx, (uint)length, new Sha256Digest(SHA256.HashData(_scratch.AsSpan(0, length))), position, isOpen));
    }
}
