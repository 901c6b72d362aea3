using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Harmony4.Cli.Tests;

/// <summary>Runs the tool in this process, with a folder of its own for its files.</summary>
public sealed partial class Tool : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("harmony4-tool-").FullName;

    public string Path(string name) => System.IO.Path.Combine(_folder, name);

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path(name), bytes);
        return Path(name);
    }

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public byte[] Read(string name) => File.ReadAllBytes(Path(name));

    public IEnumerable<string> Files => Directory.EnumerateFiles(_folder).Select(f => System.IO.Path.GetFileName(f)).Order(StringComparer.Ordinal);

    public Task<Outcome> RunAsync(params string[] args) => RunWithInputAsync([], args);

    public async Task<Outcome> RunWithInputAsync(byte[] input, params string[] args)
    {
        var output = new MemoryStream();
        var error = new StringWriter { NewLine = "\n" };
        using var console = new CliConsole(() => new Pipe(input), output, error);
        var code = await CliApplication.RunAsync(args, console, CancellationToken.None);
        return new Outcome(code, output.ToArray(), error.ToString());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>What a run gave.</summary>
    /// <param name="Code">The exit code.</param>
    /// <param name="Bytes">Standard output.</param>
    /// <param name="Said">Standard error.</param>
    public sealed partial record Outcome(int Code, byte[] Bytes, string Said)
    {
        /// <summary>Gets what standard error says apart from the lines that every export has: what was written, and that times were counted.</summary>
        public string Error => ReportLines().Replace(Said, "");

        [GeneratedRegex(@"^(.+: (version 1\.[01], )?[0-9]+ bytes, .+ keyframes(, root [0-9a-f]{64})?|harmony4: .+: its times are counted, .+)\n", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
        private static partial Regex ReportLines();

        public string Text => Encoding.UTF8.GetString(Bytes);

        public JsonElement Json => JsonDocument.Parse(Bytes).RootElement;

        public void ShouldFail(int code, params string[] parts)
        {
            Assert.Equal((code, ""), (Code, Text));
            Assert.StartsWith("harmony4: ", Error, StringComparison.Ordinal);
            Assert.Equal(1, Error.Count(c => c == '\n'));
            Assert.All(parts, p => Assert.Contains(p, Error, StringComparison.Ordinal));
        }
    }

    /// <summary>Standard input as a pipe: it cannot seek.</summary>
    private sealed class Pipe : MemoryStream
    {
        public Pipe(byte[] bytes)
            : base(bytes, writable: false)
        {
        }

        public override bool CanSeek => false;
    }
}
