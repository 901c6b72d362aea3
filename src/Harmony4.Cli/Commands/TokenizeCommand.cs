using System.CommandLine;

namespace Harmony4.Cli.Commands;

internal static class TokenizeCommand
{
    public static Command Create(CliConsole console) => new("tokenize", "Print the tokens of media without building a container.")
    {
        TokenizeVideoCommand.Create(console),
        TokenizeFramesCommand.Create(console),
        TokenizeAudioCommand.Create(console),
    };
}
