using System.Diagnostics;
using System.Globalization;

namespace Harmony4.Mutate;

/// <summary>Tries one change after the other.</summary>
internal static class MutationRun
{
    public static int Run(string[] args)
    {
        var options = Options.Parse(args);
        var project = ProjectCompilation.Load(options.Project, options.Configuration);
        var mutations = project.Sources
            .Where(options.Includes)
            .SelectMany(tree => MutationFinder.Find(project.Compilation, tree))
            .Where((_, i) => i % options.Shards == options.Shard)
            .ToList();
        Console.WriteLine($"{mutations.Count} mutations");
        if (options.ListOnly)
        {
            mutations.ForEach(Console.WriteLine);
            return 0;
        }

        using var folder = new TestFolder(options.TestOutput, project.AssemblyName);
        project.TryEmit(null, folder.AssemblyPath);
        folder.Measure();
        var report = new Report(KnownSurvivors.Read(options.Known));
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < mutations.Count; i++)
        {
            var mutation = mutations[i];
            var outcome = project.TryEmit(mutation, folder.AssemblyPath) ? folder.Test(mutation) : Outcome.NotCompiled;
            report.Add(mutation, outcome);
            if (outcome is Outcome.Survived or Outcome.TimedOut || i % 10 == 9)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{watch.Elapsed:h\\:mm\\:ss} {i + 1}/{mutations.Count} {outcome} {mutation}"));
            }
        }

        return report.Print() >= options.Minimum ? 0 : 1;
    }
}
