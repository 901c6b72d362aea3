using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <content>Pages, SEEK, ROOT, SIGN and TAIL.</content>
internal sealed partial class Verifier11
{
    private void BeginClosing()
    {
        _phase = Phase.Closing;
        for (var i = 0; i < _twin!.Tracks.Length; i++)
        {
            if (_twin.Tracks[i].OpenCount > 0)
            {
                ExpectPage(i);
            }
        }

        if (_index is not { End.IsUpgraded: true })
        {
            var seek = _twin.SeekPayload.Span;
            _due.Enqueue(new ExpectedChunk(ChunkTag.Seek, (uint)seek.Length, new Sha256Digest(SHA256.HashData(seek))));
        }
    }

    private ValueTask<long> AcceptClosingAsync(ScannedChunk chunk)
    {
        if (_due.Count > 0)
        {
            return AcceptDueAsync(chunk);
        }

        // The offsets of the pages are known by now.
        var root = _twin!.BuildRoot();
        _phase = Phase.Signs;
        _due.Enqueue(new ExpectedChunk(ChunkTag.Root, (uint)root.Length, new Sha256Digest(SHA256.HashData(root))));
        var tail = RecordedIndex.BuildTail(chunk.Info.Offset, root);
        _due.Enqueue(new ExpectedChunk(ChunkTag.Tail, (uint)tail.Length, new Sha256Digest(SHA256.HashData(tail))));
        return AcceptDueAsync(chunk);
    }

    private ValueTask<long> AcceptSignAsync(ScannedChunk chunk)
    {
        if (chunk.Info.Tag != ChunkTag.Sign)
        {
            return chunk.Info.Tag == ChunkTag.Tail && _due.Count > 0 ? AcceptDueAsync(chunk) : MisplacedAsync(chunk, ChunkFault.AfterRoot.Message);
        }

        _signCount++;
        if (!chunk.IsCrcValid)
        {
            return FailAsync(chunk, H4mkErrorCode.Crc, CrcDetail(chunk));
        }

        if (_signCount > _options.MaxSignCount || chunk.Info.Length > _options.MaxSignLength)
        {
            _log.Add(ChunkTag.Sign, chunk.Info.Offset, H4mkErrorCode.Limit, $"expected at most {_options.MaxSignCount} SIGN chunks of at most {_options.MaxSignLength} bytes (limits of the options), found more");
            return new ValueTask<long>(chunk.Info.EndOffset);
        }

        return chunk.Info.Length == chunk.Payload.Length && !SignHeader.TryRead(chunk.Payload.Span, out _)
            ? FailAsync(chunk, H4mkErrorCode.Sign, "expected kind, a zero byte, a hint and a body, found fewer bytes or another zero byte")
            : new ValueTask<long>(chunk.Info.EndOffset);
    }

    /// <summary>Holds a chunk against the one that the twin says comes next.</summary>
    private async ValueTask<long> AcceptDueAsync(ScannedChunk chunk)
    {
        var expected = _due.Peek();
        var info = chunk.Info;
        if (info.Tag != expected.Tag)
        {
            return await MisplacedAsync(chunk, $"expected {expected.Tag}, found {info.Tag}").ConfigureAwait(false);
        }

        if (info.Length != expected.Length)
        {
            return await FailAsync(chunk, CodeOf(chunk, expected), $"expected {expected.Length} bytes, found {info.Length}").ConfigureAwait(false);
        }

        if (!chunk.IsCrcValid)
        {
            return await FailAsync(chunk, H4mkErrorCode.Crc, CrcDetail(chunk)).ConfigureAwait(false);
        }

        // ROOT and TAIL differ when anything before them does, and that has been named.
        if (chunk.Digest != expected.Digest && (!_log.IsDamaged || (expected.Tag != ChunkTag.Root && expected.Tag != ChunkTag.Tail)))
        {
            _log.Add(info.Tag, info.Offset, CodeOf(chunk, expected), "expected what the blocks and chunks of the file give, found other bytes");
        }

        _due.Dequeue();
        _seen |= FormatTags.SingletonBit(info.Tag);
        AfterDue(expected, info.Offset);
        JudgePage(expected, info.Offset);
        return info.EndOffset;
    }

