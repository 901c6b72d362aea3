namespace Harmony4.Format.Internal;

internal sealed class MemorySource : H4mkSource
{
    private readonly ReadOnlyMemory<byte> _bytes;

    public MemorySource(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    internal override bool TryGetMemory(out ReadOnlyMemory<byte> bytes)
    {
        bytes = _bytes;
        return true;
    }

    protected override ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var count = (int)Math.Min(destination.Length, Math.Max(0, _bytes.Length - offset));
        if (count > 0)
        {
            _bytes.Slice((int)offset, count).CopyTo(destination);
        }

        return new ValueTask<SourceRead>(new SourceRead(count, _bytes.Length));
    }

    protected override ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
        ReadCoreAsync(Math.Max(0, _bytes.Length - destination.Length), destination, cancellationToken);
}
