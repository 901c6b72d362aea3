using System.Runtime.CompilerServices;
using Harmony4.Format;

namespace Harmony4.AspNetCore.Internal;

/// <summary>The memory and the disk that all requests share.</summary>
internal sealed class RequestMemory : IDisposable
{
    /// <summary>What a response that is made while the body comes in takes: the two buffers of its <see cref="ResponseSpool"/>.</summary>
    public const int SpoolLength = 256 * 1024;

    /// <summary>What any upload takes besides: the buffers of its file, of the container's writer and of the search for the format.</summary>
    public const int UploadLength = 512 * 1024;

    /// <summary>What server-sent events take besides: the events that are gathered.</summary>
    public const int EventsLength = 128 * 1024;

    private const int ReadLength = 192 * 1024;
    private const int IndexLength = 512 * 1024;
    private const int LeastHash = 1024 * 1024;
    private const int MostHash = 32 * 1024 * 1024;
    private const int HashPart = 32;

    // A rush is what took a quarter; it is over when a sixteenth is left.
    private const int RushPart = 4;
    private const int OverPart = 16;

    private static readonly TimeSpan TrimInterval = TimeSpan.FromSeconds(5);

    // Endpoints may be mapped in several calls: those of one host share it all the same.
    private static readonly ConditionalWeakTable<Harmony4HttpOptions, RequestMemory> OfHosts = [];

    private readonly Timer? _trimming;
    private bool _hadRush;

    private RequestMemory(Harmony4HttpOptions options)
    {
        var length = options.MaxRequestMemory ?? DefaultLength(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        All = new MemoryBudget(length, options.MemoryWait);
        Held = new MemoryBudget(Math.Max(1, length / 8 * 7), options.MemoryWait, All);
        Writers = new MemoryBudget(Math.Max(1, length / 4 * 3), options.MemoryWait, Held);
        Spilled = new MemoryBudget(Math.Max(1, options.MaxSpilledLength), TimeSpan.Zero);
        HashMemory = (int)Math.Clamp(length / HashPart, LeastHash, MostHash);
        _trimming = options.TrimsMemory ? new Timer(_ => Trim(), null, TrimInterval, TrimInterval) : null;
    }

    /// <summary>Gets what all requests take together.</summary>
    public MemoryBudget All { get; }

    /// <summary>Gets the share of what is held for long, uploads and open containers: blocks on their way have the rest for themselves, so who has a container open gets on.</summary>
    public MemoryBudget Held { get; }

    /// <summary>Gets the share of uploads and of streams of events: readers have the rest for themselves.</summary>
    public MemoryBudget Writers { get; }

    /// <summary>Gets what responses may put in temporary files together.</summary>
    public MemoryBudget Spilled { get; }

    /// <summary>Gets what an export may gather of blocks to hash them.</summary>
    public int HashMemory { get; }

    /// <summary>What the requests to one host share, whose options these are.</summary>
    public static RequestMemory Of(Harmony4HttpOptions options) => OfHosts.GetValue(options, static o => new RequestMemory(o));

    /// <summary>What an export is expected to need: a block as it is read, and copies of it; blocks that are hashed; the pages of the index. Of a short body no more than that takes.</summary>
    /// <param name="blockSize">Bytes of a block, where the format does not tell.</param>
    /// <param name="copies">How often a block is there at a time.</param>
    /// <param name="bodyLength">Bytes of the request's body; null where they are not known.</param>
    public long ExpectedOf(long blockSize, int copies, long? bodyLength)
    {
        var body = bodyLength ?? long.MaxValue / 8;
        return (copies * (Math.Min(blockSize, body) + ReadLength)) + Math.Min(3L * HashMemory / 2, 4 * body) + IndexLength;
    }

    /// <summary>The default for a machine or container with so many bytes for the collector: three eighths. The rest is the server's own buffers, the program and the collector's room.</summary>
    public static long DefaultLength(long available) => Math.Max(32 * 1024 * 1024, available / 8 * 3);

    /// <summary>Takes memory until the result is disposed.</summary>
    public static async ValueTask<Share> TakeAsync(MemoryBudget budget, long bytes, CancellationToken cancellationToken)
    {
        await budget.TakeAsync(bytes, cancellationToken);
        return new Share(budget, bytes);
    }

    public void Dispose() => _trimming?.Dispose();

    // The collector keeps what a rush took for the next one, and without allocations it does not even look.
    private void Trim()
    {
        _hadRush |= All.TakePeak() > All.Capacity / RushPart;
        if (_hadRush && All.Taken <= All.Capacity / OverPart)
        {
            _hadRush = false;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    /// <summary>Memory that is taken until this is disposed.</summary>
    internal sealed class Share(MemoryBudget budget, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        public void Dispose() => budget.Return(Interlocked.Exchange(ref _bytes, 0));
    }
}
