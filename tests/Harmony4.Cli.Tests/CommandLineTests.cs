namespace Harmony4.Cli.Tests;

/// <summary>What holds for every verb: usage, help, names and addresses.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("unknown")]
    [InlineData("export")]
    [InlineData("export - -")]
    [InlineData("export a a --spec 1.0")]
    [InlineData("export a --spec 1.0 --label x")]
    [InlineData("export a --page-log2 0")]
    [InlineData("export a --page-log2 15")]
    [InlineData("export a --page-log2 3 --page-log2 4")]
    [InlineData("export a --kind picture")]
    [InlineData("export a --label 1=x")]
    [InlineData("export a --label x --label y")]
    [InlineData("export a a --label x")]
    [InlineData("export a --time-track x")]
    [InlineData("export a --time-track 7")]
    [InlineData("export a --mask-key-file k --spec 1.1")]
    [InlineData("export a --no-such-option")]
    [InlineData("export a --block-size 0")]
    [InlineData("export a --block-size 12kb")]
    [InlineData("export a --fps 0")]
    [InlineData("export a --fps 1/0")]
    [InlineData("export a --fps 123456789012345678")]
    [InlineData("export a --fps 2000000")]
    [InlineData("export a --gop 0")]
    [InlineData("export a --spec 2.0")]
    [InlineData("export a --segment nothing")]
    [InlineData("seek a")]
    [InlineData("seek a 1:2:3:4")]
    [InlineData("seek a -1")]
    [InlineData("verify")]
    [InlineData("verify a --require-signature")]
    [InlineData("verify a --proof a --root x")]
    [InlineData("verify --proof a")]
    [InlineData("verify --proof a --root x")]
    [InlineData("verify a --root x")]
    [InlineData("extract a --proof p")]
    [InlineData("extract a --container --block 1")]
    [InlineData("seek a 1.5")]
    [InlineData("seek a 1.0000001s")]
    [InlineData("seek a 1.0001ms")]
    [InlineData("mask a -o b")]
    [InlineData("@file")]
    [InlineData("tokenize")]
    [InlineData("tokenize video a -o b")]
    [InlineData("tokenize video a --raw --json")]
    [InlineData("export ''")]
    [InlineData("export a -o ''")]
    [InlineData("export a --meta ''")]
    [InlineData("verify ''")]
    [InlineData("extract '' --json")]
    [InlineData("tokenize audio ''")]
    [InlineData("keygen -o ''")]
    public async Task Run_BadUsage_Exits2WithOneLine(string line)
    {
        _tool.Write("a", [1, 2, 3]);
        var args = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => a switch { "a" => _tool.Path("a"), "''" => "", _ => a }).ToArray();
        (await _tool.RunAsync(args)).ShouldFail(2);
    }

    [Theory]
    [InlineData("seek a 0 --track x")]
    [InlineData("extract a --block 99999999999999999999")]
    [InlineData("export a --gop 1.5")]
    [InlineData("tokenize audio a --top-k many")]
    public async Task Run_NotANumber_SaysSoInWordsOfTheCommandLine(string line)
    {
        var outcome = await _tool.RunAsync(line.Split(' '));
        outcome.ShouldFail(2, "whole number");
        Assert.DoesNotContain("System.", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("export --help")]
    public async Task Run_AskedForHelp_Exits0(string line)
    {
        var outcome = await _tool.RunAsync(line.Split(' '));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.NotEmpty(outcome.Text);
    }

    [Fact]
    public async Task Run_ControlCharactersInAName_DoNotReachTheTerminal()
    {
        var outcome = await _tool.RunAsync("verify", _tool.Path("a\u001b[31m\nb"));
        outcome.ShouldFail(3, "no such file");
        Assert.DoesNotContain('\u001b', outcome.Error);
    }

    [Fact]
    public async Task Run_Directory_IsNamedSo()
    {
        (await _tool.RunAsync("inspect", Path.GetTempPath())).ShouldFail(3, "is a directory");
        (await _tool.RunAsync("export", _tool.Write("a", [1]), "-o", Path.GetTempPath())).ShouldFail(2, "is a directory");
    }
}
