using System.IO.Compression;
using System.Net;
using Harmony4.TestKit;

namespace Harmony4.Tests.Sources;

/// <summary>Responses whose head and body do not fit what was asked for, or each other.</summary>
public sealed class HttpRangeSourceBodyTests
{
    private static readonly byte[] File = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];

    [Theory]
    [InlineData("bytes 0-9/1000")]
    [InlineData("bytes 101-110/1000")]
    [InlineData("bytes 100-110/1000")]
    [InlineData("bytes 100-109/*")]
    [InlineData("bytes */1000")]
    [InlineData("blocks 100-109/1000")]
    public async Task Read_OtherBytesThanAsked_IsAnErrorThatNamesThem(string range)
    {
        await using var server = new RangeServer(File) { Misbehave = _ => new RangeResponse("206 Partial Content", File[..10], $"Content-Range: {range}") };
        await HttpRangeSourceTests.FailsAsync(server, $"found {(range.EndsWith("110/1000", StringComparison.Ordinal) || range.StartsWith("bytes 0", StringComparison.Ordinal) ? "Content-Range " : "")}{range}", s => s.ReadAsync(100, new byte[10]));
    }

    [Theory]
    [InlineData("Content-Range: bytes 109-100/1000", "one that cannot be read")]
    [InlineData("Content-Range: bytes 100-109/109", "one that cannot be read")]
    [InlineData("Content-Range: bytes 100-109/50", "one that cannot be read")]
    [InlineData("Content-Range: bytes 100-99999999999999999999/1000", "one that cannot be read")]
    [InlineData("X-None: 1", "none")]
    public async Task Read_NoUsableContentRange_IsAnError(string header, string expected)
    {
        await using var server = new RangeServer(File) { Misbehave = _ => new RangeResponse("206 Partial Content", File[..10], header) };
        await HttpRangeSourceTests.FailsAsync(server, $"expected a Content-Range in bytes with the length of the file, found {expected}", s => s.ReadAsync(100, new byte[10]));
    }

    [Theory]
    [InlineData("9")]
    [InlineData("11")]
    public async Task Read_AnotherContentLengthThanTheRange_IsAnError(string length)
    {
        await using var server = new RangeServer(File) { Misbehave = _ => RangeResponse.Part(File, 100, 109) with { ContentLength = length } };
        await HttpRangeSourceTests.FailsAsync(server, $"expected a body of 10 bytes as Content-Range says, found Content-Length {length}", s => s.ReadAsync(100, new byte[10]));
    }

    [Fact]
    public async Task Read_BodyBreaksOff_IsAnErrorAndNotARetry()
    {
        await using var server = new RangeServer(File) { Misbehave = _ => RangeResponse.Part(File, 100, 104) with { Headers = ["Content-Range: bytes 100-109/1000"], ContentLength = "10", Closes = true } };
        await HttpRangeSourceTests.FailsAsync(server, "ended prematurely", s => s.ReadAsync(100, new byte[10]));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(5, "found 5")]
    [InlineData(10, null)]
    [InlineData(11, "found more")]
    [InlineData(500, "found more")]
    public async Task Read_BodyOfUnknownLength_HasToBeWhatTheRangeSays(int length, string? fault)
    {
        await using var server = new RangeServer(File)
        {
            Misbehave = _ => RangeResponse.Part(File, 0, length - 1) with { Headers = ["Content-Range: bytes 0-9/1000"], ContentLength = "", Closes = true },
        };
        if (fault is not null)
        {
            await HttpRangeSourceTests.FailsAsync(server, $"expected 10 bytes in the response, {fault}", s => s.ReadAsync(0, new byte[10]));
            return;
        }

        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        Assert.Equal(10, (await source.ReadAsync(0, new byte[10])).Count);
    }

    [Fact]
    public async Task Read_ChunkedBody_FreesItsConnection()
    {
        await using var server = new RangeServer(File);
        server.Misbehave = r => new RangeResponse(
            "206 Partial Content",
            [.. "a\r\n"u8, .. File[..10], .. "\r\n0\r\n\r\n"u8],
            "Content-Range: bytes 0-9/1000",
            "Transfer-Encoding: chunked")
        { ContentLength = "" };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        var buffer = new byte[10];
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(10, (await source.ReadAsync(0, buffer)).Count);
            Assert.Equal(File[..10], buffer);
        }

        Assert.Equal(1, server.AcceptedConnections);
    }

    [Fact]
    public async Task Read_WholeFileInsteadOfAPart_ReadsNoBodyAndKeepsTheBuffer()
    {
        var never = new TaskCompletionSource();
        await using var server = new RangeServer(File) { Misbehave = _ => new RangeResponse("200 OK", File) { ContentLength = "4000000000", Hold = never.Task } };
        var buffer = new byte[10];
        await HttpRangeSourceTests.FailsAsync(server, "expected a server that answers ranges, found the whole file (status 200)", s => s.ReadAsync(0, buffer));
        Assert.All(buffer, b => Assert.Equal(0, b));
        await Eventually.HoldsAsync(() => server.OpenConnections == 0);
    }

    [Fact]
    public async Task Read_WholeFileForAPartBehindItsStart_IsAnErrorHoweverShort()
    {
        await using var server = new RangeServer(File) { Misbehave = _ => new RangeResponse("200 OK", File[..5]) };
        await HttpRangeSourceTests.FailsAsync(server, "status 200", s => s.ReadAsync(1, new byte[10]));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("identity, br")]
    public async Task Read_EncodedPart_IsRefused(string encoding)
    {
        await using var server = new RangeServer(File) { Misbehave = r => RangeResponse.Part(File, r.In(1000).From, r.In(1000).To, $"Content-Encoding: {encoding}") };
        await HttpRangeSourceTests.FailsAsync(server, $"found Content-Encoding {encoding.Split(' ')[^1]}", s => s.ReadAsync(0, new byte[10]));
        await HttpRangeSourceTests.FailsAsync(server, "found Content-Encoding", s => s.ReadTailAsync(new byte[10]));
    }

    [Fact]
    public async Task Read_EncodingIdentity_IsNone()
    {
        await using var server = new RangeServer(File) { Validators = ["Content-Encoding: identity"] };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        Assert.Equal(10, (await source.ReadAsync(0, new byte[10])).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_ClientDecompresses_IsAnIOException(bool sound)
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            await gzip.WriteAsync(new byte[5000]);
        }

        var body = sound ? packed.ToArray() : packed.ToArray()[3..];
        await using var server = new RangeServer(File)
        {
            Misbehave = _ => new RangeResponse("206 Partial Content", body, $"Content-Range: bytes 0-{body.Length - 1}/1000", "Content-Encoding: gzip"),
        };
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = DecompressionMethods.All });
        await using var source = new HttpRangeSource(client, server.Address);
        await HttpRangeSourceTests.FailsAsync(source, sound ? "found more" : "", s => s.ReadAsync(0, new byte[1000]), server.Address);
    }

    [Fact]
    public async Task Read_Multipart_IsRefused()
    {
        await using var server = new RangeServer(File) { Misbehave = _ => new RangeResponse("206 Partial Content", File[..10], "Content-Type: multipart/byteranges; boundary=x", "Content-Range: bytes 0-9/1000") };
        await HttpRangeSourceTests.FailsAsync(server, "expected one part, found multipart/byteranges", s => s.ReadAsync(0, new byte[10]));
        await HttpRangeSourceTests.FailsAsync(server, "multipart/byteranges", s => s.ReadTailAsync(new byte[10]));
    }
}
