using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>The tokens of one frame of sound.</summary>
/// <param name="Frame">Which frame.</param>
/// <param name="Tokens">Its tokens, the strongest first, in memory of their own: they may be kept, and nothing writes to them again.</param>
public readonly record struct AudioTokenFrame(AudioFrame Frame, ReadOnlyMemory<AudioToken> Tokens);
