using System.Diagnostics;

namespace Harmony4.Browser.Tests;

/// <summary>The curl examples of docs/http.md and the README, as printed, but for the address of the host.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public async Task CurlExamples_OfTheDocumentation_Work()
    {
        await using var server = await ServerProcess.StartAsync();
        var root = ServerProcess.FindRoot();
        List<string> examples = [.. await ExamplesAsync(Path.Combine(root, "docs", "http.md"), 10), .. await ExamplesAsync(Path.Combine(root, "README.md"), 3)];
        var folder = Directory.CreateTempSubdirectory("harmony4-curl-").FullName;
        Directory.CreateSymbolicLink(Path.Combine(folder, "samples"), Path.Combine(root, "samples"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "tests"), Path.Combine(root, "tests"));
        foreach (var example in examples)
        {
            var command = example.Replace("http://127.0.0.1:5080", server.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
            using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", command.Replace("curl ", "curl --fail-with-body -sS ", StringComparison.Ordinal) + " > /dev/null"]) { WorkingDirectory = folder })!;
            await shell.WaitForExitAsync();
            Assert.True(shell.ExitCode == 0, $"{shell.ExitCode}: {example}");
        }

        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(root, "samples", "QuickStart", "clip.mp4")), await File.ReadAllBytesAsync(Path.Combine(folder, "clip.mp4")));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<List<string>> ExamplesAsync(string document, int least)
    {
        // Those of a host that runs here; an address elsewhere is only an example of one.
        var examples = (await File.ReadAllLinesAsync(document))
            .Where(l => l.StartsWith("curl ", StringComparison.Ordinal) && l.Contains("127.0.0.1", StringComparison.Ordinal))
            .ToList();
        Assert.True(examples.Count >= least, $"{document}: {examples.Count} examples");
        return examples;
    }
}
