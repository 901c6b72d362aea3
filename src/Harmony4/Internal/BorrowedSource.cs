using Harmony4.Format;

namespace Harmony4.Internal;

/// <summary>A source that stays its owner's when the container over it is disposed.</summary>
internal sealed class BorrowedSource(H4mkSource source) : H4mkSource
{
    public override int WalkReadLength => source.WalkReadLength;

    protected override ValueTask<SourceRead> ReadCoreAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        source.ReadAsync(offset, destination, cancellationToken);

    protected override ValueTask<SourceRead> ReadTailCoreAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
        source.ReadTailAsync(destination, cancellationToken);
}
