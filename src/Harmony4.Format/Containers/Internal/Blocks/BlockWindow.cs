using System.Buffers;
using System.Runtime.ExceptionServices;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Blocks that are read, judged and handed out together. Used anew for other blocks once they were.</summary>
internal sealed class BlockWindow : IDisposable
{
    public const int MaxCount = 1024;

    // Reading on over a gap costs less than another read of most sources.
    private const int LargestGap = 64 * 1024;

    // Longer runs of short blocks are cut, so that several reads share the work.
    private const int LargestRun = 2 * 1024 * 1024;

    private readonly Dictionary<long, int> _places = [];
    private readonly List<int> _asked = [];
    private readonly List<BlockRun> _runs = [];
    private BlockLocation[] _blocks = new BlockLocation[16];
    private long[] _offsets = new long[16];
    private int[] _fileOrder = new int[16];
    private ReadOnlyMemory<byte>[] _chunks = new ReadOnlyMemory<byte>[16];
    private ReadOnlyMemory<byte>[] _messages = new ReadOnlyMemory<byte>[16];
    private Exception?[] _faults = new Exception?[16];
    private byte[] _digests = [];
    private byte[]? _buffer;
    private int _distinct;
    private int _gaps;

    /// <summary>How many blocks were asked for, those asked for twice counted twice.</summary>
    public int Count => _asked.Count;

    public int DistinctCount => _distinct;

    /// <summary>Bytes of the chunks of its blocks.</summary>
    public long ChunkLength { get; private set; }

    /// <summary>Bytes of memory that it needs.</summary>
    public long Size => ChunkLength + _gaps;

    /// <summary>What is raised once all its blocks are handed out: the reason why no others follow.</summary>
    public Exception? End { get; set; }

    public static long ChunkLengthOf(in BlockLocation block) => (long)ChunkHeader.Size + block.Length;

    /// <summary>Forgets its blocks; its memory stays.</summary>
    public void Clear()
    {
        _places.Clear();
        _asked.Clear();
        _runs.Clear();
        Array.Clear(_chunks, 0, _distinct);
        Array.Clear(_faults, 0, _distinct);
        _distinct = 0;
        _gaps = 0;
        ChunkLength = 0;
        End = null;
    }

    public bool Contains(long ordinal) => _places.ContainsKey(ordinal);

    public void Add(in BlockLocation block)
    {
        if (!_places.TryGetValue(block.Ordinal, out var place))
        {
            place = _distinct;
            _places.Add(block.Ordinal, place);
            Reserve(_distinct + 1);
            _blocks[place] = block;
            _distinct++;
            ChunkLength += ChunkLengthOf(block);
        }

        _asked.Add(place);
    }

    /// <summary>Sorts out which stretches of the file are read.</summary>
    /// <param name="limit">Bytes of memory that gaps may fill up to.</param>
    public void Plan(long limit)
    {
        for (var i = 0; i < _distinct; i++)
        {
            _offsets[i] = _blocks[i].Chunk.Offset;
            _fileOrder[i] = i;
        }

        Array.Sort(_offsets, _fileOrder, 0, _distinct);
        for (var i = 0; i < _distinct; i++)
        {
            var length = (int)ChunkLengthOf(_blocks[_fileOrder[i]]);
            if (_runs.Count > 0)
            {
                // Two blocks of a damaged index may claim the same bytes: the second is then read by itself.
                var run = _runs[^1];
                var gap = _offsets[i] - run.Offset - run.Length;
                if (gap is >= 0 and < LargestGap && Size + gap <= limit && run.Length + gap + length <= LargestRun)
                {
                    _gaps += (int)gap;
                    _runs[^1] = run with { Length = run.Length + (int)gap + length, Count = run.Count + 1 };
                    continue;
                }
            }

            _runs.Add(new BlockRun(_offsets[i], length, i, 1, 0));
        }
    }

