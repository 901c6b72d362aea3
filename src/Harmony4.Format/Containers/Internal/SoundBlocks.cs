using System.Diagnostics.CodeAnalysis;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>
/// Which blocks of an open container were found sound, and the CRC-32 of each piece of them: a part of such a block is judged by its pieces, without the rest being read and hashed again.
/// </summary>
/// <remarks>Bounded; those remembered for longest go first. Safe for concurrent use.</remarks>
internal sealed class SoundBlocks(int capacity, MemoryAccount memory, MemoryBudget? budget)
{
    public const int PieceLength = 16 * 1024;

    // Of the key, its places in dictionary and queue, and the array's head.
    private const int EntryLength = 128;

    private readonly Lock _lock = new();
    private readonly Dictionary<(int Position, long Ordinal), uint[]> _pieces = [];
    private readonly Queue<(int Position, long Ordinal)> _order = new();
    private int _length;

    public bool TryGet(int position, in BlockLocation block, [NotNullWhen(true)] out uint[]? pieces)
    {
        lock (_lock)
        {
            return _pieces.TryGetValue((position, block.Ordinal), out pieces);
        }
    }

    /// <summary>Remembers a block whose bytes were just found sound.</summary>
    public void Add(int position, in BlockLocation block, ReadOnlySpan<byte> payload)
    {
        if (IsWorthIt(block))
        {
            var pieces = new uint[CountOf(block.Length)];
            for (var i = 0; i < pieces.Length; i++)
            {
                pieces[i] = Crc32.Compute(payload.Slice(i * PieceLength, Math.Min(PieceLength, payload.Length - (i * PieceLength))));
            }

            Add(position, block, pieces);
        }
    }

    /// <summary>Begins to note the pieces of a block that passes; null where it would not be remembered.</summary>
    public Pieces? Begin(in BlockLocation block) => IsWorthIt(block) ? new Pieces(CountOf(block.Length)) : null;

    /// <summary>Remembers a block that has passed and was found sound.</summary>
    public void Add(int position, in BlockLocation block, uint[] pieces)
    {
        var length = LengthOf(pieces);
        lock (_lock)
        {
            if (_pieces.ContainsKey((position, block.Ordinal)) || (budget is not null && !budget.TryTake(length)))
            {
                return;
            }

            memory.Count(length);
            _pieces.Add((position, block.Ordinal), pieces);
            _order.Enqueue((position, block.Ordinal));
            for (_length += length; _length > capacity && _order.TryDequeue(out var oldest);)
            {
                Remove(oldest);
            }
        }
    }

    /// <summary>Forgets a block whose bytes are not what they were.</summary>
    public void Remove(int position, in BlockLocation block)
    {
        lock (_lock)
        {
            Remove((position, block.Ordinal));
        }
    }

    private static int CountOf(uint length) => (int)((length + PieceLength - 1L) / PieceLength);

    private static int LengthOf(uint[] pieces) => EntryLength + (pieces.Length * sizeof(uint));

    private bool IsWorthIt(in BlockLocation block) => block.Length > 0 && EntryLength + (CountOf(block.Length) * (long)sizeof(uint)) <= capacity;

    private void Remove((int Position, long Ordinal) key)
    {
        if (_pieces.Remove(key, out var pieces))
        {
            _length -= LengthOf(pieces);
            memory.Return(LengthOf(pieces));
        }
    }

    /// <summary>The CRCs of the pieces of a block that passes.</summary>
    internal sealed class Pieces(int count)
    {
        private Crc32 _crc;
        private int _filled;
        private int _next;

        public uint[] All { get; } = new uint[count];

        public void Append(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                var part = bytes[..Math.Min(bytes.Length, PieceLength - _filled)];
                _crc.Append(part);
                All[_next] = _crc.Value;
                _filled += part.Length;
                bytes = bytes[part.Length..];
                if (_filled == PieceLength)
                {
                    (_crc, _filled) = (default, 0);
                    _next++;
                }
            }
        }
    }
}
