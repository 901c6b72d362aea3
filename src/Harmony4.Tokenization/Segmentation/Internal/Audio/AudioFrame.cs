namespace Harmony4.Tokenization.Internal;

/// <summary>What the header of a compressed audio frame says of it.</summary>
/// <param name="Length">Bytes, header included.</param>
/// <param name="Samples">Samples per channel.</param>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="Kind">The header bits that do not change within a stream.</param>
internal readonly record struct AudioFrame(int Length, int Samples, uint SampleRate, int Kind);
