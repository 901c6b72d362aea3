using System.Globalization;
using Xunit.Sdk;

namespace Harmony4.Mutate;

/// <summary>
/// The half of the program that runs among the tests' files, without a compiler: takes changed assemblies one after the other and runs the
/// tests on each, up to the first that fails. All but the project's own assemblies stay loaded and compiled.
/// </summary>
internal static class TestRun
{
    public const string Switch = "--run-tests";
    public const string MeasureAll = "--measure";

    /// <param name="args">The test assembly's name, and the file that keeps what each test takes.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var (name, timesPath) = (args[0], args[1]);

        // Tests write to the console; what is said to the other half must not mix with that.
        var output = Console.Out;
        Console.SetOut(TextWriter.Null);
        while (Console.ReadLine() is { } line)
        {
            var parts = line.Split('\t');
            var failure = await RunAsync(name, changed: parts[1], first: parts[0], timesPath).ConfigureAwait(false);
            await output.WriteLineAsync(failure ?? "").ConfigureAwait(false);
            await output.FlushAsync().ConfigureAwait(false);
        }

        return 0;
    }

    /// <summary>Runs the tests.</summary>
    /// <returns>The first failure, on one line, or <see langword="null"/>.</returns>
    private static async Task<string?> RunAsync(string name, string changed, string first, string timesPath)
    {
        var measures = first == MeasureAll;
        var times = measures ? new Dictionary<string, double>(StringComparer.Ordinal) : ReadTimes(timesPath);
        var context = new TestLoadContext(changed);
        var assembly = new ReflectionAssemblyInfo(context.LoadFromAssemblyName(new(name)));
        var tests = new TestAssembly(assembly);
        using var found = new MessageSink(times, isMeasuring: false);
        using var discoverer = new XunitTestFrameworkDiscoverer(assembly, new NoSourceInformation(), found);
        discoverer.Find(includeSourceInformation: false, found, new TestOptions());
        await found.Done.ConfigureAwait(false);
        var classes = found.Cases.Cast<IXunitTestCase>().GroupBy(c => c.TestMethod.TestClass.Class.Name)
            .OrderByDescending(g => IsAbout(g.Key, first))
            .ThenBy(g => g.Sum(c => times.GetValueOrDefault(c.UniqueID)));
        foreach (var cases in classes)
        {
            using var results = new MessageSink(times, measures);
            using (var runner = new XunitTestAssemblyRunner(tests, cases, results, results, new TestOptions()))
            {
                await runner.RunAsync().ConfigureAwait(false);
            }

            if (results.Failure is not null)
            {
                return results.Failure.ReplaceLineEndings(" ");
            }
        }

        if (measures)
        {
            await File.WriteAllLinesAsync(timesPath, times.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Key} {t.Value}"))).ConfigureAwait(false);
        }

        return found.Cases.Count > 0 ? null : "There are no tests.";
    }

    private static Dictionary<string, double> ReadTimes(string path) => File.ReadLines(path).Select(line => line.Split(' '))
        .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>Whether a test class is named after a source file, or the file begins with the name of what the class tests.</summary>
    private static bool IsAbout(string testClass, string file)
    {
        var name = testClass[(testClass.LastIndexOf('.') + 1)..];
        return name.StartsWith(file, StringComparison.Ordinal)
            || file.StartsWith(name.Replace("Tests", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
