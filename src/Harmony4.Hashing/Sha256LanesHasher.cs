using System.Security.Cryptography;
using Harmony4.Hashing.Internal.Lanes;

namespace Harmony4.Hashing;

/// <summary>
/// SHA-256 of several messages that arrive in pieces: every call takes the next pieces of many messages and hashes them side
/// by side. Memory is about 170 bytes per message; nothing but the last, incomplete 64 bytes of a message is kept.
/// </summary>
/// <remarks>
/// It is fast when each call brings pieces for as many messages as there are lanes (<see cref="Sha256Lanes.LaneCount"/>),
/// of similar lengths. Where lanes do not pay for so few messages, the platform's implementation does the work, one message at a
/// time. Not thread-safe. <see cref="Append(ReadOnlySpan{MessagePiece})"/> allocates nothing after the first use of a message.
/// </remarks>
public sealed class Sha256LanesHasher : IDisposable
{
    /// <summary>The most messages of one hasher: 2²⁰.</summary>
    public const int MaxMessageCount = 1 << 20;

    private readonly StreamStates? _streams;
    private readonly IncrementalHash?[]? _platform;
    private readonly LanePath _path;
    private bool _disposed;

    /// <summary>Begins messages.</summary>
    /// <param name="messageCount">How many, 1…<see cref="MaxMessageCount"/>. They are numbered from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="messageCount"/> is out of range.</exception>
    public Sha256LanesHasher(int messageCount)
        : this(messageCount, LaneEngine.Widest, LaneEngine.Costs(LaneEngine.Widest))
    {
    }

    internal Sha256LanesHasher(int messageCount, LanePath path, LaneCosts costs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(messageCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messageCount, MaxMessageCount);
        MessageCount = messageCount;
        _path = path;
        if (path != LanePath.Platform && costs.Step < Math.Min(messageCount, LaneEngine.Lanes(path)) * LaneCosts.PlatformBlock)
        {
            _streams = new StreamStates(messageCount);
        }
        else
        {
            _platform = new IncrementalHash?[messageCount];
        }
    }

    /// <summary>Gets the number of messages.</summary>
    public int MessageCount { get; }

    /// <summary>Appends the next pieces of any of the messages.</summary>
    /// <param name="pieces">The pieces. Several of one message are taken in their order, which costs a pass each.</param>
    /// <exception cref="ArgumentOutOfRangeException">A piece names a message that does not exist; nothing was appended.</exception>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public void Append(ReadOnlySpan<MessagePiece> pieces)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach (var piece in pieces)
        {
            ThrowIfNoMessage(piece.Message, nameof(pieces));
        }

        if (_streams is null)
        {
            foreach (var piece in pieces)
            {
                Platform(piece.Message).AppendData(piece.Bytes.Span);
            }

            return;
        }

        while (!pieces.IsEmpty)
        {
            var count = _streams.CountUpToRepeat(pieces);
            var feed = new PieceFeed(_streams, pieces[..count]);
            try
            {
                LaneEngine.Run(_path, ref feed);
            }
            finally
            {
                feed.Dispose();
            }

            pieces = pieces[count..];
        }
    }

    /// <summary>Appends the next piece of one message.</summary>
    /// <param name="message">The message's number.</param>
    /// <param name="bytes">Its next bytes; may be empty.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such message.</exception>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public void Append(int message, ReadOnlyMemory<byte> bytes) => Append([new MessagePiece(message, bytes)]);

    /// <summary>Ends one message and begins a new one under its number.</summary>
    /// <param name="message">The message's number.</param>
    /// <param name="digest">Receives the digest in its first 32 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such message.</exception>
    /// <exception cref="ArgumentException"><paramref name="digest"/> is shorter than 32 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public void Finish(int message, Span<byte> digest)
    {
        ThrowIfNoMessage(message, nameof(message));
        FinishRange(message, 1, digest);
    }

    /// <summary>Ends all messages, side by side, and begins new ones.</summary>
    /// <param name="digests">Receives the digests, 32 bytes each, in the order of the messages.</param>
    /// <exception cref="ArgumentException"><paramref name="digests"/> is shorter than 32 bytes per message.</exception>
    /// <exception cref="ObjectDisposedException">The hasher is disposed.</exception>
    public void FinishAll(Span<byte> digests) => FinishRange(0, MessageCount, digests);

    /// <summary>Releases what the platform's implementation holds.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (var hash in _platform ?? [])
        {
            hash?.Dispose();
        }
    }

    private void FinishRange(int first, int count, Span<byte> digests)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        digests = Sha256Lanes.DigestsOf(count, digests);
        if (_streams is not null)
        {
            var feed = new TailFeed(_streams, first, digests);
            LaneEngine.Run(_path, ref feed);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            Platform(first + i).GetHashAndReset(digests[(i * Sha256Lanes.HashSizeInBytes)..]);
        }
    }

    private IncrementalHash Platform(int message) =>
        _platform![message] ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private void ThrowIfNoMessage(int message, string name)
    {
        if ((uint)message >= (uint)MessageCount)
        {
            throw new ArgumentOutOfRangeException(name, message, $"Messages are numbered 0 to {MessageCount - 1}.");
        }
    }
}
