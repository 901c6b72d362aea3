using Harmony4.AspNetCore.Internal;

namespace Harmony4.AspNetCore.Tests.Recordings;

public sealed class LiveBodyTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Read_LongAfterTheOneBefore_IsNoSilenceOfTheProducer()
    {
        await using var body = new LiveBody(new MemoryStream(new byte[20]), Silence, CancellationToken.None);
        Assert.Equal(10, await body.ReadAsync(new byte[10]));
        await Task.Delay(4 * Silence);
        Assert.Equal(10, await body.ReadAsync(new byte[10]));
        Assert.Equal(0, await body.ReadAsync(new byte[10]));
        Assert.Null(body.Reason);
    }

    [Fact]
    public async Task Read_ProducerThatFailsOrHostThatStops_IsTheEnd()
    {
        await using var broken = new LiveBody(new Failing(() => new IOException("reset")), Silence, CancellationToken.None);
        Assert.Equal(0, await broken.ReadAsync(new byte[10]));
        Assert.Equal("the producer vanished", broken.Reason);
        Assert.Equal(0, await broken.ReadAsync(new byte[10]));

        using var stopping = new CancellationTokenSource();
        await using var stopped = new LiveBody(new Failing(null), TimeSpan.FromMinutes(5), stopping.Token);
        var reading = stopped.ReadAsync(new byte[10]).AsTask();
        await stopping.CancelAsync();
        Assert.Equal(0, await reading);
        Assert.Equal("the host stopped", stopped.Reason);

        await using var wrong = new LiveBody(new Failing(() => new InvalidDataException("not media")), Silence, CancellationToken.None);
        await Assert.ThrowsAsync<InvalidDataException>(() => wrong.ReadAsync(new byte[10]).AsTask());
    }

    /// <summary>Throws, or never has anything.</summary>
    private sealed class Failing(Func<Exception>? exception) : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (exception is not null)
            {
                throw exception();
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
