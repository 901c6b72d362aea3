using System.Runtime.InteropServices;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>The chunks of one segment, hashed together in lanes.</summary>
internal sealed class ScanBatch
{
    /// <summary>The most chunks at once: what is known of a chunk takes more memory than a chunk without payload takes in the file.</summary>
    public const int MaxCount = 128 * 1024;

    private readonly List<ScannedChunk> _chunks = [];
    private readonly List<ReadOnlyMemory<byte>> _messages = [];
    private readonly List<int> _owners = [];
    private byte[] _digests = [];
    private uint[] _crcs = [];

    public int Count => _chunks.Count;

    /// <summary>Whether the one chunk is longer than a segment, and has to be hashed piece by piece.</summary>
    public bool IsLong { get; private set; }

    public bool IsFull => _chunks.Count == MaxCount;

    public ScannedChunk this[int index] => _chunks[index];

    /// <summary>Cuts a segment into the chunks that lie wholly in it.</summary>
    /// <param name="segment">The bytes.</param>
    /// <param name="offset">Where they stand in the file.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <returns>Where the next segment begins.</returns>
    public long Cut(ReadOnlyMemory<byte> segment, long offset, long length)
    {
        _chunks.Clear();
        IsLong = false;
        var at = 0;
        while (at < segment.Length && !IsFull)
        {
            var position = offset + at;
            if (length - position < ChunkHeader.Size)
            {
                _chunks.Add(new ScannedChunk { Info = new ChunkInfo { Offset = position }, IsCut = true });
                return length;
            }

            if (segment.Length - at < ChunkHeader.Size)
            {
                return position;
            }

            var chunk = ChunkHeader.Read(segment.Span[at..]).At(position);
            if (chunk.Length > length - chunk.PayloadOffset)
            {
                _chunks.Add(new ScannedChunk { Info = chunk, IsCut = true });
                return length;
            }

            if (chunk.EndOffset > offset + segment.Length)
            {
                if (_chunks.Count > 0)
                {
                    return position;
                }

                _chunks.Add(new ScannedChunk { Info = chunk });
                IsLong = true;
                return chunk.EndOffset;
            }

            _chunks.Add(new ScannedChunk { Info = chunk, Payload = segment.Slice(at + ChunkHeader.Size, (int)chunk.Length) });
            at += ChunkHeader.Size + (int)chunk.Length;
        }

        return offset + at;
    }

    /// <summary>Computes CRCs and digests of the chunks that lie in the segment.</summary>
    public void Hash()
    {
        if (IsLong)
        {
            return;
        }

        _messages.Clear();
        _owners.Clear();
        for (var i = 0; i < _chunks.Count; i++)
        {
            if (_chunks[i].Info.Tag == ChunkTag.Tokn && !_chunks[i].IsCut)
            {
                _chunks[i] = _chunks[i] with { Crc = Crc32.Compute(_chunks[i].Payload.Span) };
            }
            else if (!_chunks[i].IsCut)
            {
                _messages.Add(_chunks[i].Payload);
                _owners.Add(i);
            }
        }

        var size = _messages.Count * Sha256Digest.SizeInBytes;
        _digests = _digests.Length >= size ? _digests : new byte[Math.Max(size, 2 * _digests.Length)];
        _crcs = _crcs.Length >= _messages.Count ? _crcs : new uint[Math.Max(_messages.Count, 2 * _crcs.Length)];
        var chunks = CollectionsMarshal.AsSpan(_chunks);
        Sha256Lanes.HashData(CollectionsMarshal.AsSpan(_messages), _digests, _crcs);
        for (var i = 0; i < _owners.Count; i++)
        {
            ref var chunk = ref chunks[_owners[i]];
            chunk = chunk with { Digest = new Sha256Digest(_digests.AsSpan(i * Sha256Digest.SizeInBytes, Sha256Digest.SizeInBytes)), Crc = _crcs[i] };
        }
    }

    public void SetLong(uint crc, in Sha256Digest digest) => _chunks[0] = _chunks[0] with { Crc = crc, Digest = digest };
}
