using System.CommandLine;
using System.CommandLine.Parsing;
using Harmony4.Cli.Files;

namespace Harmony4.Cli.Help;

/// <summary>What is wrong with a command line, in one line and in its own words.</summary>
internal static class ParseFault
{
    private const string SeeHelp = "--help lists them";

    /// <summary>Returns the first fault; null where there is none.</summary>
    public static string? Find(ParseResult result)
    {
        var command = result.CommandResult.Command;
        var arguments = result.CommandResult.Children.OfType<ArgumentResult>().Where(a => IsPath(a.Argument)).SelectMany(a => a.Tokens).ToList();

        // Where a path may stand the parser takes an option that it does not know for one.
        if (arguments.Concat(UnmatchedOf(result)).FirstOrDefault(t => IsOption(t.Value) && !IsBehindDashes(result, t)) is { } option)
        {
            return DescribeOption(command, option.Value);
        }

        if (result.UnmatchedTokens is [var first, ..])
        {
            return result.Tokens is [{ Type: TokenType.Directive }, ..] ? $"'{first}' is not a command here; {SeeHelp}"
                : command.Subcommands.Count > 0 ? DescribeCommand(command, first)
                : $"'{first}' is one argument too many: expected {CliApplication.NameOf(command)} {string.Join(' ', command.Arguments.Select(a => $"<{a.Name}>"))}";
        }

        if (command.Subcommands.Count > 0 && command.Action is null && result.Errors.Count > 0)
        {
            return $"expected {CliApplication.NameOf(command)} {string.Join(" or ", command.Subcommands.Select(c => c.Name))}; --help tells more";
        }

        foreach (var error in result.Errors)
        {
            return error.SymbolResult is CommandResult or OptionResult { Implicit: true } && MissingOption(result) is { } missing ? missing : error.Message;
        }

        return arguments.Select(t => Address.FaultOf(t.Value)).FirstOrDefault(f => f is not null);
    }

    private static bool IsPath(Argument argument) => (argument.ValueType == typeof(string) || argument.ValueType == typeof(string[])) && argument.CompletionSources.Count == 0;

    private static bool IsOption(string word) => word.StartsWith('-') && word != InputFile.StandardStream;

    private static IEnumerable<Token> UnmatchedOf(ParseResult result) => result.UnmatchedTokens.Select(w => result.Tokens.First(t => t.Value == w));

    /// <summary>Tells whether a word stands behind <c>--</c>, where all are arguments.</summary>
    private static bool IsBehindDashes(ParseResult result, Token token)
    {
        foreach (var other in result.Tokens)
        {
            if (ReferenceEquals(other, token))
            {
                return false;
            }

            if (other.Type == TokenType.DoubleDash)
            {
                return true;
            }
        }

        return false;
    }

    private static string DescribeOption(Command command, string word)
    {
        var name = word.Split('=', ':')[0];
        var options = command.Options.Concat(command.Parents.OfType<Command>().SelectMany(p => p.Options).Where(o => o.Recursive));
        var file = command.Arguments.Any(IsPath) ? $"; a file of that name is ./{word}" : "";
        return $"'{name}' is not an option here{Guess(name, options.SelectMany(o => o.Aliases.Append(o.Name)))} {SeeHelp}{file}";
    }

    private static string DescribeCommand(Command command, string word) => $"'{word}' is not a command here{Guess(word, command.Subcommands.Select(c => c.Name))} {SeeHelp}";

    private static string Guess(string word, IEnumerable<string> names) => NearestName.Find(word, names) is { } name ? $": did you mean '{name}'?" : ";";

    private static string? MissingOption(ParseResult result)
    {
        var missing = result.CommandResult.Command.Options.FirstOrDefault(o => o.Required && result.GetResult(o) is null or { Implicit: true });
        if (missing is null)
        {
            return null;
        }

        var description = HelpPage.FirstSentence(missing.Description ?? "");
        return $"{missing.Aliases.FirstOrDefault() ?? missing.Name} is needed: {char.ToLowerInvariant(description[0])}{description[1..]}";
    }
}
