using System.Runtime.CompilerServices;
using Harmony4.Format;
using Harmony4.Internal;
using Harmony4.Tokenization;
using Microsoft.Extensions.Options;

namespace Harmony4;

/// <summary>Turns media into containers and back: what the tool and the HTTP endpoints do, as calls.</summary>
/// <remarks>
/// Stateless and safe for concurrent use. Memory is bounded by a block and some buffers, whatever the length of the media. Every
/// operation takes an <see cref="IProgress{T}"/> and a <see cref="CancellationToken"/>; a cancelled one leaves its output cut short.
/// </remarks>
public sealed partial class MediaTransport
{
    private readonly Harmony4Options _options;

    /// <summary>Initializes a transport with the default options.</summary>
    public MediaTransport()
        : this(new Harmony4Options())
    {
    }

    /// <summary>Initializes a transport.</summary>
    /// <param name="options">Defaults and limits.</param>
    /// <exception cref="ArgumentException">The options contradict themselves; the message says how.</exception>
    public MediaTransport(Harmony4Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Harmony4OptionsValidator.FirstFailure(options) is { } failure)
        {
            throw new ArgumentException(failure, nameof(options));
        }

        _options = options;
    }

    internal MediaTransport(IOptions<Harmony4Options> options)
        : this(options.Value)
    {
    }

    /// <summary>Builds a container from media in one pass.</summary>
    /// <param name="input">The media, read to its end; a pipe will do.</param>
    /// <param name="output">Receives the container; it need not seek.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told how far the work is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the export.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentException">An option is not usable.</exception>
    /// <exception cref="MediaFormatException">The media does not begin with the format that the options name, or has more blocks than they allow.</exception>
    /// <exception cref="IOException">Input or output failed.</exception>
    public async Task<ExportResult> ExportAsync(
        Stream input,
        Stream output,
        ExportOptions? options = null,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        options ??= _options.Export;
        var pump = new BlockPump(input);
        await using (pump.ConfigureAwait(false))
        {
            await pump.ChooseAsync(options.Segment, options.Segmenter, cancellationToken).ConfigureAwait(false);
            var writer = H4mkContainerWriter.Create(output, WriterOptions(pump.Segmenter.Name, options), leaveOpen: true);
            await using (writer.ConfigureAwait(false))
            {
                using var masking = options.Mask is { } mask ? new BlockMasking(mask) : null;
                await foreach (var block in pump.ReadBlocksAsync(progress, cancellationToken).ConfigureAwait(false))
                {
                    if (writer.BlockCount >= options.MaxBlockCount)
                    {
                        throw new MediaFormatException(pump.Segmenter.Name, pump.BytesRead, $"expected at most {options.MaxBlockCount} blocks (a limit of the options), found more");
                    }

                    var info = new BlockInfo { Pts = block.Pts, Duration = block.Duration, IsKey = block.IsKey };
                    var payload = masking is null ? pump.Payload : masking.Apply(writer.BlockCount, pump.Payload);
                    await writer.WriteBlockAsync(0, info, payload, cancellationToken).ConfigureAwait(false);
                }

                var summary = await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
                return new ExportResult(pump.Segmenter.Name, pump.BytesRead, summary, pump.Hint, pump.Segmenter.Notice);
            }
        }
    }

    /// <summary>Finds the blocks of media and gives each its token, without writing a container.</summary>
    /// <param name="input">The media, read to its end.</param>
    /// <param name="segment">The segmenter's name; null to detect the format.</param>
    /// <param name="segmenter">What the segmenter is told; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The tokens, as the media is read.</returns>
    /// <exception cref="ArgumentException">An option is not usable.</exception>
    /// <exception cref="MediaFormatException">The media does not begin with the format named.</exception>
    /// <exception cref="IOException">The input failed.</exception>
    public async IAsyncEnumerable<VideoBlockToken> TokenizeVideoAsync(
        Stream input,
        string? segment = null,
        SegmenterOptions? segmenter = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pump = new BlockPump(input);
        await using (pump.ConfigureAwait(false))
        {
            await pump.ChooseAsync(segment ?? _options.Export.Segment, segmenter ?? _options.Export.Segmenter, cancellationToken).ConfigureAwait(false);
            var index = 0L;
            await foreach (var block in pump.ReadBlocksAsync(progress: null, cancellationToken).ConfigureAwait(false))
            {
                if (index > uint.MaxValue)
                {
                    throw new InvalidOperationException("a token's index has 32 bits: expected at most 2^32 blocks, found more");
                }

                yield return new VideoBlockToken(block.Pts, (uint)index++, block.IsKey);
            }
        }
    }

    private static H4mkWriterOptions WriterOptions(string segment, ExportOptions options) => new()
    {
        Version = options.Version,
        Meta = options.Meta ?? TransportMetadata.CreateMeta(segment, options.Segmenter, masked: options.Mask is not null),
        Safe = options.Safe ?? TransportMetadata.Safe,
    };
}
