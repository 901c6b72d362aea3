using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Tests.Sources;

/// <summary>A recording on a web server, which grows while it is read.</summary>
public sealed class HttpRangeSourceGrowthTests
{
    private static readonly byte[] File = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];

    [Fact]
    public async Task Read_FileGrows_GoesOnWithTheNewLength()
    {
        await using var server = new RangeServer(File[..1000]);
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address) { AllowGrowth = true };
        var buffer = new byte[100];
        Assert.Equal(new SourceRead(50, 1000, "\"v\""), await source.ReadAsync(950, buffer));
        Assert.Equal(new SourceRead(0, 1000), await source.ReadAsync(1000, buffer));

        server.File = File[..1200];
        server.Validators = ["ETag: \"w\""];
        Assert.Equal(new SourceRead(100, 1200, "\"w\""), await source.ReadAsync(1000, buffer));
        Assert.Equal(File[1000..1100], buffer);
        Assert.Equal(new SourceRead(100, 1200, "\"w\""), await source.ReadTailAsync(buffer));
        Assert.Equal(File[1100..1200], buffer);
        Assert.All(server.Requests, r => Assert.DoesNotContain("if-match", r.Headers.Keys));

        server.File = File[..1100];
        await HttpRangeSourceTests.FailsAsync(source, "its length was 1200, now 1100", s => s.ReadAsync(0, buffer));
    }

    [Fact]
    public async Task Read_FileShrinks_IsAnError()
    {
        await using var server = new RangeServer(File[..1000]);
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address) { AllowGrowth = true };
        await source.ReadAsync(0, new byte[10]);
        server.File = File[..999];
        await HttpRangeSourceTests.FailsAsync(source, "the file shrank while it was read (its length was 1000, now 999)", s => s.ReadAsync(10, new byte[10]));
        await HttpRangeSourceTests.FailsAsync(source, "shrank", s => s.ReadAsync(2000, new byte[10]));
    }

    [Fact]
    public async Task ReadTail_SuffixRefusedAndFileGrowsOnEveryRequest_IsTheTailOfOneLength()
    {
        await using var server = new RangeServer(File[..1000]);
        server.Misbehave = r =>
        {
            server.File = File[..(server.File.Length + 100)];
            return r.IsSuffix ? RangeResponse.Empty("400 Bad Request") : null;
        };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address) { AllowGrowth = true };
        var buffer = new byte[64];
        foreach (var requests in new[] { 3, 2, 2 })
        {
            var before = server.Requests.Count;
            var read = await source.ReadTailAsync(buffer);
            Assert.Equal(64, read.Count);
            Assert.Equal(File[((int)read.Length - 64)..(int)read.Length], buffer);
            Assert.True(read.Length > 1000);
            Assert.Equal(requests, server.Requests.Count - before);
        }
    }

    [Fact]
    public async Task Read_OlderAnswerOvertaken_IsNoShrinking()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RangeServer(File[..1000]);
        server.Misbehave = r =>
        {
            if (r.Range != "bytes=0-9")
            {
                return null;
            }

            var old = RangeResponse.Part(server.File, 0, 9);
            asked.SetResult();
            release.Task.GetAwaiter().GetResult();
            return old;
        };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address) { AllowGrowth = true };
        var slow = Task.Run(() => source.ReadAsync(0, new byte[10]).AsTask());
        await asked.Task;
        server.File = File[..2000];
        Assert.Equal(2000, (await source.ReadAsync(20, new byte[10])).Length);
        release.SetResult();
        Assert.Equal(new SourceRead(10, 1000), await slow);

        // The longer one is remembered.
        server.File = File[..1500];
        await HttpRangeSourceTests.FailsAsync(source, "its length was 2000", s => s.ReadAsync(20, new byte[10]));
    }
}
