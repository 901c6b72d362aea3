using System.CommandLine;
using System.CommandLine.Invocation;
using Harmony4.Cli.Commands;

namespace Harmony4.Cli.Help;

/// <summary>Shows the <see cref="HelpPage"/> of the command that was named.</summary>
internal sealed class HelpPageAction : SynchronousCommandLineAction
{
    // What a terminal has at least, and what the eye follows.
    private const int PipedWidth = 80;
    private const int LeastWidth = 60;
    private const int LargestWidth = 100;

    // One line after another, from media to a part of it.
    private static readonly IReadOnlyList<(string Purpose, string Line)> Tour =
    [
        ("Build clip.mp4.h4mk.", "harmony4 export clip.mp4"),
        ("What it holds: one read, whatever its size.", "harmony4 inspect clip.mp4.h4mk"),
        ("Read and check every byte.", "harmony4 verify clip.mp4.h4mk"),
        ("The media from the keyframe at or before five seconds on.", "harmony4 extract clip.mp4.h4mk --from 5s -o late.mp4"),
    ];

    private readonly CliConsole _console;
    private readonly IReadOnlyList<VerbGroup> _groups;

    public HelpPageAction(CliConsole console, IReadOnlyList<VerbGroup> groups)
    {
        _console = console;
        _groups = groups;
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        new HelpPage(_console.Output, Width()).Write(command, command is RootCommand ? _groups : [], (command as IHelped)?.Examples ?? Tour);
        return ExitCode.Done;
    }

    private int Width()
    {
        try
        {
            return _console.IsOutputTerminal ? Math.Clamp(Console.WindowWidth, LeastWidth, LargestWidth) : PipedWidth;
        }
        catch (IOException)
        {
            // A terminal that does not tell.
            return PipedWidth;
        }
    }
}
