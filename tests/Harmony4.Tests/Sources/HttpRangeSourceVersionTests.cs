using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Tests.Sources;

/// <summary>All reads are of one version of the file.</summary>
public sealed class HttpRangeSourceVersionTests
{
    private const string Monday = "Last-Modified: Mon, 02 Nov 2026 08:00:00 GMT";
    private const string Tuesday = "Last-Modified: Tue, 03 Nov 2026 08:00:00 GMT";

    private static readonly byte[] File = new byte[1000];

    public static TheoryData<string[], string[], string> Changes => new()
    {
        { ["ETag: \"a\""], ["ETag: \"b\""], "its entity tag was \"a\", now \"b\"" },
        { ["ETag: \"a\""], [], "its entity tag was \"a\", now absent" },
        { ["ETag: \"a\""], ["ETag: W/\"a\""], "its entity tag was \"a\", now W/\"a\"" },
        { ["ETag: W/\"a\""], ["ETag: W/\"b\""], "its entity tag was W/\"a\", now W/\"b\"" },
        { ["ETag: W/\"a\"", Monday], ["ETag: W/\"a\"", Tuesday], "its date was Mon, 02 Nov 2026 08:00:00 GMT, now Tue, 03 Nov 2026 08:00:00 GMT" },
        { [Monday], [Tuesday], "its date was Mon" },
        { [Monday], [], "now absent" },
        { [], [Monday], "its date was absent" },
        { [], ["ETag: \"a\""], "its entity tag was absent" },
    };

    [Fact]
    public async Task Read_StrongTag_GoesWithEveryLaterRequest()
    {
        await using var server = new RangeServer(File) { Validators = ["ETag: \"a\"", Monday] };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        Assert.Equal("\"a\"", (await source.ReadTailAsync(new byte[10])).VersionTag);
        Assert.Equal("\"a\"", (await source.ReadAsync(0, new byte[10])).VersionTag);
        Assert.Equal("\"a\"", (await source.ReadTailAsync(new byte[10])).VersionTag);
        Assert.Equal([null, "\"a\"", "\"a\""], server.Requests.Select(r => r.Headers.GetValueOrDefault("if-match")));

        // Mirrors of one tag may differ in the date.
        server.Validators = ["ETag: \"a\"", Tuesday];
        await source.ReadAsync(0, new byte[10]);

        server.Validators = ["ETag: \"b\""];
        await HttpRangeSourceTests.FailsAsync(source, "the file changed while it was read (status 412)", s => s.ReadAsync(10, new byte[10]));
        await HttpRangeSourceTests.FailsAsync(source, "412", s => s.ReadTailAsync(new byte[10]));
    }

    [Theory]
    [InlineData("ETag: W/\"a\"")]
    [InlineData("X-None: 1")]
    public async Task Read_NoStrongTag_SendsNoneAndNamesNone(string header)
    {
        await using var server = new RangeServer(File) { Validators = [header] };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        Assert.Null((await source.ReadAsync(0, new byte[10])).VersionTag);
        Assert.Null((await source.ReadAsync(10, new byte[10])).VersionTag);
        Assert.All(server.Requests, r => Assert.DoesNotContain("if-match", r.Headers.Keys));
    }

    [Theory, MemberData(nameof(Changes))]
    public async Task Read_AnotherVersion_IsAnErrorThatNamesTheDifference(string[] before, string[] now, string expected)
    {
        await using var server = new RangeServer(File) { Validators = before };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        await source.ReadAsync(0, new byte[10]);

        // Not every server heeds If-Match.
        server.Misbehave = r => RangeResponse.Part(File, r.In(1000).From, r.In(1000).To, now);
        var buffer = Enumerable.Repeat((byte)0xAA, 10).ToArray();
        await HttpRangeSourceTests.FailsAsync(source, expected, s => s.ReadAsync(10, buffer), server.Address);
        await HttpRangeSourceTests.FailsAsync(source, expected, s => s.ReadTailAsync(buffer), server.Address);
        Assert.All(buffer, b => Assert.Equal(0xAA, b));
    }

    [Fact]
    public async Task Read_AnotherLength_IsAnError()
    {
        await using var server = new RangeServer(File) { Validators = [] };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        await source.ReadAsync(0, new byte[10]);
        foreach (var length in new[] { 1001, 999, 5 })
        {
            server.File = new byte[length];
            await HttpRangeSourceTests.FailsAsync(source, $"its length was 1000, now {length}", s => s.ReadAsync(10, new byte[10]));
            await HttpRangeSourceTests.FailsAsync(source, $"its length was 1000, now {length}", s => s.ReadTailAsync(new byte[10]));
        }
    }

    [Fact]
    public async Task Read_TwoFirstReadsOfTwoVersions_OneFails()
    {
        var release = new TaskCompletionSource();
        var both = new TaskCompletionSource();
        await using var server = new RangeServer(File);
        var count = 0;
        server.Misbehave = r =>
        {
            var number = Interlocked.Increment(ref count);
            if (number == 2)
            {
                both.SetResult();
            }

            return RangeResponse.Part(File, r.In(1000).From, r.In(1000).To, $"ETag: \"{number}\"") with { Hold = release.Task };
        };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        var reads = new[] { source.ReadAsync(0, new byte[10]).AsTask(), source.ReadAsync(10, new byte[10]).AsTask() };
        await both.Task;
        release.SetResult();
        var exception = await Assert.ThrowsAsync<IOException>(() => Task.WhenAll(reads));
        Assert.Contains("its entity tag was", exception.Message, StringComparison.Ordinal);
        Assert.Equal([false, true], reads.Select(r => r.IsCompletedSuccessfully).Order());
    }

    [Fact]
    public async Task Read_PastTheEndFirst_DoesNotCountAsTheVersion()
    {
        await using var server = new RangeServer(File);
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        Assert.Equal(new SourceRead(0, 1000), await source.ReadAsync(5000, new byte[10]));
        Assert.Equal("\"v\"", (await source.ReadAsync(0, new byte[10])).VersionTag);
    }
}
