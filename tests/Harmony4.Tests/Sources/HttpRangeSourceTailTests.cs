using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Tests.Sources;

/// <summary>The tail by a suffix range, and by its positions where the server cannot do that.</summary>
public sealed class HttpRangeSourceTailTests
{
    private const int TailLength = 256 * 1024;

    private static readonly byte[] File = [.. Enumerable.Range(0, 600_000).Select(i => (byte)(i * 31 >> 3))];

    public static TheoryData<string, int> Refusals => new()
    {
        { "416 with the length", 4 },
        { "416 without the length", 5 },
        { "400", 5 },
        { "405", 5 },
        { "501", 5 },
        { "200 with a length", 4 },
        { "200 without a length", 5 },
        { "200 with gzip", 5 },
        { "front of the file", 4 },
        { "front of the file with a false length", 5 },
        { "front of the file with too long a length", 5 },
        { "less than the tail", 4 },
        { "less than the tail from its start", 4 },
        { "no Content-Range", 5 },
        { "another unit", 5 },
        { "unreadable Content-Range", 5 },
        { "unknown length", 5 },
        { "multipart", 5 },
        { "another Content-Length", 4 },
    };

    [Fact]
    public async Task OpenSeekBlock_SuffixRanges_TakesThreeRequests()
    {
        await using var server = new RangeServer(File);
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        await OpenSeekBlockAsync(source);
        Assert.Equal(["bytes=-262144", "bytes=300000-365535", "bytes=1000-11239"], server.Ranges);
        Assert.Equal((3, 3), (source.ReadCount, source.RequestCount));
        Assert.All(server.Requests, r => Assert.StartsWith("GET ", r.Line, StringComparison.Ordinal));
        Assert.Equal(1, server.AcceptedConnections);
    }

    [Theory, MemberData(nameof(Refusals))]
    public async Task OpenSeekBlock_SuffixRefused_TakesFiveRequestsAtMost(string how, int requests)
    {
        await using var server = new RangeServer(File) { Misbehave = r => r.IsSuffix ? Refuse(how) : null };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        await OpenSeekBlockAsync(source);
        Assert.Equal(requests, server.Requests.Count);
        Assert.Equal(requests, source.RequestCount);
    }

    [Theory, MemberData(nameof(Refusals))]
    public async Task ReadTail_Again_RemembersWhatTheServerCanDo(string how, int requests)
    {
        await using var server = new RangeServer(File) { Misbehave = r => r.IsSuffix ? Refuse(how) : null };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        await source.ReadTailAsync(new byte[TailLength]);
        Assert.Equal(requests - 2, server.Requests.Count);
        var tail = new byte[100];
        Assert.Equal(new SourceRead(100, File.Length, "\"v\""), await source.ReadTailAsync(tail));
        Assert.Equal(File[^100..], tail);
        Assert.Equal("bytes=599900-599999", server.Ranges.Last());
        Assert.Equal(requests - 1, server.Requests.Count);
    }

    [Theory, MemberData(nameof(Refusals))]
    public async Task ReadTail_ShortFile_IsAllOfIt(string how, int requests)
    {
        _ = requests;
        foreach (var length in new[] { 1, 5000, 8192, 8193, 100_000, TailLength - 1, TailLength })
        {
            var file = File[..length];
            await using var server = new RangeServer(file) { Misbehave = r => r.IsSuffix ? Refuse(how) : null };
            using var client = RangeServer.CreateClient();
            await using var source = new HttpRangeSource(client, server.Address);
            var tail = new byte[TailLength];
            Assert.Equal(new SourceRead(length, length, "\"v\""), await source.ReadTailAsync(tail));
            Assert.Equal(file, tail[..length]);
            Assert.InRange(server.Requests.Count, 2, 3);
        }
    }

