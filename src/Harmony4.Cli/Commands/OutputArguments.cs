using System.CommandLine;

namespace Harmony4.Cli.Commands;

/// <summary><c>-o</c> and <c>--force</c>.</summary>
internal sealed class OutputArguments
{
    private readonly Option<string?> _output;

    private readonly Option<bool> _force = new("--force", "-f") { Description = "Overwrite an existing output." };

    public OutputArguments(string description, bool required = false) => _output = new Option<string?>("--output", "-o") { Description = description, HelpName = "file", Required = required };

    public void AddTo(Command command)
    {
        command.Add(_output);
        command.Add(_force);
    }

    public string? Path(ParseResult result) => result.GetValue(_output);

    public bool Force(ParseResult result) => result.GetValue(_force);
}