    /// <summary>Holds a page that its blocks give against the one that ROOT names.</summary>
    private void JudgePage(in ExpectedChunk expected, long offset)
    {
        if (_index is null || expected.Tag != ChunkTag.Indx || _log.Contains(offset) || !expected.IsOpen)
        {
            return;
        }

        var pages = _twin!.Tracks[expected.Track];
        var track = _index.Root.Tracks[expected.Track];
        if (pages.PageCount > track.PageCount)
        {
            return;
        }

        var given = pages.Page(pages.PageCount - 1).Record;
        var named = PageRecord.Read(_index.Root.Page(track.FirstPage + pages.PageCount - 1));
        if (given.Root != named.Root || given.StreamOffset != named.StreamOffset)
        {
            _log.Add(ChunkTag.Indx, offset, H4mkErrorCode.Page, $"expected the page at stream offset {named.StreamOffset} with root {named.Root}, as ROOT says, found one at {given.StreamOffset} with {given.Root}");
        }
    }

    /// <summary>Judges a page that nothing waits for while blocks still come.</summary>
    /// <returns>Whether it was named, and the blocks go on; false when the short last pages begin with it.</returns>
    private bool JudgeEarlyPage(in ScannedChunk chunk)
    {
        var listed = _listed!.FindFixed(chunk.Info.Offset);
        if (listed is not { Track: >= 0 and var position })
        {
            _log.Add(ChunkTag.Indx, chunk.Info.Offset, H4mkErrorCode.Unlisted, "expected a page that ROOT lists, found one that it does not");
            return true;
        }

        if (_twin!.Tracks[position].OpenCount > 0 && _twin.Tracks[position].PageCount == _index!.Root.Tracks[position].PageCount - 1)
        {
            return false;
        }

        var isOpen = _twin.Tracks[position].PageCount < _index!.Root.Tracks[position].PageCount
            && _index.Root.PageChunk(_index.Root.Tracks[position], _twin.Tracks[position].PageCount).Offset == chunk.Info.Offset;
        _log.Add(ChunkTag.Indx, chunk.Info.Offset, isOpen ? H4mkErrorCode.Page : H4mkErrorCode.Order, "expected a page directly behind the block that fills it, found it elsewhere");
        return true;
    }

    /// <summary>Closes pages whose INDX is not where it has to be, so that their tracks can go on.</summary>
    private void DropDue()
    {
        while (_phase is Phase.Body or Phase.Head && _due.TryDequeue(out var expected))
        {
            if (expected.IsOpen)
            {
                var track = _index!.Root.Tracks[expected.Track];
                var page = Math.Min(_twin!.Tracks[expected.Track].PageCount, track.PageCount - 1);
                _twin.ClosePage(expected.Track, _index.Root.PageChunk(track, page).Offset);
            }
        }
    }

    private void AfterDue(in ExpectedChunk expected, long offset)
    {
        if (expected.IsOpen)
        {
            _twin!.ClosePage(expected.Track, offset);
        }

        _phase = expected.Tag == ChunkTag.Tail ? Phase.Done : _phase;
    }

    /// <summary>Passes over a page, SEEK, ROOT or TAIL that is listed and damaged.</summary>
    private void SkipDue(in ListedExtent listed, long offset)
    {
        if (_due.Count == 0)
        {
            // It stands where the twin has nothing to expect yet: from here on only CRCs tell.
            Loosen();
            return;
        }

        while (_due.TryDequeue(out var expected))
        {
            AfterDue(expected, offset);
            if (expected.Tag == listed.Kind && (listed.Track < 0 || listed.Track == expected.Track))
            {
                return;
            }
        }
    }

    private H4mkErrorCode CodeOf(in ScannedChunk chunk, in ExpectedChunk expected)
    {
        var payload = chunk.Payload.Span;
        if (expected.Tag == ChunkTag.Indx)
        {
            var isOther = chunk.IsCrcValid && payload.Length >= PageHeader.Size && PageHeader.Read(payload).Track is var track && track != _twin!.Tracks[expected.Track].Id && _twin.PositionOf(track) >= 0;
            return isOther && _listed?.FindFixed(chunk.Info.Offset) is { } listed && listed.Track != expected.Track ? H4mkErrorCode.Order : H4mkErrorCode.Page;
        }

        return expected.Tag == ChunkTag.Seek
                ? payload.Length >= SeekRecord.CountSize && StructureRules.CheckSeekCount(payload, chunk.Info.Length) is not null ? H4mkErrorCode.BadLength : H4mkErrorCode.Order
            : expected.Tag == ChunkTag.Root ? H4mkErrorCode.Root
            : H4mkErrorCode.Tail;
    }
}
