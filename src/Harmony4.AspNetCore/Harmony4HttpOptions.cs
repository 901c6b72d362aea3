namespace Harmony4;

/// <summary>Limits of the HTTP endpoints. Set them with <c>services.Configure&lt;Harmony4HttpOptions&gt;(…)</c>.</summary>
public sealed class Harmony4HttpOptions
{
    // Less would not hold one upload in blocks of 8 MiB.
    private const long LeastRequestMemory = 32 * 1024 * 1024;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    /// <summary>Gets or sets the longest request body, in bytes; a longer one is answered with 413. The server's own limit does not apply to these endpoints.</summary>
    /// <value>Default 16 GiB.</value>
    public long MaxUploadLength { get; set; } = 16L * 1024 * 1024 * 1024;

    /// <summary>
    /// Gets or sets the most blocks that an upload may become; one of more is answered with 400. An export of version 1.0 keeps 16 bytes for each keyframe, and
    /// media can have keyframes of no length: without a limit, memory would grow with the body.
    /// </summary>
    /// <value>Default 4,194,304: at most 64 MiB.</value>
    public long MaxUploadBlocks { get; set; } = 4L * 1024 * 1024;

    /// <summary>Gets or sets how many containers are kept open for the next request; at least 1. Those in use are not counted out.</summary>
    /// <value>Default 64.</value>
    public int MaxOpenContainers { get; set; } = 64;

    /// <summary>
    /// Gets or sets how many bytes of memory the containers that are kept open may take up together: of version 1.1 ROOT and the pages of the index that were
    /// read last, of 1.0 24 bytes for each block and 16 for each entry of the seek table. Those in use are not counted out. Where requests need memory, those that nobody uses are closed.
    /// </summary>
    /// <value>Default 128 MiB.</value>
    public long MaxOpenMemory { get; set; } = 128L * 1024 * 1024;

    /// <summary>Gets or sets for how many containers <c>GET /containers</c> remembers what their last bytes say, some 300 bytes each; at least 1.</summary>
    /// <value>Default 65,536.</value>
    public int MaxListedContainers { get; set; } = 65_536;

    /// <summary>
    /// Gets or sets how many bytes of memory all requests take together: uploads and streams of events, which get at most three quarters of it, containers that are open, blocks that are
    /// on their way. It is taken before the memory is; a request that does not get it for <see cref="MemoryWait"/> is answered with 503. Not counted are the server's own buffers.
    /// </summary>
    /// <value>Default <see langword="null"/>: three eighths of what the collector may use, which follows the limit of a container; at least 32 MiB.</value>
    public long? MaxRequestMemory { get; set; }

    /// <summary>Gets or sets how long a request waits for memory that others have.</summary>
    /// <value>Default 2 s.</value>
    public TimeSpan MemoryWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets how many bytes all responses together keep in temporary files for clients that do not read them yet; one response may have a quarter of it. A client that reads nothing
    /// beyond that is not read from any more.
    /// </summary>
    /// <value>Default 256 MiB.</value>
    public long MaxSpilledLength { get; set; } = 256L * 1024 * 1024;

    /// <summary>Gets or sets whether one full collection gives memory back to the system when a rush of requests is over.</summary>
    /// <value>Default <see langword="true"/>.</value>
    public bool TrimsMemory { get; set; } = true;

    /// <summary>
    /// Gets or sets whether ranges of track streams are checked: no byte of a block is sent that does not match its digest, or in version 1.0 its CRC.
    /// </summary>
    /// <value>Default <see langword="true"/>.</value>
    public bool CheckBlocks { get; set; } = true;

    /// <summary>
    /// Gets or sets how long a response to a body that is still coming in waits for a client that does not read it, before the
    /// rest goes to a temporary file. Without that, a client that sends all before it reads would never finish.
    /// </summary>
    /// <value>Default 100 ms.</value>
    public TimeSpan SpillDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Gets or sets how long a recording (<c>live=1</c>) waits for bytes of its producer before it is closed with what came, and how long one that nobody writes any more, such as a killed
    /// process leaves, is left alone before a whole container is made of it.
    /// </summary>
    /// <value>Default 30 s.</value>
    public TimeSpan LiveTimeout { get; set; } = TimeSpan.FromSeconds(30);

    internal string? FirstFailure() =>
        MaxUploadLength < 0 ? $"{nameof(MaxUploadLength)}: expected 0 or more, found {MaxUploadLength}"
        : MaxUploadBlocks < 1 ? $"{nameof(MaxUploadBlocks)}: expected 1 or more, found {MaxUploadBlocks}"
        : MaxOpenContainers < 1 ? $"{nameof(MaxOpenContainers)}: expected 1 or more, found {MaxOpenContainers}"
        : MaxOpenMemory < 0 ? $"{nameof(MaxOpenMemory)}: expected 0 or more, found {MaxOpenMemory}"
        : MaxListedContainers < 1 ? $"{nameof(MaxListedContainers)}: expected 1 or more, found {MaxListedContainers}"
        : MaxRequestMemory < LeastRequestMemory ? $"{nameof(MaxRequestMemory)}: expected {LeastRequestMemory} or more, found {MaxRequestMemory}"
        : MemoryWait < TimeSpan.Zero || MemoryWait > LongestDelay ? $"{nameof(MemoryWait)}: expected 0 to {LongestDelay}, found {MemoryWait}"
        : MaxSpilledLength < 0 ? $"{nameof(MaxSpilledLength)}: expected 0 or more, found {MaxSpilledLength}"
        : SpillDelay < TimeSpan.Zero || SpillDelay > LongestDelay ? $"{nameof(SpillDelay)}: expected 0 to {LongestDelay}, found {SpillDelay}"
        : LiveTimeout <= TimeSpan.Zero || LiveTimeout > LongestDelay ? $"{nameof(LiveTimeout)}: expected more than 0 and at most {LongestDelay}, found {LiveTimeout}"
        : null;
}
