using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Tests.Sources;

public sealed class HttpRangeSourceTests
{
    private static readonly byte[] File = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];

    [Fact]
    public async Task Open_OverRanges_ReadsAndVerifies()
    {
        await using var server = new RangeServer(Vectors.Read("containers/uneven.h4mk"));
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        await using var container = await H4mkContainer.OpenAsync(source);
        Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
        Assert.True(source.RequestCount >= 3);
        Assert.Equal(server.Requests.Count, source.RequestCount);
        Assert.Equal(1, server.AcceptedConnections);
    }

    [Fact]
    public async Task Read_OfAnyPlace_IsOneRequestForThoseBytes()
    {
        await using var server = new RangeServer(File);
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        var buffer = new byte[100];
        var read = await source.ReadAsync(250, buffer);
        Assert.Equal(new SourceRead(100, 1000, "\"v\""), read);
        Assert.Equal(File[250..350], buffer);
        Assert.Equal(["bytes=250-349"], server.Ranges);
        Assert.Equal("GET /c.h4mk HTTP/1.1", server.Requests[0].Line);
        Assert.Equal("identity", server.Requests[0].Headers["accept-encoding"]);
    }

    [Fact]
    public async Task Read_AcrossTheEnd_GivesWhatThereIs()
    {
        await using var server = new RangeServer(File);
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        var buffer = new byte[100];
        Assert.Equal(new SourceRead(40, 1000, "\"v\""), await source.ReadAsync(960, buffer));
        Assert.Equal(File[960..], buffer[..40]);
    }

    [Fact]
    public async Task Read_PastTheEnd_AsksOnlyWhileTheLengthIsUnknown()
    {
        await using var server = new RangeServer(File);
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        Assert.Equal(new SourceRead(0, 1000), await source.ReadAsync(1000, new byte[10]));
        Assert.Equal(10, (await source.ReadAsync(990, new byte[10])).Count);
        Assert.Equal(new SourceRead(0, 1000, "\"v\""), await source.ReadAsync(1000, new byte[10]));
        Assert.Equal(new SourceRead(0, 1000, "\"v\""), await source.ReadAsync(long.MaxValue, new byte[10]));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Read_AtTheLargestOffset_AsksForNoByteBehindIt()
    {
        await using var server = new RangeServer(File);
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        Assert.Equal(0, (await source.ReadAsync(long.MaxValue - 3, new byte[10])).Count);
        Assert.Equal([$"bytes={long.MaxValue - 3}-{long.MaxValue}"], server.Ranges);
    }

    [Fact]
    public async Task Read_OfNothing_TellsTheLength()
    {
        await using var server = new RangeServer(File);
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        Assert.Equal(new SourceRead(0, 1000, "\"v\""), await source.ReadAsync(5, Memory<byte>.Empty));
        Assert.Equal(new SourceRead(0, 1000, "\"v\""), await source.ReadTailAsync(Memory<byte>.Empty));
        Assert.Equal(["bytes=0-0"], server.Ranges);
    }

    [Fact]
    public async Task Read_ServerGivesLessThanAsked_AsksForTheRest()
    {
        await using var server = new RangeServer(File);
        server.Misbehave = r => r.In(1000) is var (from, to) && to - from >= 30 ? RangeResponse.Part(File, from, from + 29, server.Validators) : null;
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        var buffer = new byte[100];
        Assert.Equal(100, (await source.ReadAsync(0, buffer)).Count);
        Assert.Equal(File[..100], buffer);
        Assert.Equal(["bytes=0-99", "bytes=30-99", "bytes=60-99", "bytes=90-99"], server.Ranges);
    }

    [Fact]
    public async Task Read_RangeThatTheFileHasIsRefused_IsAnError()
    {
        await using var server = new RangeServer(File) { Misbehave = _ => RangeResponse.Empty("416 Range Not Satisfiable", "Content-Range: bytes */1000") };
        await FailsAsync(server, "416", s => s.ReadAsync(10, new byte[10]));
    }

    [Theory]
    [InlineData("301 Moved Permanently")]
    [InlineData("400 Bad Request")]
    [InlineData("403 Forbidden")]
    [InlineData("404 Not Found")]
    [InlineData("412 Precondition Failed")]
    [InlineData("416 Range Not Satisfiable")]
    [InlineData("500 Internal Server Error")]
    public async Task Read_AnotherStatus_IsAnErrorThatNamesIt(string status)
    {
        await using var server = new RangeServer(File) { Misbehave = _ => RangeResponse.Empty(status) };
        await FailsAsync(server, $"found {status[..3]}", s => s.ReadAsync(10, new byte[10]));
    }

    [Fact]
    public async Task Read_SecretsInTheAddress_StayOutOfTheMessage()
    {
        await using var server = new RangeServer(File) { Misbehave = _ => RangeResponse.Empty("502 Bad Gateway") };
        using var client = RangeServer.CreateClient();
        var address = new Uri(server.Address.AbsoluteUri.Replace("//", "//user:password@", StringComparison.Ordinal) + "?signature=hidden");
        await using var source = new HttpRangeSource(client, address);
        var exception = await Assert.ThrowsAsync<IOException>(() => source.ReadAsync(0, new byte[10]).AsTask());
        Assert.Equal($"{server.Address}: expected status 206, found 502", exception.Message);
        Assert.Equal("GET /c.h4mk?signature=hidden HTTP/1.1", server.Requests[0].Line);
    }

    [Fact]
    public async Task Read_NobodyListens_IsAnErrorWithTheAddress()
    {
        var server = new RangeServer(File);
        await server.DisposeAsync();
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        await FailsAsync(source, "refused", s => s.ReadAsync(0, new byte[10]), server.Address);
    }

    [Fact]
    public async Task Read_RedirectedByTheClient_HoldsTheVersion()
    {
        await using var target = new RangeServer(File);
        await using var server = new RangeServer([]) { Misbehave = _ => RangeResponse.Empty("302 Found", $"Location: {target.Address}") };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        Assert.Equal(10, (await source.ReadAsync(0, new byte[10])).Count);
        Assert.Equal(10, (await source.ReadAsync(10, new byte[10])).Count);
        Assert.Equal("\"v\"", target.Requests[1].Headers["if-match"]);

        await using var other = new RangeServer(File) { Validators = ["ETag: \"w\""] };
        server.Misbehave = _ => RangeResponse.Empty("302 Found", $"Location: {other.Address}");
        await FailsAsync(source, "changed", s => s.ReadAsync(20, new byte[10]));
    }

    [Theory]
    [InlineData("c.h4mk")]
    [InlineData("file:///c.h4mk")]
    public void Create_AddressOfAnotherKind_IsAnArgumentError(string address)
    {
        using var client = new HttpClient();
        Assert.Throws<ArgumentException>(() => new HttpRangeSource(client, new Uri(address, UriKind.RelativeOrAbsolute)));
    }

    internal static async Task FailsAsync(RangeServer server, string expected, Func<HttpRangeSource, ValueTask<SourceRead>> read)
    {
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        await FailsAsync(source, expected, read, server.Address);
    }

    internal static async Task FailsAsync(HttpRangeSource source, string expected, Func<HttpRangeSource, ValueTask<SourceRead>> read, Uri? address = null)
    {
        var exception = await Assert.ThrowsAsync<IOException>(() => read(source).AsTask());
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        if (address is not null)
        {
            Assert.StartsWith($"{address}: ", exception.Message, StringComparison.Ordinal);
        }
    }
}
