using System.Diagnostics;
using System.Globalization;

namespace Harmony4.Mutate;

/// <summary>A copy of a test project's output, and a process that runs its tests on one changed assembly after the other.</summary>
internal sealed class TestFolder : IDisposable
{
    private const long MemoryLimit = 4L << 30;

    // Assemblies are not unloaded: a process takes only so many.
    private const int RunsPerProcess = 40;

    // The process watches itself; this is for one that cannot any more.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(20);

    private readonly string _path = Directory.CreateTempSubdirectory("mutate").FullName;
    private readonly string _tests;
    private Process? _process;
    private int _runs;

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
        AssemblyPath = Path.Combine(Directory.CreateDirectory(Path.Combine(_path, "changed")).FullName, assembly + ".dll");
    }

    /// <summary>Gets the file to write an assembly to before its tests are run.</summary>
    public string AssemblyPath { get; }

    /// <summary>Runs all tests on the unchanged assembly and keeps what each takes.</summary>
    public void Measure()
    {
        var watch = Stopwatch.StartNew();
        if (Run(TestRun.MeasureAll) is var failure and not "")
        {
            throw new InvalidOperationException($"The tests do not pass without a change: {failure ?? "the process ended"}");
        }

        Stop();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all tests of {_tests}: {watch.Elapsed.TotalSeconds:f1} s"));
    }

    public Outcome Test(Mutation mutation)
    {
        var failure = Run(Path.GetFileNameWithoutExtension(mutation.File));
        if (failure is null)
        {
            var timedOut = _process!.ExitCode == MessageSink.TooLong;
            Stop();
            return timedOut ? Outcome.TimedOut : Outcome.Killed;
        }

        return failure.Length > 0 ? Outcome.Killed : Outcome.Survived;
    }

    public void Dispose()
    {
        Stop();
        Directory.Delete(_path, recursive: true);
    }

    /// <summary>Runs the tests.</summary>
    /// <returns>The first failure, "" when there was none, <see langword="null"/> when the process ended instead.</returns>
    private string? Run(string first)
    {
        if (_runs++ % RunsPerProcess == 0)
        {
            Stop();
        }

        _process ??= Start();
        _process.StandardInput.WriteLine($"{first}\t{AssemblyPath}");
        _process.StandardInput.Flush();
        var answer = _process.StandardOutput.ReadLineAsync();
        if (answer.Wait(Longest) && answer.Result is { } line)
        {
            return line;
        }

        _process.Kill();
        _process.WaitForExit();
        return null;
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _path };
        string[] arguments =
        [
            "exec", "--depsfile", Path.Combine(_path, _tests + ".deps.json"), "--runtimeconfig", Path.Combine(_path, _tests + ".runtimeconfig.json"),
            Path.Combine(_path, "Mutate.dll"), TestRun.Switch, _tests, Path.Combine(_path, "mutate-times.txt"),
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x" + MemoryLimit.ToString("X", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    private void Stop()
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _process = null;
    }
}
