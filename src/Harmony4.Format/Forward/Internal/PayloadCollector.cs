namespace Harmony4.Format.Internal;

/// <summary>A payload gathered from pieces. Memory grows with the bytes that come, not with the length that is claimed.</summary>
internal sealed class PayloadCollector
{
    private byte[] _bytes = [];
    private int _length;

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    public void Reset() => _length = 0;

    public void Append(ReadOnlySpan<byte> piece)
    {
        if (_bytes.Length - _length < piece.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + piece.Length, (int)Math.Min(Array.MaxLength, 2L * _bytes.Length)));
        }

        piece.CopyTo(_bytes.AsSpan(_length));
        _length += piece.Length;
    }

    public void AppendUpTo(int most, ReadOnlySpan<byte> piece) => Append(piece[..Math.Clamp(most - _length, 0, piece.Length)]);
}
