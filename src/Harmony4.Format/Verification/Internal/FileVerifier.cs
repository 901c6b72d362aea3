using System.Buffers;

namespace Harmony4.Format.Internal;

/// <summary>Verifies any file that is a container: decides by its first and last bytes what it claims to be, and has that judged.</summary>
internal static class FileVerifier
{
    /// <exception cref="H4mkFormatException">The file neither begins with a sound file header nor ends in TAIL: it is no container.</exception>
    public static async ValueTask<VerificationResult> VerifyAsync(
        H4mkSource source, H4mkContainerOptions options, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken, long leastLength = 0)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ContainerOpening.TailReadLength);
        try
        {
            var read = await source.ReadTailAsync(buffer.AsMemory(0, ContainerOpening.TailReadLength), cancellationToken).ConfigureAwait(false);
            if (read.Length < leastLength)
            {
                Throw.Shrunk(read.Length, leastLength);
            }

            var end = buffer.AsMemory(0, read.Count);
            var start = await ReadStartAsync(source, end, read.Length, cancellationToken).ConfigureAwait(false);
            if (ContainerOpening.EndsInTail(end.Span))
            {
                var (result, chain) = await VerifyTailedAsync(source, end, read.Length, start, options, progress, cancellationToken).ConfigureAwait(false);

                // The bytes of a TAIL inside the payload of the last chunk are no TAIL.
                if (result.Integrity != IntegrityState.Invalid || await ReachesTailAsync(source, chain, read.Length, cancellationToken).ConfigureAwait(false))
                {
                    return result;
                }
            }

            return await VerifyWithoutTailAsync(source, read.Length, start, options, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask<byte[]> ReadStartAsync(H4mkSource source, ReadOnlyMemory<byte> end, long length, CancellationToken cancellationToken)
    {
        var start = new byte[Math.Min(length, FileHeader.Size + sizeof(uint))];
        if (end.Length == length)
        {
            end[..start.Length].CopyTo(start);
        }
        else if (await source.ReadAsync(0, start, cancellationToken).ConfigureAwait(false) is var read && read.Count < start.Length)
        {
            Throw.Shrunk(read.Count, length);
        }

        return start;
    }

    private static async ValueTask<(VerificationResult Result, long ChainOffset)> VerifyTailedAsync(
        H4mkSource source, ReadOnlyMemory<byte> end, long length, byte[] start, H4mkContainerOptions options, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        var log = new VerificationLog(options.MaxFindings);
        PagedIndex? index = null;
        H4mkFormatException? refusal = null;
        try
        {
            index = new PagedIndex(source, await EndReader.ReadAsync(source, end, length, options, cancellationToken).ConfigureAwait(false), options, new MemoryAccount(null));
        }
        catch (H4mkFormatException exception)
        {
            refusal = exception;
        }

        try
        {
            CheckHeader(start);
        }
        catch (H4mkFormatException exception)
        {
            log.Add(exception);
        }

        var isRecorded = start.AsSpan(FileHeader.Size).SequenceEqual("TRAK"u8);
        var verifier = new Verifier11(source, length, index, hasTail: true, options, log, cancellationToken);
        return (await verifier.RunAsync(isRecorded, progress, refusal).ConfigureAwait(false), verifier.ChainOffset);
    }

    private static async ValueTask<VerificationResult> VerifyWithoutTailAsync(
        H4mkSource source, long length, byte[] start, H4mkContainerOptions options, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        CheckHeader(start);
        if (ContainerWalk.IsTrak(start.AsSpan(FileHeader.Size)))
        {
            var log = new VerificationLog(options.MaxFindings);
            return await new Verifier11(source, length, index: null, hasTail: false, options, log, cancellationToken).RunAsync(isRecorded: true, progress).ConfigureAwait(false);
        }

        using var verifier = new Verifier10(source, length, options);
        return await verifier.RunAsync(progress, cancellationToken).ConfigureAwait(false);
    }

    private static void CheckHeader(ReadOnlySpan<byte> start)
    {
        if (start.Length < FileHeader.Size)
        {
            Throw.Short(start.Length);
        }

        FileHeader.Check(start);
    }

    /// <summary>Whether the chain of chunk lengths does not end in a chunk that holds the TAIL. A chain that breaks off says nothing.</summary>
    private static async ValueTask<bool> ReachesTailAsync(H4mkSource source, long start, long length, CancellationToken cancellationToken)
    {
        var tail = length - TailRecord.ChunkSize;
        var header = new byte[ChunkHeader.Size];
        for (var at = start; at < tail && length - at >= ChunkHeader.Size;)
        {
            var read = await source.ReadAsync(at, header, cancellationToken).ConfigureAwait(false);
            if (read.Count < header.Length)
            {
                return true;
            }

            // The length of a chunk whose tag is broken leads on all the same.
            var chunk = ChunkHeader.Read(header).At(at);
            if (chunk.EndOffset == length)
            {
                return false;
            }

            at = chunk.EndOffset;
        }

        return true;
    }
}
