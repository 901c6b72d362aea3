using System.Diagnostics;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>What only a process of its own can show: signals, devices, closed pipes.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Export_InterruptedWhileAFileIsSilent_Exits130AndLeavesNothing(string signal)
    {
        // Behind `nohup` or `&` in a script, SIGINT is ignored, and so it is by every process below.
        if (OperatingSystem.IsWindows() || (signal == "INT" && IsInterruptIgnored()))
        {
            return;
        }

        using (var make = Process.Start("mkfifo", [_tool.Path("in")]))
        {
            await make.WaitForExitAsync();
        }

        using var process = ToolProcess.Start(["export", _tool.Path("in"), "-o", _tool.Path("out")]);
        await using (var pipe = new FileStream(_tool.Path("in"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            await pipe.WriteAsync(new byte[3_000_000]);
            await UntilAsync(() => _tool.Files.Contains(".out.part"));
            await SignalAsync(process, signal);
            var error = await ReadToEndAsync(process);
            Assert.Equal((130, "harmony4: interrupted\n"), (process.ExitCode, error));
        }

        Assert.Equal(["in"], _tool.Files);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Export_InterruptedWhileStandardInputIsSilent_CompletesTheContainer(string signal)
    {
        if (OperatingSystem.IsWindows() || (signal == "INT" && IsInterruptIgnored()))
        {
            return;
        }

        var media = Vectors.SeededBytes("interrupted", 3_000_000);
        using var process = ToolProcess.Start(["export", "-", "-o", _tool.Path("out")]);
        await process.StandardInput.BaseStream.WriteAsync(media);
        await process.StandardInput.BaseStream.FlushAsync();

        // Five blocks of 512 KiB reach the file under its temporary name while the pipe is open.
        await UntilAsync(() => File.Exists(_tool.Path(".out.part")) && new FileInfo(_tool.Path(".out.part")).Length > 5 * 512 * 1024);
        await SignalAsync(process, signal);
        var error = await ReadToEndAsync(process);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("the container is complete", error, StringComparison.Ordinal);
        Assert.Equal(["out"], _tool.Files);
        Assert.Equal(0, (await _tool.RunAsync("verify", _tool.Path("out"))).Code);
        var extracted = (await _tool.RunAsync("extract", _tool.Path("out"))).Bytes;
        Assert.InRange(extracted.Length, 5 * 512 * 1024, media.Length);
        Assert.Equal(media[..extracted.Length], extracted);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Append_InterruptedWhileStandardInputIsSilent_CompletesTheContainer(string signal)
    {
        if (OperatingSystem.IsWindows() || (signal == "INT" && IsInterruptIgnored()))
        {
            return;
        }

        var media = Vectors.SeededBytes("interrupted", 3_000_000);
        await _tool.RunAsync("export", _tool.Write("in", media[..524_288]), "-o", _tool.Path("c"));
        var before = new FileInfo(_tool.Path("c")).Length;
        using var process = ToolProcess.Start(["append", _tool.Path("c"), "-"]);
        await process.StandardInput.BaseStream.WriteAsync(media.AsMemory(524_288));
        await process.StandardInput.BaseStream.FlushAsync();
        await UntilAsync(() => new FileInfo(_tool.Path("c")).Length > before + (3 * 524_288));
        await SignalAsync(process, signal);
        var error = await ReadToEndAsync(process);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("the container is complete", error, StringComparison.Ordinal);
        Assert.Equal(["c", "in"], _tool.Files);
        Assert.Equal(0, (await _tool.RunAsync("verify", _tool.Path("c"))).Code);
        var extracted = (await _tool.RunAsync("extract", _tool.Path("c"))).Bytes;
        Assert.InRange(extracted.Length, 4 * 524_288, media.Length);
        Assert.Equal(media[..extracted.Length], extracted);
    }

    [Fact]
    public async Task Append_InterruptedWhileAFileIsSilent_Exits130AndIsUndone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await _tool.RunAsync("export", _tool.Write("in", Vectors.SeededBytes("interrupted", 700_000)), "-o", _tool.Path("c"));
        var old = _tool.Read("c");
        using (var make = Process.Start("mkfifo", [_tool.Path("pipe")]))
        {
            await make.WaitForExitAsync();
        }

        using var process = ToolProcess.Start(["append", _tool.Path("c"), _tool.Path("pipe")]);
        await using (var pipe = new FileStream(_tool.Path("pipe"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            await pipe.WriteAsync(new byte[3_000_000]);
            await UntilAsync(() => new FileInfo(_tool.Path("c")).Length > old.Length);
            await SignalAsync(process, "TERM");
            Assert.Equal("harmony4: interrupted\n", await ReadToEndAsync(process));
            Assert.Equal(130, process.ExitCode);
        }

        Assert.Equal(["c", "in", "pipe"], _tool.Files);
        Assert.Equal(old, _tool.Read("c"));
    }

    [Fact]
    public async Task Export_FullDevice_Exits3WithOneLine()
    {
        if (!File.Exists("/dev/full"))
        {
            return;
        }

        using var process = ToolProcess.Start(["export", _tool.Write("in", Vectors.SeededBytes("full", 3_000_000)), "-o", "/dev/full"]);
        process.StandardInput.Close();
        var error = await ReadToEndAsync(process);
        Assert.Equal((3, "harmony4: /dev/full: No space left on device\n"), (process.ExitCode, error));
    }

    [Fact]
    public async Task Extract_ReaderGoesAway_Exits141Silently()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await _tool.RunAsync("export", _tool.Write("in", new byte[20_000_000]));
        using var process = ToolProcess.Start(["extract", _tool.Path("in.h4mk")]);
        process.StandardInput.Close();
        process.StandardOutput.Close();
        var error = await ReadToEndAsync(process);
        Assert.Equal((141, ""), (process.ExitCode, error));
    }

    [Theory]
    [InlineData("tokenize video in --block-size 100")]
    [InlineData("tokenize video in --block-size 100 --json")]
    [InlineData("tokenize audio in --raw-pcm --json")]
    public async Task Tokenize_FullOutput_IsBlamedOnTheOutput(string line)
    {
        if (!File.Exists("/dev/full"))
        {
            return;
        }

        var input = _tool.Write("in", Vectors.SeededBytes("full", 1_000_000));
        var (code, error) = await ShellAsync(line.Replace(" in ", $" '{input}' ", StringComparison.Ordinal), "> /dev/full");
        Assert.Equal((3, "harmony4: standard output: No space left on device\n"), (code, error));
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2> /dev/full")]
    public async Task Run_StandardErrorIsGone_KeepsItsExitCode(string redirection)
    {
        if (!File.Exists("/dev/full"))
        {
            return;
        }

        Assert.Equal((3, ""), await ShellAsync("verify no-such-file", redirection));
    }

    [Fact]
    public async Task Export_ToANamedPipe_IsReadByTheOtherSide()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var input = _tool.Write("in", Vectors.SeededBytes("fifo", 300_000));
        await _tool.RunAsync("export", input, "-o", _tool.Path("expected"));
        var pipe = _tool.Path("pipe");
        var (code, _) = await ShellAsync($"export '{input}' -o '{pipe}'", $"& cat '{pipe}' > '{_tool.Path("got")}'; wait $!", $"mkfifo '{pipe}'; ");
        Assert.Equal(0, code);
        Assert.Equal(_tool.Read("expected"), _tool.Read("got"));
    }

    [Fact]
    public async Task Export_ThroughALinkToADevice_LeavesTheDeviceAlone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // /dev/full refuses every write, so it is not only written to but cannot have been replaced.
        var link = _tool.Path("link");
        File.CreateSymbolicLink(link, "/dev/full");
        var outcome = await _tool.RunAsync("export", _tool.Write("in", [1, 2, 3]), "-o", link, "--force");
        outcome.ShouldFail(3, link, "No space left");
        Assert.Equal(["in", "link"], _tool.Files);
    }

    [Fact]
    public async Task Export_StandardOutputByName_AppendsWhereTheShellDoes()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var input = _tool.Write("in", [1, 2, 3]);
        await _tool.RunAsync("export", input, "-o", _tool.Path("expected"));
        File.WriteAllText(_tool.Path("log"), "head");
        var (code, _) = await ShellAsync($"export '{input}' -o /dev/stdout", $">> '{_tool.Path("log")}'");
        Assert.Equal(0, code);
        Assert.Equal([.. "head"u8, .. _tool.Read("expected")], _tool.Read("log"));
    }

    private static async Task<(int Code, string Error)> ShellAsync(string line, string redirection, string before = "")
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{before}dotnet exec '{ToolProcess.Assembly}' {line} {redirection}"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, error);
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>What the process says until it ends; it is not waited for without end.</summary>
    private static async Task<string> ReadToEndAsync(Process process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            var error = await process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return error;
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static bool IsInterruptIgnored()
    {
        const int InterruptBit = 1 << 1;
        var line = File.Exists("/proc/self/status") ? File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) : null;
        return line is not null && (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) & InterruptBit) != 0;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 600 && !condition(); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(condition());
    }
}
