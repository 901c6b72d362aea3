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
            return chunk.Info.Tag == ChunkTag.Tail && _due.Count > 0 ? AcceptDueAsync(chunk) : FailAsync(chunk, H4mkErrorCode.Order, ChunkFault.AfterRoot.Message);
        }

        return !chunk.IsCrcValid ? FailAsync(chunk, H4mkErrorCode.Crc, CrcDetail(chunk))
            : chunk.Info.Length == chunk.Payload.Length && !SignHeader.TryRead(chunk.Payload.Span, out _)
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
            return await FailAsync(chunk, H4mkErrorCode.Order, $"expected {expected.Tag}, found {info.Tag}").ConfigureAwait(false);
        }

        if (info.Length != expected.Length)
        {
            return await FailAsync(chunk, CodeOf(expected.Tag), $"expected {expected.Length} bytes, found {info.Length}").ConfigureAwait(false);
        }

        if (!chunk.IsCrcValid)
        {
            return await FailAsync(chunk, H4mkErrorCode.Crc, CrcDetail(chunk)).ConfigureAwait(false);
        }

        // ROOT and TAIL differ when anything before them does, and that has been named.
        if (chunk.Digest != expected.Digest && (!_log.IsDamaged || (expected.Tag != ChunkTag.Root && expected.Tag != ChunkTag.Tail)))
        {
            _log.Add(info.Tag, info.Offset, CodeOf(expected.Tag), "expected what the blocks and chunks of the file give, found other bytes");
        }

        _due.Dequeue();
        AfterDue(expected, info.Offset);
        return info.EndOffset;
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

    private static H4mkErrorCode CodeOf(ChunkTag tag) =>
        tag == ChunkTag.Indx ? H4mkErrorCode.Page
        : tag == ChunkTag.Seek ? H4mkErrorCode.Order
        : tag == ChunkTag.Root ? H4mkErrorCode.Root
        : H4mkErrorCode.Tail;
}
