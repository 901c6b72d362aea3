using Harmony4.Format;
using Harmony4.Internal;

namespace Harmony4;

/// <content>Appending.</content>
public sealed partial class MediaTransport
{
    /// <summary>
    /// Appends media to the tracks of a container, in place. The result is, byte for byte, what one recording of all of it would have given; a crash leaves
    /// the file as it was once <see cref="ContainerEdit.TryUndoAsync"/> or the next change of the file has run.
    /// </summary>
    /// <param name="path">The container, of version 1.1. Its SIGN chunks fall away: they sign the blocks that it had.</param>
    /// <param name="inputs">As many inputs as tracks, in their order. An input that would begin before its track's end begins there. What they say of the track is not used.</param>
    /// <param name="options">How the inputs are cut into blocks, the key and recipients of a sealed container, and who signs; null for the defaults. What else it says of the container is not used.</param>
    /// <param name="progress">Told how far the work is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work; the file is as it was then.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentException">The number of inputs is not that of the tracks, an input is the container itself, it is of version 1.0, an option is not usable, or a segmenter of the caller's own has served an input already.</exception>
    /// <exception cref="SealKeyException">The key is not one of the sealed container, or does not vouch for it.</exception>
    /// <exception cref="H4mkFormatException">The end of the container is damaged.</exception>
    /// <exception cref="MediaFormatException">Media does not begin with the format that the options ask for.</exception>
    /// <exception cref="InvalidOperationException">A segmenter of the caller's own broke a rule of <see cref="Harmony4.Tokenization.BlockSegmenter"/>; the message says which, and where.</exception>
    /// <exception cref="IOException">The file or an input failed, or another change of the file is at work.</exception>
    public async Task<AppendResult> AppendAsync(
        string path,
        IReadOnlyList<ExportInput> inputs,
        ExportOptions? options = null,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(inputs);
        H4mkContainer? container = null;
        Appending? appending = null;
        long?[] lengths = [];
        try
        {
            var edit = await ContainerEdit.BeginAsync(
                path,
                async cancellation =>
                {
                    container = await H4mkContainer.OpenAsync(path, _options.Container, cancellation).ConfigureAwait(false);
                    appending = await Appending.PrepareAsync(container, inputs, options ?? _options.Export, Formats, progress, cancellation).ConfigureAwait(false);
                    lengths = [.. inputs.Select(LengthOf)];
                    return appending.CutOffset;
                },
                cancellationToken).ConfigureAwait(false);
            await using (edit.ConfigureAwait(false))
            {
                // By another name or a stream of the caller's own an input may be the very file, and would be read as it grows, without end. It has been cut off with it then.
                if (lengths.Where((length, i) => length == container!.Length && LengthOf(inputs[i]) == appending!.CutOffset).Any())
                {
                    throw new ArgumentException("an input is the container itself, which would grow while it is read: write the longer container to another place", nameof(inputs));
                }

                var done = await appending!.RunAsync(edit.Stream, cancellationToken).ConfigureAwait(false);

                // While the change can still be undone: a container that cannot be read again is no success.
                var longer = await H4mkContainer.OpenAsync(path, _options.Container, cancellationToken).ConfigureAwait(false);
                await using (longer.ConfigureAwait(false))
                {
                    var proof = await container!.ProveExtensionAsync(longer, cancellationToken).ConfigureAwait(false);
                    await edit.CompleteAsync(cancellationToken).ConfigureAwait(false);
                    return new AppendResult { Container = done.Container, Inputs = done.Inputs, PreviousIdentity = container.Identity!.Value, Proof = proof };
                }
            }
        }
        finally
        {
            if (appending is not null)
            {
                await appending.DisposeAsync().ConfigureAwait(false);
            }

            if (container is not null)
            {
                await container.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Appends media to the tracks of a container and writes the longer one to another place. The container itself is not changed.</summary>
    /// <param name="container">The container, of version 1.1.</param>
    /// <param name="inputs">As many inputs as tracks, in their order. An input that would begin before its track's end begins there. What they say of the track is not used.</param>
    /// <param name="output">Receives the longer container; it need not seek. <see cref="H4mkContainer.ProveExtensionAsync"/> proves of it that it extends the other.</param>
    /// <param name="options">How the inputs are cut into blocks, the key and recipients of a sealed container, and who signs; null for the defaults. What else it says of the container is not used.</param>
    /// <param name="progress">Told how far the work is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work, and leaves the output cut.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentException">The number of inputs is not that of the tracks, the container is of version 1.0, an option is not usable, or a segmenter of the caller's own has served an input already.</exception>
    /// <exception cref="SealKeyException">The key is not one of the sealed container, or does not vouch for it.</exception>
    /// <exception cref="H4mkFormatException">The end of the container is damaged.</exception>
    /// <exception cref="MediaFormatException">Media does not begin with the format that the options ask for.</exception>
    /// <exception cref="InvalidOperationException">A segmenter of the caller's own broke a rule of <see cref="Harmony4.Tokenization.BlockSegmenter"/>; the message says which, and where.</exception>
    /// <exception cref="IOException">The container, an input or the output failed.</exception>
    public async Task<ExportResult> AppendAsync(
        H4mkContainer container,
        IReadOnlyList<ExportInput> inputs,
        Stream output,
        ExportOptions? options = null,
        IProgress<TransportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(output);
        var appending = await Appending.PrepareAsync(container, inputs, options ?? _options.Export, Formats, progress, cancellationToken).ConfigureAwait(false);
        await using (appending.ConfigureAwait(false))
        {
            await CopyAsync(container.Source, appending.CutOffset, output, static _ => { }, cancellationToken).ConfigureAwait(false);
            return await appending.RunAsync(output, cancellationToken).ConfigureAwait(false);
        }
    }

    private static long? LengthOf(ExportInput input) => input.Media.CanSeek ? input.Media.Length : null;
}
