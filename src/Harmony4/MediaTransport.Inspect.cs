using Harmony4.Format;
using Harmony4.Hashing;
using Harmony4.Internal;
using Harmony4.Transport.Crypto;

namespace Harmony4;

/// <content>Inspection and verification.</content>
public sealed partial class MediaTransport
{
    /// <summary>Reports on a container without reading a block, unless verification is asked for.</summary>
    /// <param name="container">The container; it has to stay open while the report is in use.</param>
    /// <param name="verify">Whether to verify the whole file as well.</param>
    /// <param name="progress">Told how far the verification is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The report. Damage in TRAK, META, SAFE or VERI shows in it and is not thrown.</returns>
    /// <exception cref="IOException">The source failed.</exception>
    public async Task<ContainerReport> InspectAsync(
        H4mkContainer container,
        bool verify = false,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        var damaged = false;
        var crcs = new Dictionary<long, uint>();
        var tracks = await ReadTracksAsync().ConfigureAwait(false);
        var meta = await ReadAsync(ChunkTag.Meta, () => container.ReadMetaAsync(cancellationToken), static json => Crc32.Compute(json.Span)).ConfigureAwait(false);
        var safe = await ReadAsync(ChunkTag.Safe, () => container.ReadSafeAsync(cancellationToken), static json => Crc32.Compute(json.Span)).ConfigureAwait(false);
        var veri = await ReadAsync(ChunkTag.Veri, () => container.ReadVeriAsync(cancellationToken), static digest => Crc32.Compute(digest.ToArray())).ConfigureAwait(false);
        var verification = verify ? await VerifyAsync(container, options: null, progress, cancellationToken).ConfigureAwait(false) : null;
        return new ContainerReport(container)
        {
            TrackInfo = tracks ?? [],
            Meta = meta,
            Safe = safe,
            Veri = veri,
            SeekEntryCount = await container.CountSeekEntriesAsync(cancellationToken).ConfigureAwait(false),
            Crcs = crcs,
            Verification = verification,
            State = verification?.State ?? (damaged ? VerificationState.Invalid : StateOfStructure(container)),
        };

        async ValueTask<T?> ReadAsync<T>(ChunkTag tag, Func<ValueTask<T?>> read, Func<T, uint> crc)
            where T : struct
        {
            try
            {
                var value = await read().ConfigureAwait(false);
                if (value is { } present)
                {
                    crcs[container.FindChunk(tag)!.Value.Offset] = crc(present);
                }

                return value;
            }
            catch (H4mkFormatException)
            {
                damaged = true;
                return null;
            }
        }

        async ValueTask<IReadOnlyList<H4mkTrackInfo>?> ReadTracksAsync()
        {
            try
            {
                var infos = await container.ReadTrackInfoAsync(cancellationToken).ConfigureAwait(false);
                if (container.FindChunk(ChunkTag.Trak) is { } trak)
                {
                    using var payload = new BlockBuffer();
                    await container.ReadChunkAsync(trak, payload, cancellationToken).ConfigureAwait(false);
                    crcs[trak.Offset] = Crc32.Compute(payload.Written.Span);
                }

                return infos;
            }
            catch (H4mkFormatException)
            {
                damaged = true;
                return null;
            }
        }
    }

    /// <summary>Verifies a whole container; see <see cref="H4mkContainer.VerifyAsync(IProgress{VerificationProgress}?, CancellationToken)"/>.</summary>
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
        var result = await container.VerifyAsync(ProgressRelay.To(progress), cancellationToken).ConfigureAwait(false);
        return await JudgeAsync(result, container.Source, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Verifies a whole file, also one that cannot be opened: what opening would throw is a finding.</summary>
    /// <param name="source">Where its bytes are. It is left open.</param>
    /// <param name="options">What is required; null for nothing beyond integrity.</param>
    /// <param name="progress">Told how far the work is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="H4mkFormatException">The file is no container, or changed meanwhile.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async Task<VerificationResult> VerifyAsync(
        H4mkSource source,
        VerifyOptions? options = null,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var result = await H4mkContainer.VerifyAsync(source, _options.Container, ProgressRelay.To(progress), cancellationToken).ConfigureAwait(false);
        return await JudgeAsync(result, source, options, cancellationToken).ConfigureAwait(false);
    }

    private async Task<VerificationResult> JudgeAsync(VerificationResult result, H4mkSource source, VerifyOptions? options, CancellationToken cancellationToken)
    {
        if (options is not ({ RequireSignature: true } or { HasKeys: true }))
        {
            return result;
        }

        using var seal = options.SealKey is { } key && result.Root is not null ? await FindRootSealAsync(source, key, cancellationToken).ConfigureAwait(false) : null;
        return SignatureCheck.Judge(result, options, seal);
    }

    /// <summary>The code's key, where the seal key is one of the container; a container that cannot be opened has none.</summary>
    private async Task<RootSeal?> FindRootSealAsync(H4mkSource source, SealKey key, CancellationToken cancellationToken)
    {
        try
        {
            // The source stays its owner's.
            var container = await H4mkContainer.OpenAsync(new BorrowedSource(source), _options.Container, cancellationToken).ConfigureAwait(false);
            await using (container.ConfigureAwait(false))
            {
                using var keys = await ContainerKeys.TryOpenAsync(container, key, cancellationToken).ConfigureAwait(false);
                return keys?.CreateRootSeal();
            }
        }
        catch (H4mkFormatException)
        {
            return null;
        }
    }

    // What the chunk list alone says: what is being written has no end yet, and a 1.0 file without VERI and one of its companions has lost its own.
    private static VerificationState StateOfStructure(H4mkContainer container) =>
        container.IsGrowing
        || (container.Version == H4mkVersion.V10
        && container.FindChunk(ChunkTag.Veri) is null
        && (container.FindChunk(ChunkTag.Seek) is null || container.FindChunk(ChunkTag.Meta) is null || container.FindChunk(ChunkTag.Safe) is null))
            ? VerificationState.Incomplete
            : VerificationState.Unverified;
}
