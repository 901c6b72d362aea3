using System.CommandLine;

namespace Harmony4.Cli.Commands;

/// <summary>Has verbs of its own, and does nothing alone.</summary>
internal sealed class TokenizeCommand : Command, IHelped
{
    public TokenizeCommand(CliConsole console)
        : base("tokenize", "Print the tokens of media without building a container.")
    {
        Add(new TokenizeVideoCommand(console));
        Add(new TokenizeFramesCommand(console));
        Add(new TokenizeAudioCommand(console));
    }

    public IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("One JSON object a block.", "harmony4 tokenize video clip.mp4 --json"),
        ("Every frame: time, key flag, position and length.", "harmony4 tokenize frames clip.mp4"),
        ("The spectrogram, as a page that loads nothing.", "harmony4 tokenize audio speech.wav --html speech.html"),
    ];

    public string? MeaningOfNo => null;
}
