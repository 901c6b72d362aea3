using System.Runtime.CompilerServices;
using Harmony4.Format;
using Harmony4.Internal;
using Harmony4.Tokenization;
using Harmony4.Transport.Crypto;
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

    /// <summary>Gets the formats that media is detected as, and that names of segmenters stand for: <see cref="Harmony4Options.Formats"/>.</summary>
    public MediaFormatSet Formats => _options.Formats;

    /// <summary>Builds a container of one track from media in one pass.</summary>
    /// <param name="input">The media, read to its end; a pipe will do.</param>
    /// <param name="output">Receives the container; it need not seek.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told how far the work is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the export.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentException">An option is not usable, or <see cref="ExportOptions.Segmenter"/> gave an instance that has served an input already.</exception>
    /// <exception cref="MediaFormatException">The media does not begin with the format that the options ask for, or has more blocks than they allow.</exception>
    /// <exception cref="InvalidOperationException">A segmenter of the caller's own broke a rule of <see cref="BlockSegmenter"/>; the message says which, and where.</exception>
    /// <exception cref="IOException">Input or output failed.</exception>
    public Task<ExportResult> ExportAsync(
        Stream input,
        Stream output,
        ExportOptions? options = null,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        return ExportAsync([new ExportInput { Media = input }], output, options, progress, cancellationToken);
    }

    /// <summary>Builds a container from several inputs in one pass: input N becomes the track with id N.</summary>
    /// <param name="inputs">The inputs, 1 to 1,024.</param>
    /// <param name="output">Receives the container; it need not seek.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told how far the work is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the export.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentException">
    /// An option is not usable, the version cannot hold the tracks, media has no track of the number asked for, or a segmenter of the caller's own has served an input already.
    /// </exception>
    /// <exception cref="MediaFormatException">Media does not begin with the format that the options ask for, or has more blocks than they allow.</exception>
    /// <exception cref="InvalidOperationException">A segmenter of the caller's own broke a rule of <see cref="BlockSegmenter"/>; the message says which, and where.</exception>
    /// <exception cref="IOException">An input or the output failed.</exception>
    /// <remarks>
    /// The tracks share one clock: blocks are written by ascending time, at equal times by ascending id. A track's Merkle root is the same alone
    /// and beside others. In version 1.1 a block longer than 64 MiB is split; the pieces behind the first have its time, no duration and no flag.
    /// Where an input is a pipe, the output is flushed at least once a second.
    /// </remarks>
    public async Task<ExportResult> ExportAsync(
        IReadOnlyList<ExportInput> inputs,
        Stream output,
        ExportOptions? options = null,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(output);
        options ??= _options.Export;
        var plain = options.Seal is { SaltMode: SealSaltMode.Reproducible } ? await MeasureAsync(inputs, options, cancellationToken).ConfigureAwait(false) : null;
        var export = new BundleExport(inputs, options, Formats, progress);
        await using (export.ConfigureAwait(false))
        {
            return await export.RunAsync(output, plain, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the inputs once to find what a reproducible salt follows from, and puts them back.</summary>
    private async Task<H4mkRoot> MeasureAsync(IReadOnlyList<ExportInput> inputs, ExportOptions options, CancellationToken cancellationToken)
    {
        if (!inputs.All(i => i.Media.CanSeek))
        {
            throw new ArgumentException("a reproducible seal reads the media twice: expected inputs that can seek, found a pipe", nameof(inputs));
        }

        var starts = inputs.Select(i => i.Media.Position).ToArray();
        var export = new BundleExport(inputs, options, Formats, progress: null);
        await using (export.ConfigureAwait(false))
        {
            var root = await export.MeasureAsync(cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < starts.Length; i++)
            {
                inputs[i].Media.Position = starts[i];
            }

            return root;
        }
    }

    /// <summary>Finds the blocks of media and gives each its token, without writing a container.</summary>
    /// <param name="input">The media, read to its end.</param>
    /// <param name="segment">The segmenter's name, one of <see cref="Formats"/>; null for what <see cref="Harmony4Options.Export"/> says, which is to detect the format unless set.</param>
    /// <param name="segmenterOptions">What the segmenter is told; null for what <see cref="Harmony4Options.Export"/> says.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The tokens, as the media is read.</returns>
    /// <exception cref="ArgumentException">An option is not usable.</exception>
    /// <exception cref="MediaFormatException">The media does not begin with the format named.</exception>
    /// <exception cref="InvalidOperationException">A segmenter of the caller's own broke a rule of <see cref="BlockSegmenter"/>; the message says which, and where.</exception>
    /// <exception cref="IOException">The input failed.</exception>
    public IAsyncEnumerable<VideoBlockToken> TokenizeVideoAsync(
        Stream input,
        string? segment = null,
        SegmenterOptions? segmenterOptions = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        return TokenizeAsync(new ExportInput { Media = input, Segment = segment, SegmenterOptions = segmenterOptions }, _options.Export, cancellationToken);
    }

    /// <summary>Finds the blocks of media with a segmenter of the caller's own and gives each its token, without writing a container.</summary>
    /// <param name="input">The media, read to its end.</param>
    /// <param name="segmenter">Makes the segmenter, when the tokens are asked for: a new instance each time.</param>
    /// <param name="segmenterOptions">What <paramref name="segmenter"/> is given; null for what <see cref="Harmony4Options.Export"/> says.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The tokens, as the media is read.</returns>
    /// <exception cref="ArgumentException">The instance has served an input already, or has a name that it cannot have.</exception>
    /// <exception cref="MediaFormatException">The media does not begin with the format.</exception>
    /// <exception cref="InvalidOperationException">The segmenter broke a rule of <see cref="BlockSegmenter"/>; the message says which, and where.</exception>
    /// <exception cref="IOException">The input failed.</exception>
    public IAsyncEnumerable<VideoBlockToken> TokenizeVideoAsync(
        Stream input,
        Func<SegmenterOptions, BlockSegmenter> segmenter,
        SegmenterOptions? segmenterOptions = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(segmenter);
        return TokenizeAsync(new ExportInput { Media = input, Segmenter = segmenter, SegmenterOptions = segmenterOptions }, _options.Export, cancellationToken);
    }

    /// <summary>Finds the blocks that an export with these options would have, and gives each its token, without writing a container.</summary>
    /// <param name="input">The media, read to its end.</param>
    /// <param name="options">Format, segmenter, what it is told, and the budget; the rest is of no account.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The tokens, as the media is read.</returns>
    /// <exception cref="ArgumentException">An option is not usable.</exception>
    /// <exception cref="MediaFormatException">The media does not begin with the format named.</exception>
    /// <exception cref="InvalidOperationException">A segmenter of the caller's own broke a rule of <see cref="BlockSegmenter"/>; the message says which, and where.</exception>
    /// <exception cref="IOException">The input failed, or the budget has no room (<see cref="MemoryBudgetException"/>).</exception>
    public IAsyncEnumerable<VideoBlockToken> TokenizeVideoAsync(Stream input, ExportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        return TokenizeAsync(new ExportInput { Media = input }, options, cancellationToken);
    }

    private async IAsyncEnumerable<VideoBlockToken> TokenizeAsync(ExportInput input, ExportOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var memory = new HeldMemory(options.Memory, options.MemoryAtStart);
        BlockPump? counted = null;
        var pump = new BlockPump(input.Media, number: 0, memory.IsCounted ? token => memory.ResizeAsync(counted!.Held, token) : null);
        counted = pump;
        await using (pump.ConfigureAwait(false))
        {
            await pump.ChooseAsync(SegmenterChoice.Of(input, options, Formats), cancellationToken).ConfigureAwait(false);
            var index = 0L;
            await foreach (var block in pump.ReadBlocksAsync(advanced: null, cancellationToken).ConfigureAwait(false))
            {
                if (index > uint.MaxValue)
                {
                    throw new InvalidOperationException("a token's index has 32 bits: expected at most 2^32 blocks, found more");
                }

                yield return new VideoBlockToken(block.Pts, (uint)index++, block.IsKey);
            }
        }
    }
}
