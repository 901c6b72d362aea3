namespace Harmony4.Format.Tests.Sources;

/// <summary>A source as a user would write one: two reads and a disposal. What they do is the test's choice.</summary>
internal sealed class DelegateSource(Func<long, Memory<byte>, SourceRead> read, bool yields = true) : H4mkSource
{
    private long _length;

    public bool IsDisposed { get; private set; }

    /// <summary>Reads from an array, never more than <paramref name="most"/> bytes at once.</summary>
    public static SourceRead Copy(byte[] bytes, long offset, Memory<byte> destination, int most)
    {
        var count = (int)Math.Min(Math.Min(destination.Length, most), Math.Max(0, bytes.Length - offset));
        bytes.AsSpan((int)Math.Min(offset, bytes.Length), count).CopyTo(destination.Span);
        return new SourceRead(count, bytes.Length);
    }

    public override ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return base.DisposeAsync();
    }

    protected override async ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (yields)
        {
            await Task.Yield();
        }

        cancellationToken.ThrowIfCancellationRequested();
        var result = read(offset, destination);
        _length = result.Length;
        return result;
    }

    protected override async ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        // The length is known only once something was read.
        await ReadCoreAsync(0, Memory<byte>.Empty, cancellationToken);
        return await ReadCoreAsync(Math.Max(0, _length - destination.Length), destination, cancellationToken);
    }
}
