using System.Diagnostics;
using Harmony4.TestKit;

namespace Harmony4.Tests;

/// <summary>The programs that a newcomer meets first: the README's example and QuickStart.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task ReadmeExample_Run_PrintsWhatTheReadmeSays()
    {
        var (code, output) = await RunAsync("Harmony4.ReadmeExample");
        Assert.Equal(0, code);
        Assert.Equal("block 50 at 2000000 us: 1008 bytes\nproven in 492 bytes: True\nUnsigned: 100 blocks, 0 findings\n", output);

        // The README is copied beside the tests, so that its text and this one cannot drift apart.
        var readme = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "README.md"));
        Assert.Contains(output, readme.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task QuickStart_Run_BringsTheClipBack()
    {
        var folder = Directory.CreateTempSubdirectory("harmony4-quickstart-").FullName;
        try
        {
            var (code, output) = await RunAsync("QuickStart", Vectors.PathOf("media/clip.mp4"), folder);
            Assert.Equal(0, code);
            Assert.Contains("segmented as fmp4", output, StringComparison.Ordinal);
            Assert.Contains("opened with 1 read", output, StringComparison.Ordinal);
            Assert.Contains("the last keyframe at or before 1000000 us is block ", output, StringComparison.Ordinal);
            Assert.Contains("unsigned: 12 blocks, 0 findings", output, StringComparison.Ordinal);
            Assert.Equal(Vectors.Read("media/clip.mp4"), await File.ReadAllBytesAsync(Path.Combine(folder, "clip.mp4")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Evidence_Run_RecoversProvesAndRefuses()
    {
        var folder = Directory.CreateTempSubdirectory("harmony4-evidence-").FullName;
        try
        {
            var (code, output) = await RunAsync("Evidence", "--folder", folder);
            Assert.Equal(0, code);
            Assert.Contains("verified   valid: signed by the recorder, 0 findings", output, StringComparison.Ordinal);
            Assert.Contains("are block 2, by the platform's COSE library", output, StringComparison.Ordinal);
            Assert.Contains("refused    the same block with one bit changed", output, StringComparison.Ordinal);
            var media = await File.ReadAllBytesAsync(Path.Combine(folder, "case.mp4"));
            Assert.Equal(Vectors.Read("media/clip.mp4")[..media.Length], media);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "programs", program, program + ".dll"), .. args]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output.ReplaceLineEndings("\n"));
    }
}
