using System.Globalization;
using System.Security.Cryptography;

namespace Harmony4.Format.Internal;

/// <content>Chunks of version 1.1.</content>
internal sealed partial class ContainerReplay
{
    private RecordedIndex? _index;
    private TokenRecord? _token;
    private IndexEntry _entry;
    private ulong[] _streamOffsets = [];
    private byte[] _expected = [];
    private byte[] _root = [];
    private bool _isUpgraded;
    private bool _hasSeek;
    private int _position;
    private int _fullPage = -1;
    private int _signCount;
    private long _rootOffset;

    private ForwardPart Begin11(in ChunkInfo chunk)
    {
        if (chunk.Tag == ChunkTag.Trak)
        {
            Collect(_options.MaxJsonLength);
            return ForwardPart.None;
        }

        if (_token is not null && chunk.Tag != ChunkTag.Core)
        {
            Throw.Bad(H4mkErrorCode.Token, chunk.Offset, chunk.Tag, "expected the CORE that TOKN announces, found another chunk");
        }

        if ((_fullPage >= 0 || _place == Place.EarlyPages) && chunk.Tag != ChunkTag.Indx)
        {
            OutOfPlace("the INDX of a full page");
        }

        return chunk.Tag == ChunkTag.Core ? BeginCore(chunk)
            : chunk.Tag == ChunkTag.Tokn ? BeginToken()
            : chunk.Tag == ChunkTag.Indx ? BeginPage(chunk)
            : chunk.Tag == ChunkTag.Seek ? BeginSeek(chunk)
            : chunk.Tag == ChunkTag.Root ? BeginRoot(chunk)
            : chunk.Tag == ChunkTag.Sign ? BeginSign(chunk)
            : chunk.Tag == ChunkTag.Tail ? BeginTail(chunk)
            : chunk.Tag == ChunkTag.Meta || chunk.Tag == ChunkTag.Safe ? BeginJson(chunk)
            : BeginAux(chunk);
    }

    private ForwardPart End11()
    {
        if (_chunk.Tag == ChunkTag.Trak)
        {
            return EndTrak();
        }

        if (_chunk.Tag == ChunkTag.Core)
        {
            EndCore();
            return ForwardPart.None;
        }

        if (_chunk.Tag == ChunkTag.Tokn)
        {
            EndToken();
            return ForwardPart.None;
        }

        if (_chunk.Tag == ChunkTag.Indx)
        {
            return EndPage();
        }

        if (_chunk.Tag == ChunkTag.Meta || _chunk.Tag == ChunkTag.Safe)
        {
            EndJson();
        }
        else if (_chunk.Tag == ChunkTag.Seek)
        {
            Expect(_index!.SeekPayload.Span, H4mkErrorCode.Order, "every 2^s-th keyframe of the first track");
            _place = Place.Root;
        }
        else if (_chunk.Tag == ChunkTag.Root)
        {
            Expect(_root, H4mkErrorCode.Root, "the ROOT that tracks, chunks and pages give");
            _place = Place.AfterRoot;
        }
        else if (_chunk.Tag == ChunkTag.Sign)
        {
            if (!SignHeader.TryRead(_payload.Bytes.Span, out _))
            {
                Throw.Bad(H4mkErrorCode.Sign, _chunk.Offset, ChunkTag.Sign, "expected kind, a zero byte, a hint and a body, found fewer bytes or another zero byte");
            }
        }
        else if (_chunk.Tag == ChunkTag.Tail)
        {
            Expect(RecordedIndex.BuildTail(_rootOffset, _root), H4mkErrorCode.Tail, "the place and hash of ROOT");
            Identity = RootHeader.IdentityOf(_root);
            _place = Place.Complete;
        }
        else
        {
            _index!.AddAux(_chunk.Tag, _chunk.Length, TakeDigest(), _chunk.Offset);
        }

        return ForwardPart.None;
    }

