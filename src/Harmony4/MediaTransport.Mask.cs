using System.Buffers;
using Harmony4.Transport.Crypto;

namespace Harmony4;

/// <content>Masking of plain streams.</content>
public sealed partial class MediaTransport
{
    /// <summary>Lays the 1.0 transport mask over a stream, which begins anew with every block; a second time takes it off.</summary>
    /// <param name="input">Any bytes, read to their end.</param>
    /// <param name="output">Receives as many bytes.</param>
    /// <param name="mask">The mask. It is obfuscation: see its own documentation.</param>
    /// <param name="blockSize">Bytes of a block, 1 … 2^32 − 1; the last block may be shorter.</param>
    /// <param name="progress">Told how far the work is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>Bytes masked.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="blockSize"/> is outside its range.</exception>
    /// <exception cref="IOException">Input or output failed.</exception>
    public async Task<long> MaskAsync(
        Stream input,
        Stream output,
        TransportMask mask,
        long blockSize,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockSize, uint.MaxValue);
        long? total = input.CanSeek ? input.Length - input.Position : null;
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            long done = 0;
            int count;
            while ((count = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                for (var at = 0; at < count;)
                {
                    var (block, offset) = Math.DivRem(done + at, blockSize);
                    var length = (int)Math.Min(count - at, blockSize - offset);
                    mask.Apply((ulong)block, offset, buffer.AsSpan(at, length));
                    at += length;
                }

                done += count;
                await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                progress?.Report(new TransportProgress(done, total));
            }

            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            return done;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
