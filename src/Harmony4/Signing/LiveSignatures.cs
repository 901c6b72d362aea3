using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Harmony4.Format;

namespace Harmony4;

/// <summary>
/// The side file of a live recording: signatures of what closing the recording there would have given. One that covers just what a recovery finds goes into the
/// recovered container (docs/format/h4mk-1.1.md section 14).
/// </summary>
/// <remarks>
/// Each record is the identity, 32 bytes, and a whole SIGN chunk. What follows the last whole record, as a crash leaves it, is not looked at. The file is read from its beginning
/// each time that it is asked, and nothing of it is kept. Not safe for concurrent use.
/// </remarks>
public sealed class LiveSignatures : IRootAuthenticator
{
    private const int LongestRecord = Sha256Digest.SizeInBytes + ChunkInfo.HeaderLength + (64 * 1024);

    private readonly Stream _file;

    private LiveSignatures(Stream file) => _file = file;

    /// <summary>Uses the contents of a side file.</summary>
    /// <param name="bytes">Its contents.</param>
    /// <returns>The signatures of whole records.</returns>
    public static LiveSignatures Read(ReadOnlyMemory<byte> bytes) => new(new MemoryStream(bytes.ToArray(), writable: false));

    /// <summary>Uses a side file of any length.</summary>
    /// <param name="file">The file, which can read and seek; it stays open.</param>
    /// <returns>The signatures of whole records.</returns>
    /// <exception cref="ArgumentException">The stream cannot read or seek.</exception>
    public static LiveSignatures FromStream(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file is { CanRead: true, CanSeek: true } ? new LiveSignatures(file) : throw new ArgumentException("the stream must be able to read and seek", nameof(file));
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

    /// <summary>Counts the whole records.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>How many signatures there are.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async ValueTask<long> CountAsync(CancellationToken cancellationToken = default)
    {
        var count = 0L;
        await foreach (var record in ReadRecordsAsync(cancellationToken).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async ValueTask<IReadOnlyList<SignContent>> AuthenticateAsync(H4mkRoot root, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(root);
        var found = new List<SignContent>();
        await foreach (var (identity, sign) in ReadRecordsAsync(cancellationToken).ConfigureAwait(false))
        {
            // More than a container may have cannot be added, and a file can repeat one without end.
            if (identity == root.Identity && found.Count < H4mkSigning.MaxCount && !found.Exists(f => f.Kind == sign.Kind && f.Body.Span.SequenceEqual(sign.Body.Span)))
            {
                found.Add(sign);
            }
        }

        return found;
    }

    private async IAsyncEnumerable<(Sha256Digest Identity, SignContent Sign)> ReadRecordsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _file.Position = 0;
        var reader = PipeReader.Create(_file, new StreamPipeReaderOptions(bufferSize: 128 * 1024, leaveOpen: true));
        try
        {
            while (true)
            {
                // The longest record, or what is left: then a record that is not whole is the end.
                var read = await reader.ReadAtLeastAsync(LongestRecord, cancellationToken).ConfigureAwait(false);
                ReadOnlyMemory<byte> bytes = read.Buffer.IsSingleSegment ? read.Buffer.First : System.Buffers.BuffersExtensions.ToArray(read.Buffer);
                var consumed = 0;
                while ((read.IsCompleted || bytes.Length - consumed >= LongestRecord)
                    && bytes.Length - consumed > Sha256Digest.SizeInBytes
                    && H4mkSigning.TryDecode(bytes[(consumed + Sha256Digest.SizeInBytes)..], out var sign, out var length))
                {
                    yield return (new Sha256Digest(bytes.Span.Slice(consumed, Sha256Digest.SizeInBytes)), sign with { Body = sign.Body.ToArray() });
                    consumed += Sha256Digest.SizeInBytes + length;
                }

                // Nothing whole in as many bytes as the longest record has: damage.
                if (read.IsCompleted || consumed == 0)
                {
                    yield break;
                }

                reader.AdvanceTo(read.Buffer.GetPosition(consumed));
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }
}
