using System.CommandLine;
using Harmony4.Cli.Files;

namespace Harmony4.Cli.Commands;

/// <summary>The key of a sealed container, and who else is to open it.</summary>
internal sealed class SealArguments(string keyDescription)
{
    private readonly Option<string?> _key = new("--seal-key-file") { Description = keyDescription, HelpName = "file" };
    private readonly Option<string[]> _recipients = new("--recipient-key-file") { Description = "With --seal-key-file: a further key that opens the container; may be given for each recipient.", HelpName = "file", Arity = ArgumentArity.ZeroOrMore, AllowMultipleArgumentsPerToken = false };

    public void AddTo(Command command)
    {
        command.Add(_key);
        command.Add(_recipients);
    }

    public string? KeyPath(ParseResult result) => result.GetValue(_key);

    /// <summary>Reads the keys, which the ring zeroes in the end; null where nothing is sealed.</summary>
    public async Task<SealOptions?> ReadAsync(ParseResult result, KeyRing keys, CliConsole console, CancellationToken cancellationToken)
    {
        var recipientPaths = result.GetValue(_recipients) ?? [];
        if (KeyPath(result) is not { } path)
        {
            return recipientPaths.Length == 0 ? null : throw CliException.Usage("--recipient-key-file goes with --seal-key-file");
        }

        var recipients = new List<SealKey>();
        foreach (var recipient in recipientPaths)
        {
            recipients.Add(keys.Own(await KeyFiles.ReadSealKeyAsync(recipient, console, cancellationToken).ConfigureAwait(false)));
        }

        return new SealOptions
        {
            Key = keys.Own(await KeyFiles.ReadSealKeyAsync(path, console, cancellationToken).ConfigureAwait(false)),
            Recipients = recipients,
        };
    }
}