    private ForwardPart EndTrak()
    {
        var list = TrackList.Parse(_payload.Bytes, _options.MaxJsonDepth, _chunk);
        _isUpgraded = _place == Place.AfterVeri;
        _veri?.Dispose();
        _veri = null;
        _index = new RecordedIndex(list, hasSeek: !_isUpgraded);
        _streamOffsets = new ulong[list.Tracks.Count];
        Tracks = list.Tracks;
        if (_isUpgraded)
        {
            BeginUpgrade(list);
        }
        else
        {
            _place = Place.Meta;
        }

        _index.AddAux(ChunkTag.Trak, _chunk.Length, new Sha256Digest(SHA256.HashData(_payload.Bytes.Span)), _chunk.Offset);
        return ForwardPart.Tracks;
    }

    /// <summary>What follows a whole 1.0 container goes on with its blocks, which become those of track 0.</summary>
    private void BeginUpgrade(TrackList list)
    {
        if (list.Tracks[0].Id != 0 || Meta is null || Safe is null)
        {
            Throw.Bad(H4mkErrorCode.Track, _chunk.Offset, ChunkTag.Trak, "expected a track 0, and META and SAFE in the 1.0 container before it");
        }

        if (_earlyAux.Count >= _options.MaxAuxCount)
        {
            Throw.Bad(H4mkErrorCode.Limit, _chunk.Offset, ChunkTag.Trak, string.Create(CultureInfo.InvariantCulture, $"expected at most {_options.MaxAuxCount} chunks besides blocks and index (a limit of the options), found more"));
        }

        foreach (var (record, offset) in _earlyAux)
        {
            _index!.AddAux(record.Tag, record.Length, record.Digest, offset);
        }

        _streamOffsets[0] = (ulong)_earlyStream;
        _place = _early.Count >> list.PageLog2 > 0 ? Place.EarlyPages : Place.Body;
    }

    private ForwardPart BeginJson(in ChunkInfo chunk)
    {
        if (chunk.Tag == ChunkTag.Meta ? _place != Place.Meta : _place != Place.Safe)
        {
            OutOfPlace("TRAK, META and SAFE in this order at the start");
        }

        Collect(_options.MaxJsonLength);
        return ForwardPart.None;
    }

    private void EndJson()
    {
        var verdict = JsonObject.JudgeStrict(_payload.Bytes.Span, _options.MaxJsonDepth);
        if (verdict == JsonVerdict.TooDeep)
        {
            Throw.TooDeep(_chunk, _options.MaxJsonDepth);
        }
        else if (verdict == JsonVerdict.Wrong)
        {
            Throw.Json(_chunk);
        }

        SetJson();
        _index!.AddAux(_chunk.Tag, _chunk.Length, new Sha256Digest(SHA256.HashData(_payload.Bytes.Span)), _chunk.Offset);
        _place = _place == Place.Meta ? Place.Safe : Place.Body;
    }

    private ForwardPart BeginAux(in ChunkInfo chunk)
    {
        NeedBody();
        if (_index!.AuxCount >= _options.MaxAuxCount)
        {
            Throw.Bad(H4mkErrorCode.Limit, chunk.Offset, chunk.Tag, string.Create(CultureInfo.InvariantCulture, $"expected at most {_options.MaxAuxCount} chunks besides blocks and index (a limit of the options), found more"));
        }

        _use = Use.Hash;
        return ForwardPart.Chunk;
    }

    private ForwardPart BeginToken()
    {
        NeedBody();
        if (_chunk.Length != TokenRecord.Size)
        {
            BadToken($"expected a TOKN of {TokenRecord.Size} bytes, found {_chunk.Length}");
        }

        Collect(TokenRecord.Size);
        return ForwardPart.None;
    }

