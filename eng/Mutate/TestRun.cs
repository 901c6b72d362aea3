using System.Globalization;
using System.Reflection;
using Xunit.Sdk;

namespace Harmony4.Mutate;

/// <summary>Runs the tests of an assembly up to the first that fails. This half of the program runs among the tests' files, without a compiler.</summary>
internal static class TestRun
{
    public const string Switch = "--run-tests";
    public const string MeasureAll = "--measure";
    public const int Passed = 0;
    public const int Failed = 3;

    /// <summary>A process that ends itself by a signal, as a debugger would see it: 128 + 9.</summary>
    public const int TooLong = 137;

    public static int Run(string[] args)
    {
        var (name, first, timesPath) = (args[0], args[1], args[2]);
        var assembly = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
        var times = first == MeasureAll ? new Dictionary<string, double>(StringComparer.Ordinal) : ReadTimes(timesPath);
        using var framework = new XunitTestFramework(new MessageSink(times, isMeasuring: false));
        var found = new MessageSink(times, isMeasuring: false);
        using (var discoverer = framework.GetDiscoverer(new ReflectionAssemblyInfo(assembly)))
        {
            discoverer.Find(includeSourceInformation: false, found, new TestOptions());
            found.Wait();
        }

        var classes = found.Cases.GroupBy(c => c.TestMethod.TestClass.Class.Name)
            .OrderByDescending(g => IsAbout(g.Key, first))
            .ThenBy(g => g.Sum(c => times.GetValueOrDefault(c.UniqueID)));
        using var executor = framework.GetExecutor(assembly.GetName());
        foreach (var cases in classes.ToList())
        {
            using var results = new MessageSink(times, first == MeasureAll);
            executor.RunTests(cases, results, new TestOptions());
            results.Wait();
            if (results.Failure is not null)
            {
                Console.WriteLine(results.Failure);
                return Failed;
            }
        }

        if (first == MeasureAll)
        {
            File.WriteAllLines(timesPath, times.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Key} {t.Value}")));
        }

        return found.Cases.Count > 0 ? Passed : Failed;
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
