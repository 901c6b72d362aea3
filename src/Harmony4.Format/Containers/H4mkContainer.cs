using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>A container opened for random access: tracks, blocks, keyframes, track streams, proofs, verification.</summary>
/// <remarks>
/// A 1.1 container is opened by one read of its last 256 KiB; a second one when its root is longer. The container keeps the root (56 bytes for
/// each page of the index) and the pages read last.
/// A 1.0 file has no index of its chunks, so opening walks from header to header and keeps 24 bytes a block.
/// Opening never judges a block's payload.
/// All members are safe for concurrent use. Disposing the container disposes its source.
/// </remarks>
public sealed partial class H4mkContainer : IAsyncDisposable
{
    private readonly H4mkContainerOptions _options;
    private readonly ContainerIndex _index;
    private readonly BlockReader _blocks;
    private readonly ChunkReader _chunks;
    private readonly SoundBlocks _sound;
    private readonly bool _isBorrowed;

    private H4mkContainer(H4mkSource source, H4mkContainerOptions options, ContainerIndex index, bool isBorrowed = false)
    {
        _isBorrowed = isBorrowed;
        Source = source;
        _options = options;
        _index = index;
        _blocks = new BlockReader(source, options);
        _chunks = new ChunkReader(source, options);

        // What grows is soon another one, which would not know of it.
        _sound = new SoundBlocks(IsGrowing ? 0 : options.CheckedBlockMemory, index.Memory, options.Memory);
    }

    /// <summary>Gets the version of the format.</summary>
    public H4mkVersion Version => _index.Version;

    /// <summary>Gets the length of the file when it was opened, in bytes.</summary>
    public long Length => _index.Length;

    /// <summary>Gets whether the container was still being written: it has the blocks that were whole when <see cref="H4mkGrowingContainer"/> gave it, and no root yet.</summary>
    public bool IsGrowing => _index is GrowingIndex;

    /// <summary>Gets the tracks, by ascending id. Version 1.0 has one, whose id is 0.</summary>
    public IReadOnlyList<H4mkTrack> Tracks => _index.Tracks;

    /// <summary>Gets how many blocks all tracks have.</summary>
    public long BlockCount => _index.BlockCount;

    /// <summary>Gets how many bytes of memory the index takes at most: what was taken of <see cref="H4mkContainerOptions.Memory"/>, where there is one, until the container is disposed.</summary>
    public long IndexMemory => _index.Memory.Taken;

    /// <summary>Gets the source, which counts reads and bytes.</summary>
    public H4mkSource Source { get; }

    /// <summary>Gets the version 1.1 index; <see langword="null"/> in version 1.0.</summary>
    internal PagedIndex? Paged => _index as PagedIndex;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The container.</returns>
    /// <exception cref="H4mkFormatException">The file is not a sound container.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ValueTask<H4mkContainer> OpenAsync(string path, H4mkContainerOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(H4mkSource.FromFile(path), options, cancellationToken);

    /// <summary>Opens a container in memory.</summary>
    /// <param name="bytes">The bytes of the file, which must not change while the container is in use.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The container.</returns>
    /// <exception cref="H4mkFormatException">The bytes are not a sound container.</exception>
    public static ValueTask<H4mkContainer> OpenAsync(ReadOnlyMemory<byte> bytes, H4mkContainerOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(H4mkSource.FromMemory(bytes), options, cancellationToken);

    /// <summary>Opens a container.</summary>
    /// <param name="source">Where its bytes are. The container owns it: it is disposed with the container, and also when opening fails.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The container.</returns>
    /// <exception cref="H4mkFormatException">The bytes are not a sound container.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public static async ValueTask<H4mkContainer> OpenAsync(H4mkSource source, H4mkContainerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new H4mkContainerOptions();
        try
        {
            return new H4mkContainer(source, options, await ContainerOpening.OpenAsync(source, options, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_isBorrowed)
        {
            return ValueTask.CompletedTask;
        }

        _index.Dispose();
        return Source.DisposeAsync();
    }

    /// <summary>Makes a container of an index and a source that stay their owner's.</summary>
    internal static H4mkContainer Borrow(H4mkSource source, H4mkContainerOptions options, ContainerIndex index) => new(source, options, index, isBorrowed: true);

    /// <summary>Reads what a writer has to know to go on behind the blocks of a 1.1 container.</summary>
    internal ValueTask<ResumedContainer> ResumeAsync(CancellationToken cancellationToken) => ResumedContainer.ReadAsync(Paged!, _chunks, _options, cancellationToken);

    /// <summary>Reads the payload of SEEK as it is stored.</summary>
    internal ValueTask<byte[]> ReadSeekAsync(ChunkInfo seek, CancellationToken cancellationToken) => _chunks.ReadWholeAsync(seek, _options.MaxSeekLength, cancellationToken);

    private int PositionOf(int track) => _index.PositionOf(track) is >= 0 and var position
        ? position
        : throw new ArgumentOutOfRangeException(nameof(track), track, $"expected the id of a track of this container, such as {Tracks[0].Id}");
}
