// Sound to tokens as it is read: from a WAV file, or 16-bit mono samples on standard input.
using System.Globalization;
using Harmony4;
using Harmony4.Tokenization;

await using var file = args.Length > 0 ? File.OpenRead(args[0]) : Console.OpenStandardInput();
var input = await PcmInput.OpenAsync(file);
var options = new AudioTokenizerOptions { Channel = 0, FrameSize = 2048, TopK = 3 };
await foreach (var frame in new MediaTransport().TokenizeAudioAsync(input, options))
{
    // A line for each frame: its time, its level, and the strongest frequencies with their relative magnitude.
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{frame.Frame.Pts / 1e6,9:0.000} s  {20 * Math.Log10(frame.Frame.Peak),6:0.0} dB  {Describe(frame.Tokens.Span)}"));
}

return 0;

static string Describe(ReadOnlySpan<AudioToken> tokens)
{
    var parts = new string[tokens.Length];
    for (var i = 0; i < tokens.Length; i++)
    {
        parts[i] = string.Create(CultureInfo.InvariantCulture, $"{tokens[i].Hz10 / 10.0,8:0.0} Hz {tokens[i].Magnitude / 65535.0:0.00}");
    }

    return string.Join("  ", parts);
}
