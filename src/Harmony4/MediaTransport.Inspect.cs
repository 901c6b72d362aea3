using Harmony4.Format;

namespace Harmony4;

/// <content>Inspection and verification.</content>
public sealed partial class MediaTransport
{
    /// <summary>Reports on a container without reading a block, unless verification is asked for.</summary>
    /// <param name="container">The container; it has to stay open while the report is in use.</param>
    /// <param name="verify">Whether to verify the whole file as well.</param>
    /// <param name="progress">Told how far the verification is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The report. Damage in META, SAFE or VERI shows in it and is not thrown.</returns>
    /// <exception cref="IOException">The source failed.</exception>
    public async Task<ContainerReport> InspectAsync(
        H4mkContainer container,
        bool verify = false,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        var damaged = false;
        var meta = await ReadAsync(() => container.ReadMetaAsync(cancellationToken)).ConfigureAwait(false);
        var safe = await ReadAsync(() => container.ReadSafeAsync(cancellationToken)).ConfigureAwait(false);
        var veri = await ReadAsync(() => container.ReadVeriAsync(cancellationToken)).ConfigureAwait(false);
        var verification = verify ? await VerifyAsync(container, options: null, progress, cancellationToken).ConfigureAwait(false) : null;
        return new ContainerReport(container)
        {
            Meta = meta,
            Safe = safe,
            Veri = veri,
            TrackInfo = await container.ReadTrackInfoAsync(cancellationToken).ConfigureAwait(false),
            SeekEntryCount = await container.CountSeekEntriesAsync(cancellationToken).ConfigureAwait(false),
            Verification = verification,
            Integrity = verification?.State ?? (damaged ? VerificationState.Invalid : await StateOfStructureAsync(container, cancellationToken).ConfigureAwait(false)),
        };

        async ValueTask<T?> ReadAsync<T>(Func<ValueTask<T?>> read)
            where T : struct
        {
            try
            {
                return await read().ConfigureAwait(false);
            }
            catch (H4mkFormatException)
            {
                damaged = true;
                return null;
            }
        }
    }

    /// <summary>Verifies a whole container; see <see cref="H4mkContainer.VerifyAsync"/>.</summary>
    /// <param name="container">The container.</param>
    /// <param name="options">What is required; null for nothing beyond integrity.</param>
    /// <param name="progress">Told how far the work is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="IOException">The source failed.</exception>
    public async Task<VerificationResult> VerifyAsync(
        H4mkContainer container,
        VerifyOptions? options = null,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        var relay = progress is null ? null : new Relay(progress);
        var result = await container.VerifyAsync(relay, cancellationToken).ConfigureAwait(false);
        if (options is not { RequireSignature: true })
        {
            return result;
        }

        // Version 1.0 cannot be signed, so what is required is not there.
        var finding = new VerificationFinding(new ChunkTag("SIGN"), container.Length, H4mkErrorCode.Missing, "expected a signature, found a version that has none");
        return result with { Signature = SignatureState.Invalid, Findings = [.. result.Findings, finding], FindingCount = result.FindingCount + 1 };
    }

    // What the chunk list alone says: without VERI and one of its companions the end is not there.
    private static async Task<VerificationState> StateOfStructureAsync(H4mkContainer container, CancellationToken cancellationToken)
    {
        bool seek = false, meta = false, safe = false, veri = false;
        await foreach (var chunk in container.EnumerateChunksAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            seek |= chunk.Tag == ChunkTag.Seek;
            meta |= chunk.Tag == ChunkTag.Meta;
            safe |= chunk.Tag == ChunkTag.Safe;
            veri |= chunk.Tag == ChunkTag.Veri;
        }

        return !veri && !(seek && meta && safe) ? VerificationState.Incomplete : VerificationState.Unverified;
    }

    private sealed class Relay : IProgress<VerificationProgress>
    {
        private readonly IProgress<TransportProgress> _target;

        public Relay(IProgress<TransportProgress> target) => _target = target;

        public void Report(VerificationProgress value) => _target.Report(new TransportProgress(value.BytesRead, value.Length));
    }
}
