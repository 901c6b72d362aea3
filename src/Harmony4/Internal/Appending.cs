using System.Globalization;
using Harmony4.Format;
using Harmony4.Tokenization;
using Harmony4.Transport.Crypto;

namespace Harmony4.Internal;

/// <summary>An append that has read all it needs of the container, so that the container's end may be overwritten.</summary>
internal sealed class Appending : IAsyncDisposable
{
    private readonly BundleExport _export;
    private readonly H4mkContainerWriter _writer;
    private readonly LateStream _output;
    private readonly (ulong End, ulong? LastKey)[] _ends;
    private readonly BlockSealing? _sealing;

    private Appending(BundleExport export, H4mkContainerWriter writer, LateStream output, (ulong End, ulong? LastKey)[] ends, BlockSealing? sealing)
    {
        _export = export;
        _writer = writer;
        _output = output;
        _ends = ends;
        _sealing = sealing;
    }

    /// <summary>Bytes of the container that stay.</summary>
    public long CutOffset => _writer.Length;

    public static async Task<Appending> PrepareAsync(H4mkContainer container, IReadOnlyList<ExportInput> inputs, ExportOptions options, MediaFormatSet formats, IProgress<TransportProgress>? progress, CancellationToken cancellationToken)
    {
        if (container.Version != H4mkVersion.V11)
        {
            throw new ArgumentException("a container of version 1.0 cannot be appended to; upgrade it first", nameof(container));
        }

        if (inputs.Count != container.Tracks.Count)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"expected as many inputs as tracks, {container.Tracks.Count}, found {inputs.Count}"), nameof(inputs));
        }

        var ends = new (ulong, ulong?)[inputs.Count];
        for (var i = 0; i < ends.Length; i++)
        {
            var track = container.Tracks[i];
            var lastKey = await container.FindKeyframeAsync(track.Id, long.MaxValue, cancellationToken).ConfigureAwait(false);
            ends[i] = (track.EndPts ?? 0, lastKey?.Pts);
        }

        var sealing = await SealAsync(container, options, cancellationToken).ConfigureAwait(false);
        var output = new LateStream();
        var writing = new H4mkWriterOptions { Authenticators = sealing is null ? options.Authenticators : [sealing, .. options.Authenticators] };
        try
        {
            var ids = container.Tracks.Select(t => t.Id).ToArray();
            var export = new BundleExport(inputs, options with { Version = H4mkVersion.V11, Mask = null }, formats, progress, ids);
            var writer = await H4mkContainerWriter.AppendAsync(container, output, writing, leaveOpen: true, cancellationToken).ConfigureAwait(false);
            return new Appending(export, writer, output, ends, sealing);
        }
        catch
        {
            if (sealing is not null)
            {
                await sealing.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>The blocks of a sealed container go on being sealed, under a seal of their own.</summary>
    private static async Task<BlockSealing?> SealAsync(H4mkContainer container, ExportOptions options, CancellationToken cancellationToken)
    {
        if (ContainerKeys.IsSealed(container) != options.Seal is not null)
        {
            throw new ArgumentException(
                options.Seal is null ? "the container is sealed: expected its key, so that what is appended is sealed too" : "the container is not sealed: expected no seal key",
                nameof(options));
        }

        if (options.Seal is null)
        {
            return null;
        }

        using var keys = await ContainerKeys.TryOpenAsync(container, options.Seal.Key, cancellationToken).ConfigureAwait(false)
            ?? throw new SealKeyException();
        if (!options.Seal.AcceptUnauthenticated && !keys.Authenticates(container))
        {
            throw new SealKeyException("no code over the container's root verifies under the seal key: blocks may have been added or dropped since it was sealed, and an append would vouch for them");
        }

        return options.Seal.SaltMode == SealSaltMode.Random
            ? BlockSealing.GoOn(keys, container.Tracks, options.Seal)
            : throw new ArgumentException("an append takes a random salt", nameof(options));
    }

    public Task<ExportResult> RunAsync(Stream output, CancellationToken cancellationToken)
    {
        _output.Target = output;
        return _export.AppendAsync(_writer, _ends, _sealing, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _export.DisposeAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        if (_sealing is not null)
        {
            await _sealing.DisposeAsync().ConfigureAwait(false);
        }
    }
}
