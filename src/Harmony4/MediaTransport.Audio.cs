using System.Buffers;
using System.Runtime.CompilerServices;
using Harmony4.Tokenization;

namespace Harmony4;

/// <content>Tokens of sound.</content>
public sealed partial class MediaTransport
{
    private const int PcmReadLength = 64 * 1024;

    /// <summary>Turns sound into tokens, frame by frame, as it is read.</summary>
    /// <param name="input">The samples; enumerate the frames once.</param>
    /// <param name="options">What is asked for; null for the defaults. Sample rate, channels and sample format are the input's where it states them, and may be left out.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The frames, each with tokens of its own.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="input"/> is null.</exception>
    /// <exception cref="ArgumentException">An option contradicts what the input states, is outside its range, or of several channels none is chosen.</exception>
    /// <exception cref="PcmFormatException">Raw samples end inside a sample, or inside a group of one per channel; or one of them is not finite, or above 2^65 in magnitude.</exception>
    /// <exception cref="MediaFormatException">Those of a WAV file do or are, the offset counts from its start; or it has a sample rate or channels beyond those that there are tokens of.</exception>
    /// <exception cref="IOException">The input failed.</exception>
    /// <remarks>
    /// Arguments are checked before the first frame is asked for. A frame owns its tokens, so all of them may be kept. Code that must not allocate for each frame uses
    /// <see cref="AudioFftTokenizer"/>, which writes into memory of the caller's.
    /// </remarks>
    public IAsyncEnumerable<AudioTokenFrame> TokenizeAudioAsync(PcmInput input, AudioTokenizerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        return ReadFramesAsync(input, new AudioFftTokenizer(input.Complete(options)), cancellationToken);
    }

    private static async IAsyncEnumerable<AudioTokenFrame> ReadFramesAsync(
        PcmInput input,
        AudioFftTokenizer tokenizer,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tokens = new AudioToken[tokenizer.TokensPerFrame];
        var buffer = ArrayPool<byte>.Shared.Rent(PcmReadLength);
        try
        {
            int count;
            while ((count = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                for (var at = 0; TryRead(buffer.AsSpan(0, count), ref at, out var frame);)
                {
                    yield return new AudioTokenFrame(frame, tokens.AsSpan().ToArray());
                }
            }

            if (TryComplete(out var last))
            {
                yield return new AudioTokenFrame(last, tokens);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        bool TryComplete(out AudioFrame frame)
        {
            try
            {
                return tokenizer.TryComplete(tokens, out frame);
            }
            catch (PcmFormatException exception) when (input.IsWav)
            {
                throw new MediaFormatException(
                    MediaFormats.Wav,
                    input.DataOffset + exception.Offset,
                    $"expected {exception.ExpectedLength} bytes of a sample of each channel, found {exception.Length}{(input.MissingLength > 0 ? ": the file is cut" : "")}");
            }
        }

        bool TryRead(ReadOnlySpan<byte> bytes, ref int at, out AudioFrame frame)
        {
            try
            {
                var rest = bytes[at..];
                var found = tokenizer.TryReadFrame(ref rest, tokens, out frame);
                at = bytes.Length - rest.Length;
                return found;
            }
            catch (PcmFormatException exception) when (input.IsWav)
            {
                throw new MediaFormatException(MediaFormats.Wav, input.DataOffset + exception.Offset, exception.Detail);
            }
        }
    }
}