    /// <summary>Reads and judges its blocks. What is wrong with one is kept for its turn.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task LoadAsync(H4mkSource source, SemaphoreSlim turns, CancellationToken cancellationToken)
    {
        if (source.TryGetMemory(out var memory))
        {
            foreach (var run in _runs)
            {
                var start = Math.Min(run.Offset, memory.Length);
                Slice(run, memory.Slice((int)start, (int)Math.Min(run.Length, memory.Length - start)));
            }
        }
        else
        {
            await ReadAsync(source, turns, cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        Check();
    }

    /// <summary>Gives the block that was asked for at a place.</summary>
    /// <exception cref="H4mkFormatException">It is damaged.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public H4mkBlock Get(int index)
    {
        var place = _asked[index];
        if (_faults[place] is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
        }

        return new H4mkBlock(_blocks[place], _chunks[place][ChunkHeader.Size..]);
    }

    public void Dispose()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask ReadAsync(H4mkSource source, SemaphoreSlim turns, CancellationToken cancellationToken)
    {
        var buffer = Rent((int)Size);
        var reads = new Task[_runs.Count];
        var at = 0;
        for (var i = 0; i < reads.Length; i++)
        {
            var run = _runs[i] with { BufferOffset = at };
            at += run.Length;
            reads[i] = ReadAsync(source, run, buffer, turns, cancellationToken);
        }

        await Task.WhenAll(reads).ConfigureAwait(false);
    }

    private async Task ReadAsync(H4mkSource source, BlockRun run, byte[] buffer, SemaphoreSlim turns, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var read = await source.ReadAsync(run.Offset, buffer.AsMemory(run.BufferOffset, run.Length), cancellationToken).ConfigureAwait(false);
            Slice(run, buffer.AsMemory(run.BufferOffset, read.Count));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Each block of the run raises it when its turn comes, after the sound ones before it.
            for (var i = run.First; i < run.First + run.Count; i++)
            {
                _faults[_fileOrder[i]] = exception;
            }
        }
        finally
        {
            turns.Release();
        }
    }

    private void Slice(in BlockRun run, ReadOnlyMemory<byte> bytes)
    {
        for (var i = run.First; i < run.First + run.Count; i++)
        {
            var start = _offsets[i] - run.Offset;
            var length = (int)ChunkLengthOf(_blocks[_fileOrder[i]]);
            _chunks[_fileOrder[i]] = start + length <= bytes.Length ? bytes.Slice((int)start, length) : default;
        }
    }

    private void Check()
    {
        // Messages that cannot be judged stay empty: what a lane finds for them is not looked at.
        for (var i = 0; i < _distinct; i++)
        {
            _messages[i] = default;
            if (_faults[i] is null)
            {
                _faults[i] = FaultOf(i);
                _messages[i] = _faults[i] is null && _blocks[i].Digest is not null ? _chunks[i][ChunkHeader.Size..] : default;
            }
        }

        if (_digests.Length < _distinct * Sha256Digest.SizeInBytes)
        {
            _digests = new byte[_blocks.Length * Sha256Digest.SizeInBytes];
        }

        Sha256Lanes.HashData(_messages.AsSpan(0, _distinct), _digests);
        for (var i = 0; i < _distinct; i++)
        {
            if (_faults[i] is null && _blocks[i].Digest is { } digest)
            {
                _faults[i] = Catch(i, digest);
            }

            _messages[i] = default;
        }
    }

    private H4mkFormatException? FaultOf(int place)
    {
        try
        {
            var chunk = _chunks[place].Span;
            if (chunk.IsEmpty)
            {
                Throw.Changed(_blocks[place].Chunk.Offset, ChunkTag.Core);
            }

            BlockReader.CheckHeader(_blocks[place], chunk);
            if (_blocks[place].Digest is null)
            {
                BlockReader.CheckCrc(_blocks[place], Crc32.Compute(chunk[ChunkHeader.Size..]));
            }

            return null;
        }
        catch (H4mkFormatException fault)
        {
            return fault;
        }
    }

    private H4mkFormatException? Catch(int place, in Sha256Digest digest)
    {
        try
        {
            BlockReader.CheckDigest(_blocks[place], digest, _digests.AsSpan(place * Sha256Digest.SizeInBytes, Sha256Digest.SizeInBytes));
            return null;
        }
        catch (H4mkFormatException fault)
        {
            return fault;
        }
    }

    private byte[] Rent(int length)
    {
        if (_buffer is null || _buffer.Length < length)
        {
            Dispose();
            _buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        return _buffer;
    }

    private void Reserve(int count)
    {
        if (count > _blocks.Length)
        {
            var capacity = Math.Min(MaxCount, 2 * _blocks.Length);
            Array.Resize(ref _blocks, capacity);
            Array.Resize(ref _offsets, capacity);
            Array.Resize(ref _fileOrder, capacity);
            Array.Resize(ref _chunks, capacity);
            Array.Resize(ref _messages, capacity);
            Array.Resize(ref _faults, capacity);
        }
    }
}
