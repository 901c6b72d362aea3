using Harmony4.Format;

namespace Harmony4;

/// <summary>
/// The side file of a live recording: signatures of what closing the recording there would have given. One that covers just what a recovery finds goes into the
/// recovered container (docs/format/h4mk-1.1.md section 14).
/// </summary>
/// <remarks>Each record is the identity, 32 bytes, and a whole SIGN chunk. What follows the last whole record, as a crash leaves it, is not looked at.</remarks>
public sealed class LiveSignatures : IRootAuthenticator
{
    private readonly List<(Sha256Digest Identity, SignContent Sign)> _signatures = [];

    private LiveSignatures()
    {
    }

    /// <summary>Gets how many signatures there are.</summary>
    public int Count => _signatures.Count;

    /// <summary>Reads a side file.</summary>
    /// <param name="bytes">Its contents.</param>
    /// <returns>The signatures of whole records.</returns>
    public static LiveSignatures Read(ReadOnlyMemory<byte> bytes)
    {
        var signatures = new LiveSignatures();
        while (bytes.Length > Sha256Digest.SizeInBytes && H4mkSigning.TryDecode(bytes[Sha256Digest.SizeInBytes..], out var sign, out var length))
        {
            signatures._signatures.Add((new Sha256Digest(bytes.Span[..Sha256Digest.SizeInBytes]), sign));
            bytes = bytes[(Sha256Digest.SizeInBytes + length)..];
        }

        return signatures;
    }

    /// <summary>Encodes a record of a side file.</summary>
    /// <param name="root">The root that was signed.</param>
    /// <param name="sign">The signature.</param>
    /// <returns>The record.</returns>
    public static byte[] Encode(H4mkRoot root, in SignContent sign)
    {
        ArgumentNullException.ThrowIfNull(root);
        return [.. root.Identity.ToArray(), .. H4mkSigning.Encode(sign)];
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SignContent>> AuthenticateAsync(H4mkRoot root, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(root);
        return new([.. _signatures.Where(s => s.Identity == root.Identity).Select(s => s.Sign).DistinctBy(s => Convert.ToHexString(s.Body.Span)).Take(H4mkSigning.MaxCount)]);
    }
}
