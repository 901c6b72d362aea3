using System.CommandLine;
using System.Text;
using Harmony4.Cli.Completion;

namespace Harmony4.Cli.Commands;

internal sealed class CompletionCommand : Verb
{
    private readonly Argument<string> _shell = new("shell") { Description = $"One of {string.Join(", ", ShellScript.Shells)}." };

    public CompletionCommand(CliConsole console)
        : base("completion", "Print a script that makes a shell complete verbs, options, values and files.", console)
    {
        _shell.AcceptOnlyFromAmong([.. ShellScript.Shells]);
        Add(_shell);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("In ~/.bashrc: source <(harmony4 completion bash)", "harmony4 completion bash"),
        ("In ~/.zshrc, behind compinit: source <(harmony4 completion zsh)", "harmony4 completion zsh"),
        ("In ~/.config/fish/config.fish: harmony4 completion fish | source", "harmony4 completion fish"),
        ("In $PROFILE: harmony4 completion pwsh | Out-String | Invoke-Expression", "harmony4 completion pwsh"),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        await Console.RawOutput.WriteAsync(Encoding.UTF8.GetBytes(ShellScript.Read(result.GetValue(_shell)!)), cancellationToken).ConfigureAwait(false);
        return ExitCode.Done;
    }
}
