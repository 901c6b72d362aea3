using System.Diagnostics.CodeAnalysis;

namespace Harmony4.Tokenization;

/// <summary>A token of fixed size that is written and read as big-endian bytes.</summary>
/// <typeparam name="TSelf">The implementing token type.</typeparam>
/// <remarks>Tokens carry structure and time, never meaning. Implementations are immutable values and safe to share between threads.</remarks>
[SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "Static abstract members are the point of the interface.")]
public interface IToken<TSelf>
    where TSelf : struct, IToken<TSelf>
{
    /// <summary>Gets the number of bytes of every token of this type on the wire.</summary>
    static abstract int Size { get; }

    /// <summary>Writes the token, big-endian, to the start of <paramref name="destination"/>.</summary>
    /// <param name="destination">Receives <see cref="Size"/> bytes.</param>
    /// <returns><see langword="false"/>, with nothing written, when <paramref name="destination"/> is shorter than <see cref="Size"/>.</returns>
    bool TryWrite(Span<byte> destination);

    /// <summary>Reads a token from the start of <paramref name="source"/>.</summary>
    /// <param name="source">At least <see cref="Size"/> bytes; what follows is not looked at.</param>
    /// <param name="token">The token read, or the default.</param>
    /// <returns><see langword="false"/> when <paramref name="source"/> is too short or its bytes are no such token.</returns>
    static abstract bool TryRead(ReadOnlySpan<byte> source, out TSelf token);
}
