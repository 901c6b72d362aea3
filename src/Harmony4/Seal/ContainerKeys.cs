using System.Globalization;
using Harmony4.Format;
using Harmony4.Internal;
using Harmony4.Transport.Crypto;

namespace Harmony4;

/// <summary>Opens the blocks of a sealed container for the holder of one of its keys.</summary>
/// <remarks>Safe for concurrent use. Disposing it zeroes the keys and leaves the container open.</remarks>
public sealed class ContainerKeys : IDisposable
{
    private readonly ContentKey _key;
    private readonly SealParameters?[] _seals;
    private readonly BlockOpener?[] _openers;

    private ContainerKeys(ContentKey key, SealParameters?[] seals, BlockOpener?[] openers)
    {
        _key = key;
        _seals = seals;
        _openers = openers;
    }

    /// <summary>Gets how many SEAL chunks the container has.</summary>
    public int SealCount => _seals.Length;

    /// <summary>Gets the content key.</summary>
    internal ContentKey ContentKey => _key;

    /// <summary>Gets the id that all seals of the container share.</summary>
    internal ReadOnlySpan<byte> ContainerId => Array.Find(_seals, s => s is not null)!.ContainerId;

    /// <summary>Tells whether a container has SEAL chunks.</summary>
    /// <param name="container">The container.</param>
    /// <returns>Whether blocks of it may be sealed.</returns>
    public static bool IsSealed(H4mkContainer container)
    {
        ArgumentNullException.ThrowIfNull(container);
        return container.FindChunk(ChunkTag.Seal) is not null;
    }

    /// <summary>Holds a key against a container: as its content key, and as one that its content key is wrapped under, at the beginning or later.</summary>
    /// <param name="container">The container.</param>
    /// <param name="key">The key; not needed any more afterwards.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>The keys; null when the key is not one of this container, or the container is not sealed.</returns>
    /// <exception cref="H4mkFormatException">A SEAL is damaged.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    /// <exception cref="PlatformNotSupportedException">The platform lacks the container's cipher.</exception>
    public static async ValueTask<ContainerKeys?> TryOpenAsync(H4mkContainer container, SealKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(key);
        var seals = await ReadSealsAsync(container, cancellationToken).ConfigureAwait(false);
        if (Array.Find(seals, s => s is not null) is not { } first)
        {
            return null;
        }

        return Find(key, first, seals, container.Signs) is { } content ? Create(content, seals) : null;
    }

    /// <summary>Tells whether the code over the root holds: that the container is as the last holder of a key left it. A recovered container has none.</summary>
    /// <param name="container">The container that the keys are of.</param>
    /// <returns>Whether a SIGN of kind 2 verifies.</returns>
    public bool Authenticates(H4mkContainer container)
    {
        ArgumentNullException.ThrowIfNull(container);
        using var seal = CreateRootSeal();
        return seal is not null && container.Root is { } root && container.Signs.Any(s => s.Kind == SignContent.RootMac && seal.Verify(root.Header.Span, s.Body.Span));
    }

    /// <summary>Opens a block.</summary>
    /// <param name="track">The id of its track.</param>
    /// <param name="block">What the index says of it.</param>
    /// <param name="stored">The payload as it is stored.</param>
    /// <param name="destination">Receives the plaintext, which is 32 bytes shorter; must not overlap the stored payload. All zero after a failure.</param>
    /// <returns>Bytes of plaintext.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="H4mkFormatException">The block is not sealed, is not what was sealed for its place and time, or its SEAL was lost.</exception>
    public int Open(int track, in BlockLocation block, ReadOnlySpan<byte> stored, Span<byte> destination)
    {
        var context = new BlockContext((ushort)track, (ulong)block.Ordinal, block.Pts!.Value, block.Duration, (uint)block.Flags);
        if ((block.Flags & BlockFlags.Sealed) != 0 && SealedFrame.TryRead(stored, out var frame) && frame.SealNumber < _openers.Length && _openers[frame.SealNumber] is { } opener
            && opener.TryOpen(context, stored, destination, out var length))
        {
            return length;
        }

        // No opener may have been asked: a frame that is none, or a seal that was lost.
        destination.Clear();
        throw new H4mkFormatException(
            H4mkErrorCode.Block,
            block.FileOffset - ChunkInfo.HeaderLength,
            string.Create(CultureInfo.InvariantCulture, $"expected block {block.Ordinal} of track {track} as it was sealed, found one that the key does not open"),
            ChunkTag.Core);
    }

    /// <summary>Wraps the content key for a further recipient.</summary>
    /// <param name="recipient">The key that is to open the container as well.</param>
    /// <returns>What <see cref="H4mkSigning.WriteEndAsync"/> adds to the container.</returns>
    public SignContent ShareWith(SealKey recipient)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        return new SignContent(SignContent.WrappedKey, WrappedKey.Wrap(_key, recipient.Master, ContainerId));
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        foreach (var opener in _openers)
        {
            opener?.Dispose();
        }

        _key.Dispose();
    }

    /// <summary>The code over the root under a key of the first seal; null when that was lost.</summary>
    internal RootSeal? CreateRootSeal() => _seals[0] is { } first ? new RootSeal(_key, first) : null;

    private static async ValueTask<SealParameters?[]> ReadSealsAsync(H4mkContainer container, CancellationToken cancellationToken)
    {
        var seals = new List<SealParameters?>();
        foreach (var chunk in container.ListOtherChunks().Where(c => c.Tag == ChunkTag.Seal))
        {
            using var payload = new BlockBuffer();
            await container.ReadChunkAsync(chunk, payload, cancellationToken).ConfigureAwait(false);

            // Recovery leaves an empty one where a SEAL was lost, so that the others keep their numbers.
            if (!SealParameters.TryRead(payload.Written.Span, out var parameters) && payload.Written.Length > 0)
            {
                throw new H4mkFormatException(H4mkErrorCode.Aux, chunk.Offset, "expected the parameters of a seal, found a suite, salt mode or length that is none", ChunkTag.Seal);
            }

            seals.Add(parameters);
        }

        return [.. seals];
    }

    private static ContentKey? Find(SealKey key, SealParameters first, SealParameters?[] seals, IReadOnlyList<SignChunk> signs)
    {
        if (key.Content is { } content && Fits(content, first))
        {
            return content.Copy();
        }

        foreach (var records in seals.Where(s => s is not null).Select(s => s!.WrappedKeys).Concat(signs.Where(s => s.Kind == SignContent.WrappedKey).Select(s => s.Body)))
        {
            for (var rest = records; WrappedKey.TryRead(rest.Span, out var record, out var length); rest = rest[length..])
            {
                if (record.Kind == WrappedKey.MasterKeyKind && record.TryUnwrap(key.Master, first.ContainerId, out var unwrapped))
                {
                    if (Fits(unwrapped, first))
                    {
                        return unwrapped;
                    }

                    unwrapped.Dispose();
                }
            }
        }

        return null;
    }

    private static bool Fits(ContentKey key, SealParameters seal)
    {
        var fits = BlockOpener.TryCreate(key, seal, 0, out var opener);
        opener?.Dispose();
        return fits;
    }

    private static ContainerKeys Create(ContentKey key, SealParameters?[] seals)
    {
        var openers = new BlockOpener?[seals.Length];
        for (var i = 0; i < seals.Length; i++)
        {
            if (seals[i] is { } parameters && BlockOpener.TryCreate(key, parameters, (uint)i, out var opener))
            {
                openers[i] = opener;
            }
        }

        return new ContainerKeys(key, seals, openers);
    }
}
