using System.Buffers;
using Harmony4.Transport.Crypto;

namespace Harmony4.Internal;

/// <summary>Masks blocks in a buffer of its own, so that the caller's bytes stay as they are.</summary>
internal sealed class BlockMasking : IDisposable
{
    private readonly TransportMask _mask;
    private readonly BlockBuffer _buffer = new();

    public BlockMasking(TransportMask mask) => _mask = mask;

    /// <summary>Returns the masked block; valid until the next call.</summary>
    public ReadOnlySequence<byte> Apply(long blockIndex, in ReadOnlySequence<byte> payload)
    {
        if (payload.Length > Array.MaxLength)
        {
            throw new ArgumentException($"a masked block has at most {Array.MaxLength} bytes, found {payload.Length}", nameof(payload));
        }

        _buffer.Clear();
        payload.CopyTo(_buffer.GetSpan((int)payload.Length));
        _buffer.Advance((int)payload.Length);
        _mask.Apply((ulong)blockIndex, _buffer.Written.Span);
        return new ReadOnlySequence<byte>(_buffer.Written);
    }

    public void Dispose() => _buffer.Dispose();
}
