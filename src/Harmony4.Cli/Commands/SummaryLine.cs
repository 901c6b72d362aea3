using System.CommandLine;

namespace Harmony4.Cli.Commands;

/// <summary>The line on standard error that says what was written, and the option that leaves it out.</summary>
internal sealed class SummaryLine
{
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Leave out the line that says what was written. What went wrong or was assumed is said all the same." };

    public void AddTo(Command command) => command.Add(_quiet);

    public Task TellAsync(ParseResult result, CliConsole console, string summary) => result.GetValue(_quiet) ? Task.CompletedTask : console.TellAsync(summary);
}
