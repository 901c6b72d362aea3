using System.Diagnostics;

namespace Harmony4.Cli.Tests;

/// <summary>Starts the tool as a process of its own, whose standard streams are pipes.</summary>
internal static class ToolProcess
{
    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "programs", "Harmony4.Cli", "harmony4.dll");

    public static Process Start(string[] args) => Process.Start(new ProcessStartInfo("dotnet", ["exec", Assembly, .. args])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
