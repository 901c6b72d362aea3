namespace Harmony4.Hashing;

/// <summary>The next bytes of one of the messages of a <see cref="Sha256LanesHasher"/>.</summary>
/// <param name="Message">The message's number, from 0.</param>
/// <param name="Bytes">Its next bytes; may be empty.</param>
public readonly record struct MessagePiece(int Message, ReadOnlyMemory<byte> Bytes);
