using System.Buffers.Binary;
using Harmony4.Format;
using Harmony4.Transport.Crypto;

namespace Harmony4;

/// <summary>
/// Signs the Merkle roots of tracks: SIGN kind 4, of which anybody makes receipts of single blocks that any COSE library checks (RFC 9942;
/// docs/format/h4mk-1.1.md section 15). A track of fewer than two blocks has no receipts and is left out.
/// </summary>
/// <remarks>A receipts key meets no required signature: it says nothing of the container as a whole. Not safe for concurrent use.</remarks>
public sealed class ReceiptsSigner : IRootAuthenticator
{
    private const int TrackHeaderLength = 4;
    private const int LeastBlocks = 2;

    private readonly StatementSigner _signer;
    private readonly int? _track;

    /// <summary>Initializes a signer of receipts.</summary>
    /// <param name="signer">The signer, which stays the caller's to dispose.</param>
    /// <param name="track">The id of the one track to sign; null for all.</param>
    public ReceiptsSigner(StatementSigner signer, int? track = null)
    {
        ArgumentNullException.ThrowIfNull(signer);
        _signer = signer;
        _track = track;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SignContent>> AuthenticateAsync(H4mkRoot root, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(root);
        var signs = new List<SignContent>();
        foreach (var track in root.Tracks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (track.BlockCount >= LeastBlocks && (_track is null || _track == track.Id))
            {
                var message = _signer.SignTree(track.Root!.Value.ToArray());
                var body = new byte[TrackHeaderLength + message.Length];
                BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)track.Id);
                message.CopyTo(body, TrackHeaderLength);
                signs.Add(new SignContent(SignContent.Receipts, body));
            }
        }

        return new(signs);
    }
}
