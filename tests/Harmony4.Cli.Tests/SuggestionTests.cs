namespace Harmony4.Cli.Tests;

/// <summary>What is said of words that are no verb or option here.</summary>
public sealed class SuggestionTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("exprot clip.mp4", "'exprot' is not a command", "did you mean 'export'?")]
    [InlineData("Verify clip.mp4", "'Verify' is not a command", "did you mean 'verify'?")]
    [InlineData("verfy a", "'verfy' is not a command", "did you mean 'verify'?")]
    [InlineData("insp a", "'insp' is not a command", "did you mean 'inspect'?")]
    [InlineData("tokenize vidoe a", "'vidoe' is not a command", "did you mean 'video'?")]
    [InlineData("export a --sgement fmp4", "'--sgement' is not an option", "did you mean '--segment'?")]
    [InlineData("export a --outptu b", "'--outptu' is not an option", "did you mean '--output'?")]
    [InlineData("inspect --jsn a", "'--jsn' is not an option", "did you mean '--json'?")]
    [InlineData("inspect a --chunk", "'--chunk' is not an option", "did you mean '--chunks'?")]
    [InlineData("seek a 1s --trak=1", "'--trak' is not an option", "did you mean '--track'?")]
    [InlineData("verify a --publickey k", "'--publickey' is not an option", "did you mean '--public-key'?")]
    [InlineData("extract a --fro 1s", "'--fro' is not an option", "did you mean '--from'?")]
    [InlineData("tokenize audio a --topk 3", "'--topk' is not an option", "did you mean '--top-k'?")]
    [InlineData("--hlep", "'--hlep' is not", "did you mean '--help'?")]
    public async Task Run_WordThatIsNearlyOne_SaysWhichInOneLine(string line, params string[] parts) => (await _tool.RunAsync(line.Split(' '))).ShouldFail(2, parts);

    [Theory]
    [InlineData("transmogrify")]
    [InlineData("export a --no-such-option")]
    [InlineData("inspect a -z")]
    [InlineData("[x] inspect a")]
    public async Task Run_WordThatIsNothingLikeOne_IsNotGuessedAt(string line)
    {
        var outcome = await _tool.RunAsync(line.Split(' '));
        outcome.ShouldFail(2, "is not a", "--help lists them");
        Assert.DoesNotContain("did you mean", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_VerbOfVerbsAlone_NamesThem() => (await _tool.RunAsync("tokenize")).ShouldFail(2, "expected harmony4 tokenize video or frames or audio; --help tells more");

    [Theory]
    [InlineData("inspect a b", "'b' is one argument too many")]
    [InlineData("seek a 1s 2s", "'2s' is one argument too many")]
    public async Task Run_ArgumentTooMany_IsCalledThat(string line, string message) => (await _tool.RunAsync(line.Split(' '))).ShouldFail(2, message);

    [Fact]
    public async Task Run_FileThatLooksLikeAnOption_IsTakenBehindTwoDashesOrWithItsFolder()
    {
        (await _tool.RunAsync("inspect", "--jsn")).ShouldFail(2, "./--jsn");
        (await _tool.RunAsync("inspect", "./--jsn")).ShouldFail(3, "no such file");
        (await _tool.RunAsync("inspect", "--", "--jsn")).ShouldFail(3, "--jsn: no such file");
        (await _tool.RunAsync("verify", "--", "-x")).ShouldFail(3, "-x: no such file");
    }

    [Theory]
    [InlineData("[x]")]
    [InlineData("[suggest]")]
    [InlineData("[suggest:3]")]
    [InlineData("[diagram]")]
    [InlineData("[env:A=b]")]
    [InlineData("@x")]
    [InlineData("true")]
    [InlineData("inspect")]
    public async Task Inspect_FileNamedLikeSyntax_IsThatFile(string name)
    {
        // Names are given as they are, so in the folder where the test runs; nothing is written there.
        (await _tool.RunAsync("inspect", name)).ShouldFail(3, $"{name}: no such file");
        (await _tool.RunAsync("verify", "--json", name)).ShouldFail(3, $"{name}: no such file");
        (await _tool.RunAsync("export", name)).ShouldFail(3, $"{name}: no such file");
    }
}
