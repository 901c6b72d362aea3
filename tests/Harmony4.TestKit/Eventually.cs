namespace Harmony4.TestKit;

/// <summary>Waits for what another thread will do in its own time. A test that waits in vain hangs, and the run's own limit ends it.</summary>
public static class Eventually
{
    public static async Task HoldsAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(5);
        }
    }
}