    private void EndToken()
    {
        var token = TokenRecord.Read(_payload.Bytes.Span);
        _position = _index!.PositionOf(token.Track);
        if (_position < 0)
        {
            BadToken($"expected a track of TRAK, found {token.Track}");
        }

        var ordinal = _index.Tracks[_position].BlockCount + (_position == 0 ? _early.OpenCount : 0);
        if (token.Ordinal != ordinal || token.Key != (token.Flags & (byte)BlockFlags.Key))
        {
            BadToken($"expected block {ordinal} and a key byte that agrees with the flags, found block {token.Ordinal}, key {token.Key} and flags {token.Flags}");
        }

        if (_index.Tracks[_position].FaultOf(token.Pts, token.Duration, token.Flags, token.Length) is { } fault)
        {
            BadToken($"{fault.Message}");
        }

        _entry = new IndexEntry(token.Pts, token.Duration, token.Length, 0, token.Flags, default);
        _token = token;
    }

    private ForwardPart BeginCore(in ChunkInfo chunk)
    {
        if (_token is not { } token)
        {
            OutOfPlace("a TOKN directly before each CORE");
            return ForwardPart.None;
        }

        if (token.Length != chunk.Length)
        {
            Throw.Bad(H4mkErrorCode.Token, chunk.Offset, ChunkTag.Core, string.Create(CultureInfo.InvariantCulture, $"expected a CORE of {token.Length} bytes, as TOKN says, found {chunk.Length}"));
        }

        _use = Use.Hash;
        Track = token.Track;
        Block = new BlockLocation
        {
            Ordinal = token.Ordinal,
            StreamOffset = (long)_streamOffsets[_position],
            FileOffset = chunk.PayloadOffset,
            Length = chunk.Length,
            Pts = token.Pts,
            Duration = token.Duration,
            Flags = (BlockFlags)token.Flags,
            Crc = chunk.Crc,
        };
        return ForwardPart.Block;
    }

    private void EndCore()
    {
        var entry = _entry with { Digest = TakeDigest() };
        _token = null;
        _streamOffsets[_position] += entry.Length;
        if (_position == 0 && _early.Left > 0)
        {
            _early.AddWaiting(entry, _chunk.Offset);
        }
        else
        {
            _index!.AddBlock(_position, entry, _chunk.Offset);
        }

        _fullPage = OpenCount(_position) == 1 << _index!.PageLog2 ? _position : -1;
    }

    private ForwardPart BeginPage(in ChunkInfo chunk)
    {
        if (_place == Place.EarlyPages)
        {
            _position = 0;
        }
        else if (_fullPage >= 0)
        {
            _position = _fullPage;
        }
        else
        {
            if (_place is not (Place.Body or Place.ShortPages) || NextOpen() is not (>= 0 and var next))
            {
                OutOfPlace("another chunk, as no page is full or open");
                return ForwardPart.None;
            }

            _place = Place.ShortPages;
            _position = next;
        }

        var length = PageHeader.PayloadLength(Math.Min(OpenCount(_position), 1 << _index!.PageLog2));
        if (chunk.Length != length)
        {
            Throw.Bad(H4mkErrorCode.Page, chunk.Offset, ChunkTag.Indx, string.Create(CultureInfo.InvariantCulture, $"expected a page of {length} bytes, found {chunk.Length}"));
        }

        Collect(length);
        return ForwardPart.None;
    }

    private ForwardPart EndPage()
    {
        var payload = _payload.Bytes.Span;
        var count = (payload.Length - PageHeader.Size) / PageHeader.BytesPerBlock;
        if (_position == 0 && _early.Left > 0 && _early.PlacePage(payload.Slice(PageHeader.Size, IndexEntry.Size * count), _index!) is { } fault)
        {
            Throw.Bad(H4mkErrorCode.Page, _chunk.Offset, ChunkTag.Indx, fault);
        }

        if (_expected.Length < payload.Length)
        {
            _expected = new byte[payload.Length];
        }

        var track = _index!.Tracks[_position];
        var first = track.BlockCount - (uint)count;
        Expect(_expected.AsSpan(0, track.WritePage(_expected)), H4mkErrorCode.Page, "the page that its blocks give");
        _index.ClosePage(_position, _chunk.Offset);
        _fullPage = -1;
        if (_place == Place.EarlyPages && _early.Left >> _index.PageLog2 == 0)
        {
            _place = Place.Body;
        }

        Page = new PageRange(track.Id, first, count);
        return ForwardPart.Page;
    }

