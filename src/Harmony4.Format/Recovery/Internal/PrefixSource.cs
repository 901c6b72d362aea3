namespace Harmony4.Format.Internal;

/// <summary>The beginning of a source, as a source of its own. The whole stays open.</summary>
internal sealed class PrefixSource(H4mkSource whole, long length) : H4mkSource
{
    protected override async ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var count = (int)Math.Clamp(length - offset, 0, destination.Length);
        var read = count == 0 ? 0 : (await whole.ReadAsync(offset, destination[..count], cancellationToken).ConfigureAwait(false)).Count;
        return new SourceRead(read, length);
    }

    protected override ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
        ReadCoreAsync(Math.Max(0, length - destination.Length), destination, cancellationToken);
}
