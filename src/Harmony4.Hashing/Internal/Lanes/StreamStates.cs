using System.Runtime.CompilerServices;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>The unfinished messages of a streaming hasher: state, length, and the bytes that do not fill a block yet.</summary>
internal sealed unsafe class StreamStates
{
    private const int BufferSize = 2 * Sha256Constants.BlockSize;

    private readonly uint[] _words;

    // Pinned, as lanes read from it; the second block is for padding.
    private readonly byte[] _buffers;
    private readonly long[] _lengths;
    private readonly int[] _seen;
    private int _pass;

    public StreamStates(int count)
    {
        _words = new uint[count * Sha256Constants.StateWords];
        _buffers = GC.AllocateUninitializedArray<byte>(count * BufferSize, pinned: true);
        _lengths = new long[count];
        _seen = new int[count];
        for (var i = 0; i < count; i++)
        {
            Reset(i);
        }
    }

    public Span<uint> Words(int message) => _words.AsSpan(message * Sha256Constants.StateWords, Sha256Constants.StateWords);

    public Span<byte> Buffer(int message) => _buffers.AsSpan(message * BufferSize, BufferSize);

    public byte* BufferPointer(int message) => (byte*)Unsafe.AsPointer(ref _buffers[message * BufferSize]);

    public ref long Length(int message) => ref _lengths[message];

    /// <summary>The bytes in the buffer: what is left of the length after whole blocks.</summary>
    public int Buffered(int message) => (int)(_lengths[message] % Sha256Constants.BlockSize);

    public void Reset(int message)
    {
        Sha256Constants.InitialState.CopyTo(Words(message));
        _lengths[message] = 0;
    }

    /// <summary>How many pieces come before the first that continues a message already among them.</summary>
    public int CountUpToRepeat(ReadOnlySpan<MessagePiece> pieces)
    {
        _pass++;
        for (var i = 0; i < pieces.Length; i++)
        {
            ref var seen = ref _seen[pieces[i].Message];
            if (seen == _pass)
            {
                return i;
            }

            seen = _pass;
        }

        return pieces.Length;
    }
}
