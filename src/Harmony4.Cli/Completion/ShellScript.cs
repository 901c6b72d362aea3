using Harmony4.Cli.Files;

namespace Harmony4.Cli.Completion;

/// <summary>The scripts by which shells ask the tool for completions.</summary>
internal static class ShellScript
{
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "pwsh"];

    public static string Read(string shell) => EmbeddedText.Read($"Completion/harmony4.{shell}");
}
