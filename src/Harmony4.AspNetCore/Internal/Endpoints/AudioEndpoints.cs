using System.Numerics;
using System.Text.Json;
using Harmony4.Tokenization;
using Microsoft.AspNetCore.Http;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Sound to tokens, and masking.</summary>
internal sealed class AudioEndpoints(MediaTransport transport, Harmony4HttpOptions options, RequestMemory memory)
{
    private const int LargestTopK = 256;
    private const int SmallestBlock = 16_384;
    private const int LargestBlock = 4_194_304;
    private const int DefaultBlock = 262_144;
    private const int StartLength = 64 * 1024;

    // What the tokenizer takes: its input, and of each sample of a frame the sample, its window and the buffers of the transform.
    private const int TokenizerLength = 128 * 1024;
    private const int LengthOfSample = 64;

    // Property names that need no escaping are written as they are, without a look at each character.
    private static readonly JsonEncodedText Frame = JsonEncodedText.Encode("frame");
    private static readonly JsonEncodedText Hz10 = JsonEncodedText.Encode("hz10");
    private static readonly JsonEncodedText Magnitude = JsonEncodedText.Encode("magnitude");
    private static readonly JsonEncodedText Phase = JsonEncodedText.Encode("phase");

    public async Task StreamAsync(HttpContext context)
    {
        var query = new Query(context.Request);
        var asked = new AudioTokenizerOptions
        {
            SampleRate = query.Number("sample_rate", AudioTokenizerOptions.DefaultSampleRate, AudioTokenizerOptions.MinSampleRate, AudioTokenizerOptions.MaxSampleRate),
            FrameSize = query.Number("frame_size", 2_048, AudioTokenizerOptions.MinFrameSize, AudioTokenizerOptions.MaxFrameSize),
            TopK = query.Number("top_k", 32, 1, LargestTopK),
        };
        if (!BitOperations.IsPow2(asked.FrameSize))
        {
            throw Query.Bad("frame_size: expected a power of two");
        }

        var channel = query.Text("channel") is null ? (int?)null : query.Number("channel", 0, 0, AudioTokenizerOptions.MaxChannels - 1);
        var aborted = context.RequestAborted;
        using var share = await RequestMemory.TakeAsync(
            memory.Writers, RequestMemory.SpoolLength + RequestMemory.EventsLength + TokenizerLength + ((long)LengthOfSample * asked.FrameSize), aborted);
        var upload = await UploadBody.OpenAsync(context, options.MaxUploadLength);
        var input = await PcmInput.OpenAsync(upload, aborted);
        var settings = Complete(asked, input, channel);
        await using var stream = await EventStream.StartAsync(context, upload, memory.Spilled, options.SpillDelay);
        var meta = stream.Events.Begin("meta"u8);
        meta.WriteNumber("sample_rate"u8, settings.SampleRate!.Value);
        meta.WriteNumber("frame_size"u8, settings.FrameSize);
        meta.WriteNumber("hop"u8, settings.FrameSize / 2);
        meta.WriteNumber("top_k"u8, settings.TopK);
        meta.WriteNumber("channels"u8, settings.Channels!.Value);
        meta.WriteNumber("channel"u8, settings.Channel!.Value);
        stream.Events.End();
        await stream.Events.FlushAsync(aborted);
        await stream.RunAsync(async events =>
        {
            long frames = 0, tokens = 0;
            await using var source = transport.TokenizeAudioAsync(input, settings, aborted).GetAsyncEnumerator(aborted);
            while (await events.MoveNextAsync(source, aborted))
            {
                Write(events, source.Current);
                frames++;
                tokens += source.Current.Tokens.Length;
            }

            // Chunks behind the samples: a client that sends all before it reads has to get rid of them.
            var bytes = upload.Position;
            await upload.DrainAsync(aborted);
            var done = events.Begin("done"u8);
            done.WriteNumber("frames"u8, frames);
            done.WriteNumber("tokens"u8, tokens);
            done.WriteNumber("bytes"u8, bytes);
            events.End();
        });
    }

    public async Task MaskAsync(HttpContext context)
    {
        var query = new Query(context.Request);
        var blockSize = query.Number("block_size", DefaultBlock, SmallestBlock, LargestBlock);
        using var mask = query.Mask();
        using var share = await RequestMemory.TakeAsync(memory.Writers, RequestMemory.SpoolLength + RequestMemory.UploadLength, context.RequestAborted);
        var upload = await UploadBody.OpenAsync(context, options.MaxUploadLength);
        context.Response.ContentType = "application/octet-stream";
        await using var spool = new ResponseSpool(context, () => upload.IsComplete, memory.Spilled, options.SpillDelay, StartLength);
        await transport.MaskAsync(upload, spool, mask, blockSize, progress: null, context.RequestAborted);
        await spool.CompleteAsync();
    }

    private static void Write(ServerSentEvents events, AudioTokenFrame frame)
    {
        foreach (var token in frame.Tokens.Span)
        {
            var json = events.Begin("token"u8);
            json.WriteNumber(Frame, frame.Frame.Index);
            json.WriteNumber(Hz10, token.Hz10);
            json.WriteNumber(Magnitude, token.Magnitude);
            json.WriteNumber(Phase, token.Phase);
            events.End();
        }
    }

    // What a WAV file says of itself wins; several channels are never mixed.
    private static AudioTokenizerOptions Complete(AudioTokenizerOptions asked, PcmInput input, int? channel)
    {
        var channels = input.Channels ?? 1;
        if (channels > 1 && channel is null)
        {
            throw Query.Bad($"channel: the file has {channels} channels, expected the number of one, found none");
        }

        if (channels > AudioTokenizerOptions.MaxChannels || channel >= channels)
        {
            throw Query.Bad($"channel: the file has {channels} channels, expected one below that and {AudioTokenizerOptions.MaxChannels}");
        }

        var rate = input.SampleRate ?? asked.SampleRate;
        return rate is >= AudioTokenizerOptions.MinSampleRate and <= AudioTokenizerOptions.MaxSampleRate
            ? input.Complete(asked with { SampleRate = rate, Channels = channels, Channel = channel ?? 0 })
            : throw Query.Bad($"the file has {rate} samples a second, expected {AudioTokenizerOptions.MinSampleRate} to {AudioTokenizerOptions.MaxSampleRate}");
    }
}
