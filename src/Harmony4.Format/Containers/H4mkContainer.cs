using System.Buffers;
using System.Runtime.CompilerServices;
using Harmony4.Format.Internal;
using Harmony4.Hashing;

namespace Harmony4.Format;

/// <summary>A container opened for random access: tracks, blocks, keyframes, track streams, verification.</summary>
/// <remarks>
/// Opening reads headers, never a block's payload (payloads of a few KiB may share a read with the header behind them; nobody looks at them).
/// A 1.0 file has no index of its chunks, so opening walks from header to header and keeps 24 bytes a block.
/// All members are safe for concurrent use. Disposing the container disposes its source.
/// </remarks>
public sealed partial class H4mkContainer : IAsyncDisposable
{
    private readonly H4mkSource _source;
    private readonly H4mkContainerOptions _options;
    private readonly ContainerMap _map;
    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile SeekTable? _seekTable;

    private H4mkContainer(H4mkSource source, H4mkContainerOptions options, ContainerMap map)
    {
        _source = source;
        _options = options;
        _map = map;
        Tracks = [new H4mkTrack(0, TrackKind.Video, map.Blocks.Count, map.Blocks.PayloadLength, Duration: null)];
    }

    /// <summary>Gets the version of the format.</summary>
    public H4mkVersion Version => H4mkVersion.V10;

    /// <summary>Gets the length of the file when it was opened, in bytes.</summary>
    public long Length => _map.Length;

    /// <summary>Gets the tracks, by ascending id. Version 1.0 has one: id 0, kind video, whatever it holds.</summary>
    public IReadOnlyList<H4mkTrack> Tracks { get; }

    /// <summary>Gets how many blocks all tracks have.</summary>
    public long BlockCount => _map.Blocks.Count;

    /// <summary>Gets the source, which counts reads and bytes.</summary>
    public H4mkSource Source => _source;

    /// <summary>Gets how many keyframes SEEK lists; 0 without a SEEK.</summary>
    public int SeekEntryCount => _map.Find(ChunkTag.Seek) is { } seek ? (int)((seek.Length - Layout.SeekCountLength) / Layout.SeekEntryLength) : 0;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The container.</returns>
    /// <exception cref="H4mkFormatException">The file is not a sound container.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ValueTask<H4mkContainer> OpenAsync(string path, H4mkContainerOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(H4mkSource.FromFile(path), options, cancellationToken);

    /// <summary>Opens a container in memory.</summary>
    /// <param name="bytes">The bytes of the file, which must not change while the container is in use.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The container.</returns>
    /// <exception cref="H4mkFormatException">The bytes are not a sound container.</exception>
    public static ValueTask<H4mkContainer> OpenAsync(ReadOnlyMemory<byte> bytes, H4mkContainerOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(H4mkSource.FromMemory(bytes), options, cancellationToken);

    /// <summary>Opens a container.</summary>
    /// <param name="source">Where its bytes are. The container owns it: it is disposed with the container, and also when opening fails.</param>
    /// <param name="options">Limits; null for the defaults.</param>
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
            return new H4mkContainer(source, options, await ContainerWalk.ReadAsync(source, options, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>All chunks in file order, from the map that opening made.</summary>
    internal IEnumerable<ChunkInfo> EnumerateChunks()
    {
        var block = 0;
        foreach (var other in _map.Others)
        {
            for (; block < _map.Blocks.Count && _map.Blocks[block].Chunk.Offset < other.Offset; block++)
            {
                yield return _map.Blocks[block].Chunk;
            }

            yield return other;
        }

        for (; block < _map.Blocks.Count; block++)
        {
            yield return _map.Blocks[block].Chunk;
        }
    }

    /// <summary>Lists every chunk in file order. Version 1.0 does so from memory; a version with an index may read it page by page.</summary>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>The chunks, as they are enumerated.</returns>
    public async IAsyncEnumerable<ChunkInfo> EnumerateChunksAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var chunk in EnumerateChunks())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return chunk;
        }
    }

