using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Harmony4.Browser.Tests;

/// <summary>What becomes of a transfer when the reference host is asked to stop.</summary>
public sealed class DrainTests
{
    // More than the sockets between hold: the host is not done with it while nobody reads.
    private const int Length = 64 * 1024 * 1024;
    private const int Part = 8 * 1024 * 1024;

    [Fact]
    public async Task Stop_WithinTheDrainTime_FinishesTheTransferAndTakesNoOther()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var server = await StartAsync("00:00:50");
        using var transfer = await BeginAsync(server);
        await server.TerminateAsync();
        await RefusesAsync(server);

        // A slow client: it is still at it a while after the signal.
        await Task.Delay(2000);
        Assert.Equal(Length, await ReadToEndAsync(transfer, Length));
        Assert.Equal(0, await server.WaitForExitAsync(TimeSpan.FromSeconds(40)));
    }

    [Fact]
    public async Task Stop_BeyondTheDrainTime_CutsTheTransfer()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var server = await StartAsync("00:00:02");
        using var transfer = await BeginAsync(server);
        var since = Stopwatch.StartNew();
        await server.TerminateAsync();
        await server.WaitForExitAsync(TimeSpan.FromSeconds(40));
        Assert.InRange(since.Elapsed, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(40));
        Assert.InRange(await ReadToEndAsync(transfer, Length), 1, Length - 1);
    }

    private static Task<ServerProcess> StartAsync(string drainTime) => ServerProcess.StartAsync(new Dictionary<string, string> { ["Harmony4__DrainTime"] = drainTime });

    /// <summary>Asks for a long container, and reads the beginning of it.</summary>
    private static async Task<Socket> BeginAsync(ServerProcess server)
    {
        await using (var output = File.Create(Path.Combine(server.Folder, "long")))
        {
            await new MediaTransport().ExportAsync([new ExportInput { Media = new MemoryStream(new byte[Length]) }], output);
        }

        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 * 1024 };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Address.Port));
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /video/range?id=long HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(one) > 0)
        {
            head.Append((char)one[0]);
        }

        Assert.Contains("200 OK", head.ToString(), StringComparison.Ordinal);
        Assert.Contains($"Content-Length: {Length}", head.ToString(), StringComparison.Ordinal);
        return socket;
    }

    /// <summary>Counts the bytes that arrive before the end, however that comes.</summary>
    private static async Task<long> ReadToEndAsync(Socket socket, long expected)
    {
        var buffer = new byte[Part];
        long total = 0;
        try
        {
            int count;
            while (total < expected && (count = await socket.ReceiveAsync(buffer)) > 0)
            {
                total += count;
            }
        }
        catch (SocketException)
        {
            // Cut by a reset.
        }

        return total;
    }

    private static async Task RefusesAsync(ServerProcess server)
    {
        using var client = new HttpClient();
        for (var i = 0; i < 200; i++)
        {
            try
            {
                using var response = await client.GetAsync(new Uri(server.Address, "/health"));
                await Task.Delay(50);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }

        Assert.Fail("the host still takes connections");
    }
}
