using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Harmony4.Benchmarks;

/// <summary>
/// Runs the benchmarks: <c>dotnet run -c Release --project benchmarks/Harmony4.Benchmarks -- --filter '*Seek*'</c>.
/// <c>--smoke</c> instead runs each of them once, in process, and fails when one throws.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        var smoke = args.Contains("--smoke");
        var rest = args.Where(a => a != "--smoke").ToArray();
        if (smoke && !rest.Contains("--filter"))
        {
            rest = [.. rest, "--filter", "*"];
        }

        IConfig config = smoke
            ? DefaultConfig.Instance
                .AddJob(Job.Dry.WithToolchain(InProcessEmitToolchain.Instance))
                .WithOptions(ConfigOptions.DisableOptimizationsValidator | ConfigOptions.JoinSummary)
            : DefaultConfig.Instance;
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(rest, config).ToList();

        // BenchmarkDotNet exits 0 when a benchmark throws, so the reports are looked at here.
        var ran = summaries.Sum(s => s.Reports.Length);
        var failed = summaries.Sum(s => s.Reports.Count(r => !r.Success) + s.ValidationErrors.Count(e => e.IsCritical));
        Console.WriteLine($"benchmarks: {ran - failed} ran, {failed} failed");
        return failed == 0 && ran > 0 ? 0 : 1;
    }
}
