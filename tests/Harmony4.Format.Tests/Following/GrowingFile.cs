namespace Harmony4.Format.Tests.Following;

/// <summary>A file in memory that another writes to while it is read.</summary>
internal sealed class GrowingFile : H4mkSource
{
    private volatile byte[] _bytes = [];

    public byte[] Bytes
    {
        get => _bytes;
        set => _bytes = value;
    }

    /// <summary>Called before each read.</summary>
    public Action? Growth { get; set; }

    /// <summary>The position of the read that goes on.</summary>
    public long LastOffset { get; private set; }

    protected override ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        LastOffset = offset;
        Growth?.Invoke();
        var bytes = _bytes;
        var length = bytes.Length;
        var count = (int)Math.Min(destination.Length, Math.Max(0, length - offset));
        bytes.AsSpan((int)Math.Min(offset, length), count).CopyTo(destination.Span);
        return new ValueTask<SourceRead>(new SourceRead(count, length));
    }

    protected override ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
        ReadCoreAsync(Math.Max(0, _bytes.Length - destination.Length), destination, cancellationToken);
}
