using System.Buffers;
using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <content>The 1.0 file that an upgraded container begins with.</content>
internal sealed partial class Verifier11
{
    private readonly SeekRecorder _partSeek = new();
    private StructureRules _partRules;
    private int _partPages;
    private ScannedChunk? _seek;

    private async ValueTask<long> AcceptInPartAsync(ScannedChunk chunk)
    {
        var info = chunk.Info;
        if (_partRules.Check(info.Tag, info.Length) is { } fault)
        {
            return await FailAsync(chunk, fault.Code, fault.Message).ConfigureAwait(false);
        }

        if (info.EndOffset > _index!.End.Trak.Offset)
        {
            return await FailAsync(chunk, H4mkErrorCode.Overrun, $"expected the end of the chunk before TRAK at {_index.End.Trak.Offset}, found it at {info.EndOffset}").ConfigureAwait(false);
        }

        if (FormatTags.IsSince11(info.Tag))
        {
            return await FailAsync(chunk, H4mkErrorCode.Order, "expected no chunk of version 1.1 inside the 1.0 part").ConfigureAwait(false);
        }

        if (!chunk.IsCrcValid)
        {
            return await FailAsync(chunk, H4mkErrorCode.Crc, CrcDetail(chunk)).ConfigureAwait(false);
        }

        if (info.Tag == ChunkTag.Core)
        {
            return await AcceptPartBlockAsync(chunk).ConfigureAwait(false);
        }

        if (info.Tag == ChunkTag.Seek || info.Tag == ChunkTag.Veri)
        {
            // Both are judged once the part is read; of the payloads one is hashed, and the other is 32 bytes.
            _seek = info.Tag == ChunkTag.Seek ? chunk with { Payload = default } : _seek;
            _veri = info.Tag == ChunkTag.Veri ? new Sha256Digest(chunk.Payload.Span) : _veri;
            return info.EndOffset;
        }

        return await JudgeAuxAsync(chunk).ConfigureAwait(false) ?? info.EndOffset;
    }

    private async ValueTask<long> AcceptPartBlockAsync(ScannedChunk chunk)
    {
        var info = chunk.Info;
        var block = await _listed!.EntryAsync(0, _twin!.Tracks[0].BlockCount, _cancellationToken).ConfigureAwait(false);
        if (block is not { } listed)
        {
            if (_twin.Tracks[0].BlockCount >= _index!.Tracks[0].BlockCount)
            {
                _log.Add(info.Tag, info.Offset, H4mkErrorCode.Unlisted, "expected a block that the index lists, found one that it does not");
            }
            else
            {
                // Without its page nobody knows the block's time.
                _log.Add((await _listed.PageFaultAsync(0, _twin.Tracks[0].BlockCount, _cancellationToken).ConfigureAwait(false))!);
                Loosen();
            }

            return info.EndOffset;
        }

        if (listed.Offset != (ulong)info.Offset)
        {
            _log.Add(info.Tag, info.Offset, H4mkErrorCode.Unlisted, $"expected the next block at {listed.Offset}, as the index says, found one here");
            return info.EndOffset;
        }

        if ((listed.Entry.Flags & ~(uint)BlockFlags.Key) != 0)
        {
            var page = _index!.Root.PageChunk(_index.Root.Tracks[0], _index.PageOf(_twin.Tracks[0].BlockCount));
            _log.Add(ChunkTag.Indx, page.Offset, H4mkErrorCode.Page, $"expected no flag but key on a block of the 1.0 part, found {listed.Entry.Flags}");
        }

        if (listed.Entry.Length != info.Length || listed.Entry.Digest != chunk.Digest)
        {
            return await FailAsync(chunk, H4mkErrorCode.Block, $"expected {listed.Entry.Length} bytes with SHA-256 {listed.Entry.Digest}, as the index says, found {info.Length} with {chunk.Digest}").ConfigureAwait(false);
        }

        Feed(0, listed.Entry, info.Offset);
        return info.EndOffset;
    }

    /// <summary>Closes a page that blocks of the part have filled: such pages follow TRAK one after the other, so where each stands is known.</summary>
    private void ClosePartPage()
    {
        var page = ChunkHeader.Size + (long)PageHeader.PayloadLength(1 << _twin!.PageLog2);
        _twin.ClosePage(0, _index!.End.Trak.EndOffset + (_partPages++ * page));
    }

    /// <summary>Judges what only the whole part can tell, and goes on with TRAK.</summary>
    private void EndPart()
    {
        _phase = _twin is null ? Phase.Loose : Phase.Head;
        if (_log.IsDamaged)
        {
            return;
        }

        if (_seek is { } seek)
        {
            var expected = _partSeek.Payload.Span;
            if (_twin is not null && (seek.Info.Length != expected.Length || seek.Digest != new Sha256Digest(SHA256.HashData(expected))))
            {
                _log.Add(ChunkTag.Seek, seek.Info.Offset, H4mkErrorCode.Order, "expected the keyframes of the 1.0 part, as the index says, found others");
            }
        }
        else
        {
            _log.Add(ChunkTag.Seek, _index!.End.Trak.Offset, H4mkErrorCode.Missing, "expected a SEEK chunk in the 1.0 part, found none");
        }

        if (_veri is null)
        {
            _log.Add(ChunkTag.Veri, _index!.End.Trak.Offset, H4mkErrorCode.Missing, "expected VERI before TRAK, found none");
        }
    }

    /// <summary>VERI is the hash of one stream, so it is computed apart from the scan.</summary>
    private async ValueTask CheckVeriAsync()
    {
        if (_veri is not { } stored || _index!.Find(ChunkTag.Veri) is not { } veri)
        {
            return;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1024 * 1024);
        try
        {
            for (long at = FileHeader.Size; at < veri.Offset;)
            {
                var count = (int)Math.Min(buffer.Length, veri.Offset - at);
                var read = await _source.ReadAsync(at, buffer.AsMemory(0, count), _cancellationToken).ConfigureAwait(false);
                if (read.Count < count)
                {
                    Throw.Shrunk(at + read.Count, _length);
                }

                hash.AppendData(buffer.AsSpan(0, count));
                at += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var computed = new Sha256Digest(hash.GetHashAndReset());
        if (computed != stored && !_log.IsDamaged)
        {
            _log.Add(ChunkTag.Veri, veri.Offset, H4mkErrorCode.Veri, $"expected SHA-256 {stored} of the chunks before it, found {computed}");
        }
    }
}
