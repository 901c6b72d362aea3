using System.Runtime.CompilerServices;
using Harmony4.TestKit;

namespace Harmony4.Transport.Crypto.Tests;

/// <summary>
/// A key that nobody disposes is zeroed by its finaliser, which may run as soon as nobody refers to the key: never while it is
/// still read. Only optimised code lets go of objects that early, so these tests mean something in Release.
/// </summary>
public sealed class KeyLifetimeTests
{
    // The longest derivation there is: 255 steps, each of which reads the key again.
    private const int LongBlockKey = 8160;
    private const int Rounds = 400;

    private static readonly byte[] Secret = Vectors.SeededBytes("secret", 32);

    [Fact]
    public void Apply_MaskThatNobodyHolds_UsesItsKeyToTheEnd()
    {
        var expected = MaskOnce();
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (var i = 0; i < Rounds; i++)
            {
                Assert.Equal(expected, MaskOnce());
            }
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static byte[] MaskOnce()
    {
        var data = new byte[64];
        TransportMask.CreateUnchecked(new MasterKey(Secret), [], LongBlockKey).Apply(7, data);
        return data;
    }
}
