using System.CommandLine;
using Harmony4.Cli.Files;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

/// <summary><c>--proof</c> of the commands that write one.</summary>
internal sealed class ProofArguments
{
    private readonly Option<string?> _proof;

    public ProofArguments(string description) => _proof = new Option<string?>("--proof") { Description = description, HelpName = "file" };

    public void AddTo(Command command) => command.Add(_proof);

    public string? Path(ParseResult result) => result.GetValue(_proof);

    /// <summary>Two outputs in one place would leave one of them, or both mixed.</summary>
    public void RequireApartFrom(ParseResult result, string output)
    {
        if (Path(result) is { } path && PlaceOf(path) == PlaceOf(output))
        {
            throw CliException.Usage($"--proof: {path} is where the other output goes");
        }
    }

    /// <summary>Writes a proof where one was asked for, under its temporary name: the caller completes it when all else is done. It takes the place of an older one only with <c>--force</c>.</summary>
    public async Task<OutputFile?> StageAsync(ParseResult result, H4mkContainer container, CliConsole console, Func<ValueTask<byte[]>> prove, bool overwrite, CancellationToken cancellationToken)
    {
        if (Path(result) is not { } path)
        {
            return null;
        }

        if (container.Version == H4mkVersion.V10)
        {
            throw CliException.Usage("--proof: a 1.0 container has no root that a proof could lead to");
        }

        var proof = await prove().ConfigureAwait(false);
        var file = OutputFile.Create(path, overwrite, console);
        try
        {
            await file.Stream.WriteAsync(proof, cancellationToken).ConfigureAwait(false);
            return file;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static string PlaceOf(string path) => path is InputFile.StandardStream or "" ? path : System.IO.Path.GetFullPath(path);
}
