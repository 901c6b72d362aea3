namespace Harmony4.TestKit;

/// <summary>Counts what warm code allocates.</summary>
public static class Allocations
{
    private const int Attempts = 10;

    /// <summary>The bytes that <paramref name="calls"/> calls of <paramref name="work"/> allocate on this thread.</summary>
    /// <remarks>
    /// The runtime itself allocates now and then on whatever thread is running, while it compiles: the least of a few attempts is the code's own.
    /// Each attempt makes all the calls, so what is allocated only every so many of them is still found.
    /// </remarks>
    public static long Count(Action work, int calls = 256)
    {
        for (var i = 0; i < 3; i++)
        {
            work();
        }

        var least = long.MaxValue;
        for (var attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < calls; i++)
            {
                work();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
