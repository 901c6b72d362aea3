using System.Diagnostics;

namespace Harmony4.Cli.Tests;

/// <summary>Completion, as the tool answers it and as shells ask for it. Where a shell is not installed, its tests pass without having run.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("harmony4 ex", "export", "extract")]
    [InlineData("h4 ver", "verify")]
    [InlineData("/opt/bin/harmony4 ver", "verify")]
    [InlineData("harmony4 tokenize v", "video")]
    [InlineData("harmony4 tokenize ", "audio", "frames", "video")]
    [InlineData("harmony4 completion ", "bash", "fish", "pwsh", "zsh")]
    [InlineData("harmony4 export a.mp4 --seg", "--segment")]
    [InlineData("harmony4 export a.mp4 --segment fm", "fmp4")]
    [InlineData("harmony4 export a.mp4 --segment=fm", "--segment=fmp4")]
    [InlineData("harmony4 export a.mp4 --spec ", "1.0", "1.1")]
    [InlineData("harmony4 export a.mp4 --kind ", "audio", "data", "video")]
    [InlineData("harmony4 export a.mp4 --seal-", "--seal-key-file", "--seal-mode")]
    [InlineData("harmony4 export 'my clip.mp4' --seal-m", "--seal-mode")]
    [InlineData("harmony4 export Ø\\ 𝄞.mp4 --seal-m", "--seal-mode")]
    [InlineData("harmony4 keygen --kind e", "es256", "es384")]
    [InlineData("harmony4 inspect --js", "--json")]
    [InlineData("harmony4 inspect a.h4mk --json --ver", "--verify")]
    // Files are the shell's own.
    [InlineData("harmony4 export ")]
    [InlineData("harmony4 export cl")]
    [InlineData("harmony4 export a.mp4 -o ")]
    [InlineData("harmony4 export a.mp4 --meta m")]
    [InlineData("harmony4 verify a.h4mk ")]
    [InlineData("harmony4 verify [x")]
    [InlineData("harmony4 zzz")]
    public async Task Suggest_Line_GivesWhatMayStandThere(string line, params string[] expected)
    {
        var outcome = await _tool.RunAsync("[suggest]", line);
        Assert.Equal((0, ""), (outcome.Code, outcome.Said));
        Assert.Equal(expected, outcome.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')[0]));
    }

    [Fact]
    public async Task Suggest_EmptyWord_GivesEveryVerbWithWhatItDoes()
    {
        var lines = (await _tool.RunAsync("[suggest]", "harmony4 ")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(14, lines.Length);
        Assert.All(lines, l => Assert.Matches("^[a-z]+\t[A-Z0-9][^\t]+[^.]$", l));
        Assert.Contains("export\tBuild a container from media", lines);
    }

    [Theory]
    [InlineData("harmony4 export a.mp4 --seg fmp4", 27, "--segment")]
    [InlineData("harmony4 ex a.mp4", 11, "export", "extract")]
    public async Task Suggest_CursorInsideTheLine_CompletesTheWordThere(string line, int position, params string[] expected)
    {
        var outcome = await _tool.RunAsync($"[suggest:{position}]", line);
        Assert.Equal(expected, outcome.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')[0]));
    }

    [Theory]
    [InlineData("[suggest:x]")]
    [InlineData("[suggest:-1]")]
    [InlineData("[suggest:99999999999]")]
    [InlineData("[suggest]")]
    public async Task Suggest_OddRequest_IsAnsweredQuietly(string directive)
    {
        foreach (var args in new string[][] { [directive], [directive, "harmony4 \"ex"], [directive, " "] })
        {
            var outcome = await _tool.RunAsync(args);
            Assert.Equal((0, ""), (outcome.Code, outcome.Said));
        }
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task Completion_OfShell_IsAScriptThatAsksTheTool(string shell)
    {
        var outcome = await _tool.RunAsync("completion", shell);
        Assert.Equal((0, ""), (outcome.Code, outcome.Said));
        Assert.Contains("[suggest", outcome.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', outcome.Text);
        Assert.EndsWith("\n", outcome.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ksh", "bash")]
    [InlineData(" bash zsh", "one argument too many")]
    public async Task Completion_OfNoShell_Exits2(string arguments, params string[] parts) =>
        (await _tool.RunAsync(("completion" + arguments).Split(' '))).ShouldFail(2, parts);

    [Theory]
    [InlineData("harmony4 ex", "export extract")]
    [InlineData("harmony4 export a --segment we", "webm")]
    [InlineData("harmony4 export a --segment=we", "webm")]
    [InlineData("harmony4 inspect --js", "--json")]
    [InlineData("./harmony4 ver", "verify")]
    [InlineData("harmony4 export ", "")]
    public async Task Bash_WithTheScript_Completes(string line, string expected)
    {
        // Words as bash splits them: at blanks and at =, which it takes for a word of its own.
        var script = $$"""
            source <(harmony4 completion bash) || exit 9
            complete -p harmony4 > complaint || exit 8
            COMP_LINE='{{line}}'; COMP_POINT=${#COMP_LINE}
            read -r -a COMP_WORDS <<< "${COMP_LINE//=/ = }"
            [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _harmony4 "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            echo "${COMPREPLY[*]}"
            """;
        Assert.Equal((0, expected + "\n"), await RunShellAsync("bash", (0, expected + "\n"), "--norc", "-c", script));
    }

    [Fact]
    public async Task Bash_WithTheScript_LeavesFilesToTheShell()
    {
        var (code, output) = await RunShellAsync("bash", (0, "-o default"), "--norc", "-c", "source <(harmony4 completion bash); complete -p harmony4");
        Assert.Equal(0, code);
        Assert.Contains("-o default", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("harmony4 ex", "export:Build a container from media,extract:Write the track stream, or a part of it,")]
    [InlineData("harmony4 export a --segment we", "webm,")]
    [InlineData("harmony4 export ", "files,")]
    public async Task Zsh_WithTheScript_Completes(string line, string expected)
    {
        // What zsh's completion system would call with the matches.
        const string Script = """
            compdef() { :; }
            _describe() { for m in "${(@P)${@[-1]}}"; do print -n -- "$m,"; done }
            _files() { print -n files, }
            source <(harmony4 completion zsh) || exit 9
            words=("${(@s: :)1}"); CURRENT=${#words}; PREFIX=$words[CURRENT]; SUFFIX=
            _harmony4
            """;
        Assert.Equal((0, expected), await RunShellAsync("zsh", (0, expected), "-f", "-c", Script, "zsh", line));
    }

    [Theory]
    [InlineData("harmony4 ex", "export\tBuild a container from media\nextract\tWrite the track stream, or a part of it\n")]
    [InlineData("harmony4 export a --segment we", "webm\n")]
    [InlineData("harmony4 export a --segment=we", "--segment=webm\n")]
    [InlineData("harmony4 export hidden/ap", "hidden/apple\n")]
    public async Task Fish_WithTheScript_Completes(string line, string expected)
    {
        Directory.CreateDirectory(_tool.Path("hidden"));
        _tool.Write("hidden/apple", "");
        var got = await RunShellAsync("fish", (0, expected), "--no-config", "-c", $"harmony4 completion fish | source; complete -C '{line}'");
        Assert.Equal((0, expected), got);
    }

    [Theory]
    [InlineData("harmony4 ex", "export extract")]
    [InlineData("harmony4 export a --segment we", "webm")]
    public async Task PowerShell_WithTheScript_Completes(string line, string expected)
    {
        var script = $"harmony4 completion pwsh | Out-String | Invoke-Expression; (TabExpansion2 '{line}' {line.Length}).CompletionMatches.CompletionText -join ' '";
        Assert.Equal((0, expected + "\n"), await RunShellAsync("pwsh", (0, expected + "\n"), "-NoProfile", "-Command", script));
    }

    /// <summary>Runs a shell that finds the tool under its name, in a folder of its own; without the shell, returns what is expected.</summary>
    private async Task<(int Code, string Output)> RunShellAsync(string shell, (int Code, string Output) without, params string[] args)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (OperatingSystem.IsWindows() || !folders.Any(f => File.Exists(Path.Combine(f, shell))))
        {
            return without;
        }

        var tool = _tool.Write("harmony4", $"#!/bin/sh\nexec dotnet exec '{ToolProcess.Assembly}' \"$@\"\n");
        File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var folder = Path.GetDirectoryName(tool)!;
        using var process = Process.Start(new ProcessStartInfo(shell, args)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PATH"] = string.Join(Path.PathSeparator, [folder, .. folders]), ["HOME"] = folder },
        })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal("", await error);
        return (process.ExitCode, output);
    }
}
