using System.Text.RegularExpressions;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>What the tool says of itself.</summary>
public sealed class HelpTests : IDisposable
{
    private static readonly string[] Names =
        ["export", "inspect", "seek", "verify", "extract", "append", "upgrade", "recover", "keygen", "sign", "share", "mask", "tokenize", "completion"];

    private readonly Tool _tool = new();

    public static TheoryData<string> Verbs => [.. Names, "tokenize video", "tokenize audio", "tokenize frames"];

    public static TheoryData<string> Pages => [.. Verbs, ""];

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Run_WithoutArguments_PrintsTheHelpOfTheRoot()
    {
        var alone = await _tool.RunAsync();
        Assert.Equal((0, ""), (alone.Code, alone.Said));
        Assert.Equal((await _tool.RunAsync("--help")).Text, alone.Text);
        Assert.Contains("H4MK", alone.Text, StringComparison.Ordinal);
        Assert.All(Names, v => Assert.Matches($"(?m)^  {v} +[A-Z0-9]", alone.Text));
        Assert.InRange(ExamplesOf(alone.Text).Count(), 3, 6);
    }

    [Theory, MemberData(nameof(Pages))]
    public async Task Help_OfEach_TellsExitCodesInEightyColumns(string verb)
    {
        var help = await _tool.RunAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal((0, ""), (help.Code, help.Said));
        var lines = help.Text.Split('\n');
        Assert.All(lines, l => Assert.True(l.Length <= 80 && l == l.TrimEnd(), l));
        Assert.Contains("Exit codes:", lines);
        Assert.All((int[])[0, 2, 3, 130], c => Assert.Matches($"(?m)^  {c} +[a-z]", help.Text));
        Assert.Contains($"harmony4 {verb}".TrimEnd(), Assert.Single(lines, l => l.StartsWith("Usage:", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Verbs))]
    public async Task Help_OfVerb_HasExamples(string verb)
    {
        var help = (await _tool.RunAsync([.. verb.Split(' '), "--help"])).Text;
        Assert.All(ExamplesOf(help), e => Assert.StartsWith($"harmony4 {verb}", e, StringComparison.Ordinal));
        Assert.NotEmpty(ExamplesOf(help));
    }

    [Theory, MemberData(nameof(Pages))]
    public async Task Help_Examples_Run(string verb)
    {
        await MakeFilesAsync(verb);
        foreach (var example in ExamplesOf((await _tool.RunAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).Text).ToList())
        {
            var (code, error) = await RunLineAsync(example);
            Assert.True(code == 0, $"{example}: {code}, {error}");
        }
    }

    [Theory]
    [InlineData("mask", "-o", "--key-file")]
    [InlineData("upgrade", "-o")]
    [InlineData("recover", "-o")]
    [InlineData("keygen", "-o")]
    [InlineData("sign", "--key")]
    [InlineData("share", "--seal-key-file", "--recipient-key-file")]
    [InlineData("export")]
    [InlineData("extract")]
    public async Task Help_RequiredOptions_AreMarked(string verb, params string[] options)
    {
        var help = (await _tool.RunAsync(verb, "--help")).Text;
        Assert.Equal(options.Order(), Regex.Matches(help, @"(?m)^  (--?[a-z-]+)[^\n]*\n?[^\n-]*\(required\)").Select(m => m.Groups[1].Value).Order());
    }

    [Theory]
    [InlineData("mask a -o b", "--key-file is needed")]
    [InlineData("mask a --key-file k", "-o is needed")]
    [InlineData("upgrade a", "-o is needed: the container")]
    [InlineData("recover a --json", "-o is needed: the container")]
    [InlineData("keygen", "-o is needed: the key file")]
    [InlineData("sign a", "--key is needed: the private key")]
    [InlineData("share a --recipient-key-file b", "--seal-key-file is needed: a key that opens")]
    public async Task Run_RequiredOptionMissing_IsNamedInOneLine(string line, string message)
    {
        var outcome = await _tool.RunAsync(line.Split(' '));
        outcome.ShouldFail(2, message);
        Assert.DoesNotContain("required", outcome.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Help_OfAPathWithASlash_IsAPath() => (await _tool.RunAsync("inspect", "/h")).ShouldFail(3, "/h: no such file");

    private static IEnumerable<string> ExamplesOf(string help) => help.Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith("harmony4 ", StringComparison.Ordinal));

    /// <summary>Makes what the examples name: they are written for somebody who has these files.</summary>
    private async Task MakeFilesAsync(string verb)
    {
        _tool.Write("clip.mp4", Vectors.Read("media/clip.mp4"));
        _tool.Write("next.mp4", Vectors.Read("media/clip.mp4"));
        _tool.Write("speech.wav", Vectors.Read("media/speech.wav"));
        _tool.Write("old.h4mk", Vectors.Read("containers/uneven.h4mk"));
        if (verb is "" or "export" or "keygen")
        {
            return;
        }

        Directory.CreateDirectory(_tool.Path("archive"));
        string[] lines =
        [
            "export clip.mp4", "export clip.mp4 -o .live.h4mk.part", "keygen -o case.key", "keygen -o lab.key", "keygen --kind es256 -o signer.pem",
            "export clip.mp4 -o case.h4mk --seal-key-file case.key", "seek clip.mp4.h4mk 1s --proof answer.proof",
            "sign clip.mp4.h4mk --key signer.pem",
        ];
        foreach (var line in lines)
        {
            var (code, error) = await RunLineAsync($"harmony4 {line}");
            Assert.True(code == 0, $"{line}: {error}");
        }

        File.Delete(_tool.Path("answer.proof"));
    }

    /// <summary>Runs a line as a shell would in the folder of the files; names of files are the words that have a dot, and folders those that end with a slash.</summary>
    private async Task<(int Code, string Error)> RunLineAsync(string line)
    {
        var redirected = line.Split(" > ");
        var words = redirected[0].Split(' ')[1..].Select(w => Regex.IsMatch(w, @"^[a-z.][a-z0-9.]*\.[a-z0-9]+$|/$") ? _tool.Path(w) : w).ToArray();
        var outcome = await _tool.RunAsync(words);
        return (outcome.Code, outcome.Said);
    }
}