    [Theory]
    [InlineData(8192, 2)]
    [InlineData(8193, 3)]
    public async Task ReadTail_FirstReadHoldsTheFile_IsNotReadAgain(int length, int requests)
    {
        await using var server = new RangeServer(File[..length]) { Misbehave = r => r.IsSuffix ? Refuse("400") : null };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        Assert.Equal(length, (await source.ReadTailAsync(new byte[TailLength])).Count);
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task ReadTail_LongerThanTheFile_IsOneRequest()
    {
        await using var server = new RangeServer(File);
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        var tail = new byte[1_000_000];
        Assert.Equal(File.Length, (await source.ReadTailAsync(tail)).Count);
        Assert.Equal(File, tail[..File.Length]);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ReadTail_EmptyFile_IsEmpty()
    {
        await using var server = new RangeServer([]);
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        Assert.Equal(new SourceRead(0, 0), await source.ReadTailAsync(new byte[100]));
        Assert.Equal(new SourceRead(0, 0), await source.ReadAsync(0, new byte[100]));
        Assert.Equal(["bytes=-100", "bytes=0-99"], server.Ranges);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task ReadTail_WholeFileWhereThatWasAsked_IsTaken(int length)
    {
        var file = File[..length];
        await using var server = new RangeServer(file) { Misbehave = _ => new RangeResponse("200 OK", file, "ETag: \"v\"") };
        using var client = RangeServer.CreateClient();
        await using var source = new HttpRangeSource(client, server.Address);
        var tail = new byte[100];
        Assert.Equal(new SourceRead(length, length, "\"v\""), await source.ReadTailAsync(tail));
        Assert.Equal(file, tail[..length]);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("401 Unauthorized")]
    [InlineData("503 Service Unavailable")]
    public async Task ReadTail_FaultThatIsNoRefusal_IsAnErrorAtOnce(string status)
    {
        await using var server = new RangeServer(File) { Misbehave = _ => RangeResponse.Empty(status) };
        await HttpRangeSourceTests.FailsAsync(server, status[..3], s => s.ReadTailAsync(new byte[100]));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ReadTail_NoRangesAtAll_IsAnErrorThatReadsNoBody()
    {
        var never = new TaskCompletionSource();
        await using var server = new RangeServer(File) { Misbehave = _ => new RangeResponse("200 OK", File) { ContentLength = "4000000000", Hold = never.Task } };
        await HttpRangeSourceTests.FailsAsync(server, "the whole file (status 200)", s => s.ReadTailAsync(new byte[100]));
        Assert.Equal(["bytes=-100", "bytes=3999999900-3999999999"], server.Ranges);
    }

    private static async Task OpenSeekBlockAsync(HttpRangeSource source)
    {
        var tail = new byte[TailLength];
        Assert.Equal(new SourceRead(TailLength, File.Length, "\"v\""), await source.ReadTailAsync(tail));
        Assert.Equal(File[^TailLength..], tail);
        var page = new byte[65536];
        Assert.Equal(page.Length, (await source.ReadAsync(300_000, page)).Count);
        Assert.Equal(File[300_000..365_536], page);
        var block = new byte[10240];
        Assert.Equal(block.Length, (await source.ReadAsync(1000, block)).Count);
        Assert.Equal(File[1000..11_240], block);
    }

    // Each leaves out the validators: nothing of a refusal may count as the version that is read.
    private static RangeResponse Refuse(string how) => how switch
    {
        "416 with the length" => RangeResponse.Empty("416 Range Not Satisfiable", "Content-Range: bytes */600000"),
        "416 without the length" => RangeResponse.Empty("416 Range Not Satisfiable"),
        "400" => RangeResponse.Empty("400 Bad Request"),
        "405" => RangeResponse.Empty("405 Method Not Allowed"),
        "501" => RangeResponse.Empty("501 Not Implemented"),
        "200 with a length" => new RangeResponse("200 OK", File),
        "200 without a length" => new RangeResponse("200 OK", File) { ContentLength = "", Closes = true },
        "200 with gzip" => new RangeResponse("200 OK", File[..20], "Content-Encoding: gzip"),
        "front of the file" => RangeResponse.Part(File, 0, TailLength - 1),
        "front of the file with a false length" => new RangeResponse("206 Partial Content", File[..1000], "Content-Range: bytes 0-999/2000"),
        "front of the file with too long a length" => new RangeResponse("206 Partial Content", File[..1000], "Content-Range: bytes 0-999/90000000"),
        "less than the tail" => RangeResponse.Part(File, File.Length - 50, File.Length - 1),
        "less than the tail from its start" => RangeResponse.Part(File, File.Length - TailLength, File.Length - TailLength + 999),
        "no Content-Range" => new RangeResponse("206 Partial Content", File[^TailLength..]),
        "another unit" => new RangeResponse("206 Partial Content", File[^1000..], "Content-Range: blocks 0-999/1000"),
        "unreadable Content-Range" => new RangeResponse("206 Partial Content", File[^1000..], "Content-Range: bytes 999-0/1000"),
        "unknown length" => new RangeResponse("206 Partial Content", File[^1000..], "Content-Range: bytes 599000-599999/*"),
        "multipart" => new RangeResponse("206 Partial Content", File[^1000..], "Content-Type: multipart/byteranges; boundary=x"),
        "another Content-Length" => new RangeResponse("206 Partial Content", File[..1000], $"Content-Range: bytes {File.Length - TailLength}-599999/600000"),
        _ => throw new ArgumentOutOfRangeException(nameof(how), how, null),
    };
}
