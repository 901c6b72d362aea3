namespace Harmony4.Fuzz;

internal static class Promise
{
    // No input here is longer than a few hundred thousand bytes: more memory than this is taken on the word of a length field.
    private const long MostAllocated = 32 * 1024 * 1024;

    public static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }

    /// <summary>Runs over an input that arrives at once, and holds against it what was allocated.</summary>
    public static T Bounded<T>(Func<T> run)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = run();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Require(allocated < MostAllocated, $"{allocated} bytes allocated");
        return result;
    }
}
