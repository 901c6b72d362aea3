using System.Diagnostics;
using System.Globalization;

namespace Harmony4.Mutate;

/// <summary>A copy of a test project's output, in which the assembly under test is replaced again and again.</summary>
internal sealed class TestFolder : IDisposable
{
    private const long MemoryLimit = 3L << 30;

    // The processes watch themselves; this is for one that cannot any more.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(20);

    private readonly string _path = Directory.CreateTempSubdirectory("mutate").FullName;
    private readonly string _tests;

    public TestFolder(string output, string assembly)
    {
        output = Path.GetFullPath(output);
        foreach (var directory in Directory.EnumerateDirectories(output, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(_path, Path.GetRelativePath(output, directory)));
        }

        foreach (var file in Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(_path, Path.GetRelativePath(output, file)));
        }

        File.Copy(typeof(TestFolder).Assembly.Location, Path.Combine(_path, "Mutate.dll"), overwrite: true);
        _tests = Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(_path, "*.Tests.deps.json").Single()).Replace(".deps", "", StringComparison.Ordinal);
        AssemblyPath = Path.Combine(_path, assembly + ".dll");
    }

    public string AssemblyPath { get; }

    /// <summary>Gets the first failure of the last run.</summary>
    public string LastOutput { get; private set; } = "";

    private string TimesPath => Path.Combine(_path, "mutate-times.txt");

    /// <summary>Runs all tests on the unchanged assembly and keeps what each takes.</summary>
    public void Measure()
    {
        var watch = Stopwatch.StartNew();
        var code = Start(TestRun.MeasureAll, TimesPath);
        if (code != TestRun.Passed)
        {
            throw new InvalidOperationException($"The tests do not pass without a change ({code}): {LastOutput}");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all tests of {_tests}: {watch.Elapsed.TotalSeconds:f1} s"));
    }

    public Outcome Test(Mutation mutation) => Start(Path.GetFileNameWithoutExtension(mutation.File), TimesPath) switch
    {
        TestRun.Passed => Outcome.Survived,
        TestRun.TooLong => Outcome.TimedOut,
        _ => Outcome.Killed,
    };

    public void Dispose() => Directory.Delete(_path, recursive: true);

    private int Start(string first, string times)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _path };
        string[] arguments =
        [
            "exec", "--depsfile", Path.Combine(_path, _tests + ".deps.json"), "--runtimeconfig", Path.Combine(_path, _tests + ".runtimeconfig.json"),
            Path.Combine(_path, "Mutate.dll"), TestRun.Switch, _tests, first, times,
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x" + MemoryLimit.ToString("X", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using var process = Process.Start(start)!;
        var output = new List<string?>();
        process.OutputDataReceived += (_, line) => output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => output.Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(Longest))
        {
            process.Kill();
            return TestRun.TooLong;
        }

        process.WaitForExit();
        LastOutput = string.Join(' ', output).Trim();
        return process.ExitCode;
    }
}