    /// <summary>Reads the payload of a chunk, such as one of the caller's own kind, and checks its CRC.</summary>
    /// <param name="chunk">A chunk of this container, as <see cref="EnumerateChunksAsync"/> lists it.</param>
    /// <param name="destination">Receives the payload once it is known to be sound; otherwise nothing.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>Bytes of payload.</returns>
    /// <exception cref="H4mkFormatException">The payload does not match its CRC, or is longer than <see cref="H4mkContainerOptions.MaxBlockLength"/>.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<int> ReadChunkAsync(ChunkInfo chunk, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return ReadPayloadAsync(chunk, destination, cancellationToken);
    }

    /// <summary>Reads META.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The JSON object in UTF-8, byte for byte as stored; null when the file has no META.</returns>
    /// <exception cref="H4mkFormatException">The CRC does not match, or the payload is not a JSON object.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public ValueTask<ReadOnlyMemory<byte>?> ReadMetaAsync(CancellationToken cancellationToken = default) => ReadJsonAsync(ChunkTag.Meta, cancellationToken);

    /// <summary>Reads SAFE.</summary>
    /// <inheritdoc cref="ReadMetaAsync"/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadSafeAsync(CancellationToken cancellationToken = default) => ReadJsonAsync(ChunkTag.Safe, cancellationToken);

    /// <summary>Reads the SHA-256 that VERI holds. Whether it matches is for <see cref="VerifyAsync"/> to say.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>32 bytes; null when the file has no VERI.</returns>
    /// <exception cref="H4mkFormatException">The CRC does not match.</exception>
    /// <exception cref="IOException">The source failed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadVeriAsync(CancellationToken cancellationToken = default) =>
        _map.Find(ChunkTag.Veri) is { } chunk ? await ReadWholeAsync(chunk, Layout.VeriLength, cancellationToken).ConfigureAwait(false) : null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _loading.Dispose();
        return _source.DisposeAsync();
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadJsonAsync(ChunkTag tag, CancellationToken cancellationToken)
    {
        if (_map.Find(tag) is not { } chunk)
        {
            return null;
        }

        var json = await ReadWholeAsync(chunk, _options.MaxMetadataLength, cancellationToken).ConfigureAwait(false);
        if (!JsonObject.IsValid(json))
        {
            Throw.Json(chunk);
        }

        return json;
    }

    private async ValueTask<byte[]> ReadWholeAsync(ChunkInfo chunk, long limit, CancellationToken cancellationToken)
    {
        if (chunk.Length > limit)
        {
            Throw.Limit(chunk, limit);
        }

        // The length is no more than the file's, which was read when the chunk was found.
        var payload = new byte[chunk.Length];
        await ReadCheckedAsync(chunk, payload, cancellationToken).ConfigureAwait(false);
        return payload;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadPayloadAsync(ChunkInfo chunk, IBufferWriter<byte> destination, CancellationToken cancellationToken)
    {
        if (chunk.Length > (uint)_options.MaxBlockLength)
        {
            Throw.Limit(chunk, _options.MaxBlockLength);
        }

        var length = (int)chunk.Length;
        if (length > 0)
        {
            await ReadCheckedAsync(chunk, destination.GetMemory(length)[..length], cancellationToken).ConfigureAwait(false);
            destination.Advance(length);
        }
        else
        {
            await ReadCheckedAsync(chunk, Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        }

        return length;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadCheckedAsync(ChunkInfo chunk, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await _source.ReadAsync(chunk.PayloadOffset, destination, cancellationToken).ConfigureAwait(false);
        if (read.Count < destination.Length)
        {
            Throw.Changed(chunk.Offset, chunk.Tag);
        }

        var crc = Crc32.Compute(destination.Span);
        if (crc != chunk.Crc)
        {
            Throw.Crc(chunk, crc);
        }
    }
}
