using System.Buffers;
using Harmony4.TestKit;
using Harmony4.Tokenization;
using Harmony4.Tokenization.Tests.Segmentation;

namespace Harmony4.Fuzz;

/// <summary>The head of a WAV file, and the samples behind it.</summary>
internal static class WavTarget
{
    public const string Name = "wav";

    public static void Check(FuzzInput input)
    {
        var whole = WavHeaderRun.Of(input.Media);
        var cut = WavHeaderRun.Of(input.Media, input.Step);
        Promise.Require(whole == cut, $"the head depends on how the input is cut:\n{whole}\n\n{cut}");

        var seekable = Promise.Bounded(() => Open(new MemoryStream(input.Media, writable: false), input.Media, input.Step));
        var piped = Promise.Bounded(() => Open(new PipeStream(input.Media), input.Media, input.Step));
        Promise.Require(seekable == piped, $"the samples depend on whether the input seeks:\n{seekable}\n\n{piped}");
        if (MediaFormats.GetTagLength(input.Media) == 0 && WavHeaderReader.CanBegin(input.Media))
        {
            var hasSamples = whole.Status == OperationStatus.Done && whole.At <= input.Media.Length && whole.SampleFormat is not null && whole.SampleRate <= int.MaxValue;
            Promise.Require(hasSamples == seekable.Fault is null, $"samples by the head, but not by the input, or the other way round:\n{whole}\n\n{seekable}");
            Promise.Require(!hasSamples || whole.At == seekable.At, $"samples at {whole.At} and {seekable.At}");
        }
    }

    private static WavSamples Open(Stream stream, byte[] media, int step)
    {
        PcmInput samples;
        try
        {
            samples = PcmInput.OpenAsync(stream).AsTask().GetAwaiter().GetResult();
        }
        catch (MediaFormatException exception)
        {
            return new WavSamples(exception.Message, exception.Offset, 0, 0);
        }

        var buffer = new byte[step];
        var length = 0;
        while (samples.ReadAsync(buffer).AsTask().GetAwaiter().GetResult() is > 0 and var read)
        {
            var at = (int)samples.DataOffset + length;
            Promise.Require(read <= media.Length - at && buffer.AsSpan(0, read).SequenceEqual(media.AsSpan(at, read)), $"other samples at {at}");
            length += read;
        }

        Promise.Require(samples.Length == length, $"{length} bytes of {samples.Length}");
        return new WavSamples(null, samples.DataOffset, length, samples.MissingLength);
    }

    /// <summary>What was found: a fault with its place, or samples.</summary>
    private sealed record WavSamples(string? Fault, long At, long Length, long Missing);
}
