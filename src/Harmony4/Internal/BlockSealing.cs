using System.Buffers;
using Harmony4.Format;
using Harmony4.Transport.Crypto;

namespace Harmony4.Internal;

/// <summary>Seals the blocks of an export in a buffer of its own, and authenticates the root for the holder of the key.</summary>
internal sealed class BlockSealing : IRootAuthenticator, IAsyncDisposable
{
    private readonly SealParameters _parameters;
    private readonly BlockSealer _sealer;
    private readonly RootSeal? _root;
    private readonly Dictionary<int, ulong> _ordinals;

    // While one block is written the next is sealed.
    private readonly BlockBuffer[] _buffers = [new(), new()];
    private readonly BlockBuffer _joined = new();
    private (int Track, BlockInfo Info, BlockBuffer Stored) _started;
    private int _next;
    private Task? _running;

    /// <summary>Seals under parameters that nothing was sealed under before.</summary>
    /// <param name="key">The content key; not needed any more afterwards.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="number">Their place among those of the container.</param>
    /// <param name="root">The code over the root, if there is a key for it.</param>
    /// <param name="ordinals">How many blocks each track has already.</param>
    public BlockSealing(ContentKey key, SealParameters parameters, int number, RootSeal? root, Dictionary<int, ulong> ordinals)
    {
        _parameters = parameters;
        _sealer = new BlockSealer(key, parameters, (uint)number);
        _root = root;
        _ordinals = ordinals;
    }

    /// <summary>The payload of SEAL.</summary>
    public byte[] Seal => _parameters.ToArray();

    /// <summary>Starts a sealed container.</summary>
    /// <param name="options">Who can read it.</param>
    /// <param name="plain">The container without a seal, where the salt is to follow from it.</param>
    public static BlockSealing Create(SealOptions options, H4mkRoot? plain)
    {
        using var key = options.Key.Content?.Copy() ?? ContentKey.CreateRandom();
        var parameters = plain is null
            ? SealParameters.CreateRandom(key, options.Suite)
            : SealParameters.CreateReproducible(key, plain.TracksRoot.ToArray(), plain.AuxRoot.ToArray(), suite: options.Suite);
        foreach (var recipient in options.Key.Content is null ? options.Recipients.Prepend(options.Key) : options.Recipients)
        {
            parameters = parameters.WithWrappedKey(WrappedKey.Wrap(key, recipient.Master, parameters.ContainerId));
        }

        return new BlockSealing(key, parameters, 0, new RootSeal(key, parameters), []);
    }

    /// <summary>Goes on with a sealed container, under a seal of its own.</summary>
    /// <param name="keys">The container's keys.</param>
    /// <param name="tracks">Its tracks, whose ordinals go on.</param>
    /// <param name="options">The cipher, and who else can read the container from now on.</param>
    public static BlockSealing GoOn(ContainerKeys keys, IReadOnlyList<H4mkTrack> tracks, SealOptions options)
    {
        var parameters = SealParameters.CreateRandom(keys.ContentKey, options.Suite, keys.ContainerId);
        foreach (var recipient in options.Recipients)
        {
            parameters = parameters.WithWrappedKey(WrappedKey.Wrap(keys.ContentKey, recipient.Master, parameters.ContainerId));
        }

        return new BlockSealing(keys.ContentKey, parameters, keys.SealCount, keys.CreateRootSeal(), tracks.ToDictionary(t => t.Id, t => (ulong)t.BlockCount));
    }

    /// <summary>Whether a block was started and not taken.</summary>
    public bool HasBlock => _running is not null;

    /// <summary>Starts to seal the next block of a track on another thread. One block at a time: the one before has to be taken first, and its bytes stay valid until this one is taken.</summary>
    /// <param name="track">The id of the track.</param>
    /// <param name="info">The block's time and flags.</param>
    /// <param name="payload">Its bytes, which have to stay until <see cref="WaitAsync"/> has ended.</param>
    public void Start(int track, BlockInfo info, ReadOnlySequence<byte> payload)
    {
        var stored = _buffers[_next];
        info = info with { Flags = info.Flags | BlockFlags.Sealed };

        // What does not fit the index's field is written, and so sealed, as not known.
        var duration = info.Duration <= uint.MaxValue ? (uint)info.Duration : 0;
        var ordinal = _ordinals.GetValueOrDefault(track);
        _ordinals[track] = ordinal + 1;
        var context = new BlockContext((ushort)track, ordinal, info.Pts, duration, (uint)info.Flags);
        _started = (track, info, stored);
        _next = 1 - _next;
        _running = Task.Run(() => SealBlock(context, payload, stored));
    }

    /// <summary>Ends when the block that was started last is sealed, or could not be: the bytes that it was made from are no longer needed.</summary>
    public async ValueTask WaitAsync() => await (_running ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Takes the block that was started last, once it is sealed. Its bytes are valid until the one that is started next is taken.</summary>
    public async ValueTask<(int Track, BlockInfo Info, ReadOnlySequence<byte> Payload)> TakeAsync()
    {
        await _running!.ConfigureAwait(false);
        _running = null;
        var (track, info, stored) = _started;
        return (track, info, new ReadOnlySequence<byte>(stored.Written));
    }

    public ValueTask<IReadOnlyList<SignContent>> AuthenticateAsync(H4mkRoot root, CancellationToken cancellationToken)
    {
        if (_root is null)
        {
            return new([]);
        }

        var code = new byte[RootSeal.Length];
        _root.Compute(root.Header.Span, code);
        return new([new SignContent(SignContent.RootMac, code)]);
    }

    public async ValueTask DisposeAsync()
    {
        // It has the buffers and the key until it ends.
        await WaitAsync().ConfigureAwait(false);
        _running = null;
        _sealer.Dispose();
        _root?.Dispose();
        _joined.Dispose();
        foreach (var stored in _buffers)
        {
            stored.Dispose();
        }
    }

    private void SealBlock(in BlockContext context, in ReadOnlySequence<byte> payload, BlockBuffer stored)
    {
        var plain = payload.FirstSpan;
        if (!payload.IsSingleSegment)
        {
            // The cipher takes a block in one piece.
            _joined.Clear();
            payload.CopyTo(_joined.GetSpan((int)payload.Length));
            _joined.Advance((int)payload.Length);
            plain = _joined.Written.Span;
        }

        stored.Clear();
        stored.Advance(_sealer.Seal(context, plain, stored.GetSpan(BlockSealer.GetSealedLength(plain.Length))));
    }
}
