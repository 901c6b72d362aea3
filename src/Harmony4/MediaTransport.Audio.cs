using System.Buffers;
using System.Runtime.CompilerServices;
using Harmony4.Tokenization;

namespace Harmony4;

/// <content>Tokens of sound.</content>
public sealed partial class MediaTransport
{
    /// <summary>Turns sound into tokens, frame by frame, as it is read.</summary>
    /// <param name="input">The samples.</param>
    /// <param name="options">What is asked for; its sample rate and channels have to be those of the input.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The frames.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="PcmFormatException">Raw samples end inside a sample, or inside a group of one per channel.</exception>
    /// <exception cref="MediaFormatException">Those of a WAV file do; the offset counts from its start.</exception>
    /// <exception cref="IOException">The input failed.</exception>
    public async IAsyncEnumerable<AudioTokenFrame> TokenizeAudioAsync(
        PcmInput input,
        AudioTokenizerOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var tokenizer = new AudioFftTokenizer(options);
        var tokens = new AudioToken[tokenizer.TokensPerFrame];
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            int count;
            while ((count = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                for (var at = 0; TryRead(buffer.AsSpan(0, count), ref at, out var frame);)
                {
                    yield return new AudioTokenFrame(frame, tokens);
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
                throw new MediaFormatException(MediaFormats.Wav, input.DataOffset + exception.Offset, $"expected {exception.ExpectedLength} bytes of a sample of each channel, found {exception.Length}{(input.HasMore ? ": the file is cut" : "")}");
            }
        }

        bool TryRead(ReadOnlySpan<byte> bytes, ref int at, out AudioFrame frame)
        {
            var rest = bytes[at..];
            var found = tokenizer.TryReadFrame(ref rest, tokens, out frame);
            at = bytes.Length - rest.Length;
            return found;
        }
    }
}
