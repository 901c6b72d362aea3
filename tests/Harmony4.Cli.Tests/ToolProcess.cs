using System.Diagnostics;

namespace Harmony4.Cli.Tests;

/// <summary>Starts the tool as a process of its own, whose standard streams are pipes.</summary>
internal static class ToolProcess
{
    public static Process Start(string[] args) => Process.Start(new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "harmony4.dll"), .. args])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
