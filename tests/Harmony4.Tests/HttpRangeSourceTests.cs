using System.Net;
using System.Net.Http.Headers;
using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Tests;

public sealed class HttpRangeSourceTests
{
    private static readonly Uri Address = new("http://media.test/c.h4mk");

    [Fact]
    public async Task Open_OverRanges_ReadsAndVerifies()
    {
        var server = new RangeServer(Vectors.Read("containers/uneven.h4mk"));
        await using var container = await H4mkContainer.OpenAsync(new HttpRangeSource(new HttpClient(server), Address));
        Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
        Assert.True(container.Source.ReadCount >= 3);
        Assert.Equal(server.Requests, container.Source.ReadCount);
    }

    [Fact]
    public async Task ReadTail_KnowsTheLength()
    {
        var bytes = Vectors.Read("containers/one-block.h4mk");
        await using var source = new HttpRangeSource(new HttpClient(new RangeServer(bytes)), Address);
        var buffer = new byte[100];
        var read = await source.ReadTailAsync(buffer);
        Assert.Equal((100, bytes.LongLength), (read.Count, read.Length));
        Assert.Equal(bytes[^100..], buffer);
    }

    [Fact]
    public async Task Read_FileChanges_IsAnIOException()
    {
        var server = new RangeServer(new byte[1000]) { Tag = "\"a\"" };
        await using var source = new HttpRangeSource(new HttpClient(server), Address);
        await source.ReadAsync(0, new byte[10]);
        server.Tag = "\"b\"";
        var exception = await Assert.ThrowsAsync<IOException>(() => source.ReadAsync(10, new byte[10]).AsTask());
        Assert.Contains("412", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_FileChangesOnAServerThatIgnoresIfMatch_IsAnIOException()
    {
        var server = new RangeServer(new byte[1000]) { Tag = "\"a\"", IgnoresIfMatch = true };
        await using var source = new HttpRangeSource(new HttpClient(server), Address);
        await source.ReadAsync(0, new byte[10]);
        server.Tag = "\"b\"";
        var exception = await Assert.ThrowsAsync<IOException>(() => source.ReadAsync(10, new byte[10]).AsTask());
        Assert.Contains("changed", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_SignedAddressFails_MessageLeavesItOut()
    {
        var address = new Uri("http://user:password@media.test/c.h4mk?signature=hidden");
        await using var source = new HttpRangeSource(new HttpClient(new RangeServer([]) { Status = HttpStatusCode.BadGateway }), address);
        var exception = await Assert.ThrowsAsync<IOException>(() => source.ReadAsync(0, new byte[10]).AsTask());
        Assert.StartsWith("http://media.test/c.h4mk:", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bytes 0-9/1000")]
    [InlineData("bytes 900-909/1000")]
    public async Task ReadTail_OtherBytesThanTheLast_IsAnIOException(string range)
    {
        await using var source = new HttpRangeSource(new HttpClient(new RangeServer(new byte[1000]) { Answer = ContentRangeHeaderValue.Parse(range) }), Address);
        var exception = await Assert.ThrowsAsync<IOException>(() => source.ReadTailAsync(new byte[10]).AsTask());
        Assert.Contains(range, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_PartWithoutTheLengthOfTheWhole_SaysSo()
    {
        await using var source = new HttpRangeSource(new HttpClient(new RangeServer(new byte[1000]) { Answer = ContentRangeHeaderValue.Parse("bytes 0-9/*") }), Address);
        var exception = await Assert.ThrowsAsync<IOException>(() => source.ReadAsync(0, new byte[10]).AsTask());
        Assert.Contains("bytes 0-9/*", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task Read_NoRanges_IsAnIOExceptionThatNamesTheStatus(HttpStatusCode status)
    {
        await using var source = new HttpRangeSource(new HttpClient(new RangeServer(new byte[1000]) { Status = status }), Address);
        var exception = await Assert.ThrowsAsync<IOException>(() => source.ReadAsync(0, new byte[10]).AsTask());
        Assert.Contains(((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture), exception.Message, StringComparison.Ordinal);
    }

    private sealed class RangeServer(byte[] bytes) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        public string Tag { get; set; } = "\"v\"";

        public HttpStatusCode? Status { get; init; }

        public bool IgnoresIfMatch { get; init; }

        public ContentRangeHeaderValue? Answer { get; init; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            if (Status is { } status)
            {
                return Task.FromResult(new HttpResponseMessage(status) { Content = new ByteArrayContent(bytes) });
            }

            if (!IgnoresIfMatch && request.Headers.IfMatch.Any(t => t.Tag != Tag))
            {
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.PreconditionFailed));
            }

            var range = request.Headers.Range!.Ranges.Single();
            var from = range.From ?? Math.Max(0, bytes.Length - range.To!.Value);
            var to = range.From is null ? bytes.Length - 1 : Math.Min(range.To!.Value, bytes.Length - 1);
            if (from >= bytes.Length)
            {
                var none = new HttpResponseMessage(HttpStatusCode.RequestedRangeNotSatisfiable) { Content = new ByteArrayContent([]) };
                none.Content.Headers.ContentRange = new ContentRangeHeaderValue(bytes.Length);
                return Task.FromResult(none);
            }

            var part = new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = new ByteArrayContent(bytes, (int)from, (int)(to - from + 1)) };
            part.Content.Headers.ContentRange = Answer ?? new ContentRangeHeaderValue(from, to, bytes.Length);
            part.Headers.ETag = new EntityTagHeaderValue(Tag);
            return Task.FromResult(part);
        }
    }
}
