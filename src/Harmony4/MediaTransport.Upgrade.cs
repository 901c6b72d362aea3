using System.Buffers;
using Harmony4.Format;

namespace Harmony4;

/// <content>Upgrading version 1.0.</content>
public sealed partial class MediaTransport
{
    private const int CopyLength = 1024 * 1024;

    /// <summary>Puts version 1.1 behind a 1.0 file, which stays as it is, byte for byte, at the beginning.</summary>
    /// <param name="container">The 1.0 file: sound and whole.</param>
    /// <param name="output">Receives the container; it need not seek.</param>
    /// <param name="options">Track 0 and the page size; null for one track of video.</param>
    /// <param name="times">Time, duration and key flag of every block, in agreement with SEEK; null where they are not known.</param>
    /// <param name="progress">Told how far the work is: the file is copied, then its blocks are hashed. Null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work, and leaves the output cut.</param>
    /// <returns>What the container holds.</returns>
    /// <exception cref="ArgumentException">The container is not of version 1.0, or the options or times do not fit it.</exception>
    /// <exception cref="H4mkFormatException">The file is not sound and whole, or has something that version 1.1 cannot hold; it can only be exported anew.</exception>
    /// <exception cref="IOException">The source or the output failed.</exception>
    public async Task<H4mkWriteSummary> UpgradeAsync(
        H4mkContainer container,
        Stream output,
        H4mkWriterOptions? options = null,
        IReadOnlyList<BlockInfo>? times = null,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(output);
        if (container.Version != H4mkVersion.V10)
        {
            throw new ArgumentException("only a container of version 1.0 can be upgraded, this one is of version 1.1 already", nameof(container));
        }

        var total = 2 * container.Length;
        await CopyAsync(container.Source, container.Length, output, done => progress?.Report(new TransportProgress(done, total)), cancellationToken).ConfigureAwait(false);
        var hashed = progress is null ? null : new Hashed(progress, container.Length, total);
        var writer = await H4mkContainerWriter.UpgradeAsync(container, output, options, times, hashed, leaveOpen: true, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            return await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Copies the beginning of a container.</summary>
    private static async Task CopyAsync(H4mkSource source, long length, Stream output, Action<long> copied, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyLength);
        try
        {
            for (long at = 0; at < length;)
            {
                var count = (int)Math.Min(buffer.Length, length - at);
                if ((await source.ReadAsync(at, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false)).Count < count)
                {
                    throw new IOException($"expected {length} bytes, found fewer: the file became shorter while it was read");
                }

                await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                copied(at += count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed class Hashed(IProgress<TransportProgress> progress, long copied, long total) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new TransportProgress(copied + value, total));
    }
}
