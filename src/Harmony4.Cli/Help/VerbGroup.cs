using System.CommandLine;

namespace Harmony4.Cli.Help;

/// <summary>Verbs that belong together, under the heading that help gives them.</summary>
internal sealed record VerbGroup(string Title, IReadOnlyList<Command> Verbs);
