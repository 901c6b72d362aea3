namespace Harmony4.Tokenization;

/// <summary>Which frame a run of <see cref="AudioToken"/>s describes.</summary>
/// <param name="Index">Position of the frame in its stream, from 0; frames are one hop (half a frame) apart.</param>
/// <param name="Pts">Time of the frame's first sample in microseconds: floor(index × hop × 1,000,000 / sample rate).</param>
/// <param name="TokenCount">How many tokens the frame has.</param>
/// <param name="Peak">
/// The magnitude of the frame's strongest bin, √p_max × 4 / frame size: 0 for silence, 1 − 1 / frame size for a sine of full scale at the bin's frequency,
/// at most 2 for integer samples. A token's magnitude is relative to it. It is not on the wire.
/// </param>
public readonly record struct AudioFrame(long Index, ulong Pts, int TokenCount, double Peak);
