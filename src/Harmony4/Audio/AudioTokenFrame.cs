using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>The tokens of one frame of sound.</summary>
/// <param name="Frame">Which frame.</param>
/// <param name="Tokens">Its tokens, the strongest first; valid until the next frame is asked for.</param>
public readonly record struct AudioTokenFrame(AudioFrame Frame, ReadOnlyMemory<AudioToken> Tokens);