    private ForwardPart BeginSeek(in ChunkInfo chunk)
    {
        if (_isUpgraded || _hasSeek || _place is not (Place.Body or Place.ShortPages) || NextOpen() >= 0)
        {
            OutOfPlace("SEEK of a recorded container alone, behind all pages");
        }

        _hasSeek = true;
        if (chunk.Length != _index!.SeekPayload.Length)
        {
            Throw.Bad(H4mkErrorCode.Order, chunk.Offset, ChunkTag.Seek, string.Create(CultureInfo.InvariantCulture, $"expected a SEEK of {_index.SeekPayload.Length} bytes, found {chunk.Length}"));
        }

        Collect(chunk.Length);
        return ForwardPart.None;
    }

    private ForwardPart BeginRoot(in ChunkInfo chunk)
    {
        if (_isUpgraded ? _place is not (Place.Body or Place.ShortPages) || NextOpen() >= 0 : _place != Place.Root)
        {
            OutOfPlace("ROOT behind all pages and SEEK");
        }

        _root = _index!.BuildRoot();
        _rootOffset = chunk.Offset;
        if (chunk.Length != _root.Length)
        {
            Throw.Bad(H4mkErrorCode.Root, chunk.Offset, ChunkTag.Root, string.Create(CultureInfo.InvariantCulture, $"expected a ROOT of {_root.Length} bytes, found {chunk.Length}"));
        }

        Collect(_root.Length);
        return ForwardPart.None;
    }

    private ForwardPart BeginSign(in ChunkInfo chunk)
    {
        if (++_signCount > _options.MaxSignCount)
        {
            Throw.Bad(H4mkErrorCode.Limit, chunk.Offset, ChunkTag.Sign, string.Create(CultureInfo.InvariantCulture, $"expected at most {_options.MaxSignCount} SIGN chunks (a limit of the options), found more"));
        }

        Collect(_options.MaxSignLength);
        return ForwardPart.None;
    }

    private ForwardPart BeginTail(in ChunkInfo chunk)
    {
        if (chunk.Length != TailRecord.Size)
        {
            Throw.Bad(H4mkErrorCode.Tail, chunk.Offset, ChunkTag.Tail, string.Create(CultureInfo.InvariantCulture, $"expected a TAIL of {TailRecord.Size} bytes, found {chunk.Length}"));
        }

        Collect(TailRecord.Size);
        return ForwardPart.None;
    }

    private int OpenCount(int position) => position == 0 && _early.Left > 0 ? _early.OpenCount : _index!.Tracks[position].OpenCount;

    /// <summary>The first track whose page is open; −1 when all are closed.</summary>
    private int NextOpen()
    {
        for (var i = 0; i < _streamOffsets.Length; i++)
        {
            if (OpenCount(i) > 0)
            {
                return i;
            }
        }

        return -1;
    }

    private void NeedBody()
    {
        if (_place != Place.Body)
        {
            OutOfPlace("META and SAFE directly behind TRAK, and no block or other chunk behind a short page");
        }
    }

    private void Expect(ReadOnlySpan<byte> expected, H4mkErrorCode code, string what)
    {
        var found = _payload.Bytes.Span;
        if (!found.SequenceEqual(expected))
        {
            var at = found.CommonPrefixLength(expected);
            Throw.Bad(code, _chunk.Offset, _chunk.Tag, string.Create(CultureInfo.InvariantCulture, $"expected {what}, found another payload from byte {at} on"));
        }
    }

    private void OutOfPlace(string expected) => Throw.Bad(H4mkErrorCode.Order, _chunk.Offset, _chunk.Tag, $"expected {expected}");

    private void BadToken(FormattableString detail) => Throw.Bad(H4mkErrorCode.Token, _chunk.Offset, ChunkTag.Tokn, detail.ToString(CultureInfo.InvariantCulture));
}
