using System.Buffers.Binary;
using Harmony4.Format;
using Harmony4.Transport.Crypto;

namespace Harmony4;

/// <content>Receipts.</content>
public sealed partial class MediaTransport
{
    private const int ReceiptsHeaderLength = 4;

    /// <summary>Makes the receipt of a block from the track's receipts key (SIGN kind 4): any COSE library checks it (RFC 9942). It needs no key.</summary>
    /// <param name="container">The container.</param>
    /// <param name="ordinal">Position of the block in the track, from 0.</param>
    /// <param name="track">The track's id; null for the first track.</param>
    /// <param name="cancellationToken">Cancels the read of one index page.</param>
    /// <returns>
    /// A receipt for each signer that fits, newest first; none when the track has no receipts key. A verifier hashes the block's index entry
    /// (<see cref="BlockInclusion.Entry"/>): <see cref="StatementVerifier.VerifyReceipt"/> does so.
    /// </returns>
    /// <exception cref="ArgumentException">There is no such track or block.</exception>
    /// <exception cref="NotSupportedException">The container is of version 1.0.</exception>
    /// <exception cref="H4mkFormatException">The page of the index is damaged.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> MakeReceiptsAsync(H4mkContainer container, long ordinal, int? track = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        var id = container.GetTrack(track).Id;
        var inclusion = await container.GetInclusionAsync(id, ordinal, cancellationToken).ConfigureAwait(false);
        var receipts = new List<ReadOnlyMemory<byte>>();
        foreach (var sign in container.Signs.Reverse())
        {
            if (sign.Kind == SignContent.Receipts && sign.Body.Length > ReceiptsHeaderLength && BinaryPrimitives.ReadUInt32BigEndian(sign.Body.Span) == (uint)id << 16)
            {
                try
                {
                    receipts.Add(TreeReceipt.Create(sign.Body.Span[ReceiptsHeaderLength..], inclusion.Ordinal, inclusion.BlockCount, inclusion.Path.Span));
                }
                catch (ArgumentException)
                {
                    // A malformed receipts key is listed by verification, and makes no receipts.
                }
            }
        }

        return receipts;
    }
}
