using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>Containers at addresses.</summary>
public sealed class WebContainerTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Seek_OverTheWeb_IsThatOfTheFile()
    {
        var file = Vectors.Read("containers/uneven.h4mk");
        await using var server = new RangeServer(file);
        var local = await _tool.RunAsync("seek", _tool.Write("c", file), "1000000", "--json");
        var outcome = await _tool.RunAsync("seek", server.Address.AbsoluteUri, "1000000", "--json");
        Assert.Equal(0, outcome.Code);
        Assert.Equal(local.Json.GetProperty("file_offset").GetInt64(), outcome.Json.GetProperty("file_offset").GetInt64());
        Assert.Equal(server.Requests.Count, outcome.Json.GetProperty("reads").GetInt64());
    }

    [Fact]
    public async Task Inspect_VersionWithoutIndex_SaysHowItWasReadAndKeepsTheSecretsOfTheAddress()
    {
        await using var server = new RangeServer(Vectors.Read("containers/uneven.h4mk"));
        var outcome = await _tool.RunAsync("inspect", server.Address.AbsoluteUri.Replace("//", "//user:password@", StringComparison.Ordinal) + "?signature=hidden");
        Assert.Equal(0, outcome.Code);
        Assert.Equal($"harmony4: {server.Address}: a 1.0 container has no index of its chunks: walked it in reads of 64 KiB\n", outcome.Error);
        Assert.All(server.Requests, r => Assert.Contains("?signature=hidden", r.Line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("export")]
    public async Task Run_AddressFails_KeepsItsSecrets(string verb)
    {
        await using var server = new RangeServer([]) { Misbehave = _ => RangeResponse.Empty("404 Not Found") };
        var outcome = await _tool.RunAsync(verb, server.Address.AbsoluteUri.Replace("//", "//user:password@", StringComparison.Ordinal) + "?signature=hidden");
        outcome.ShouldFail(verb == "verify" ? 3 : 2, $"harmony4: {server.Address}: ");
        Assert.DoesNotContain("hidden", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("password", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(outcome.Error.IndexOf("c.h4mk", StringComparison.Ordinal), outcome.Error.LastIndexOf("c.h4mk", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_FailuresInPassing_AreTriedAgain()
    {
        var file = Vectors.Read("containers/one-block.h4mk");
        var count = 0;
        await using var server = new RangeServer(file);
        server.Misbehave = r => count++ switch
        {
            0 => RangeResponse.Empty("503 Service Unavailable"),
            1 => RangeResponse.Part(file, r.In(file.Length).From, r.In(file.Length).To, server.Validators) with { Body = [1], ContentLength = "1000", Closes = true },
            _ => null,
        };
        var outcome = await _tool.RunAsync("verify", server.Address.AbsoluteUri, "--json");
        Assert.Equal((0, "unsigned"), (outcome.Code, outcome.Json.GetProperty("state").GetString()));
        Assert.Equal(server.Requests[0].Range, server.Requests[1].Range);
        Assert.Equal(server.Requests[0].Range, server.Requests[2].Range);
    }

    [Theory]
    // A server that does not know a range from the end is asked once more, from the start.
    [InlineData("501 Not Implemented", 2)]
    [InlineData("404 Not Found", 1)]
    [InlineData("500 Internal Server Error", 4)]
    public async Task Verify_FailureThatStays_EndsWithItsStatus(string status, int requests)
    {
        await using var server = new RangeServer([]) { Misbehave = _ => RangeResponse.Empty(status) };
        (await _tool.RunAsync("verify", server.Address.AbsoluteUri)).ShouldFail(3, status[..3]);
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task Verify_ServerWithoutRanges_EndsWithoutTheBody()
    {
        var never = new TaskCompletionSource();
        await using var server = new RangeServer([]) { Misbehave = _ => new RangeResponse("200 OK", [0]) { ContentLength = "4000000000", Hold = never.Task } };
        (await _tool.RunAsync("verify", server.Address.AbsoluteUri)).ShouldFail(3, "the whole file (status 200)");

        // The length that it announces makes a range from the start possible, which it ignores as well.
        Assert.Equal([true, false], server.Requests.Select(r => r.IsSuffix));
    }
}
