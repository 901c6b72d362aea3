using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using Harmony4.Cli.Help;

namespace Harmony4.Cli.Completion;

/// <summary>
/// Answers <c>[suggest] "line"</c>, or <c>[suggest:cursor] "line"</c>: what may stand at the cursor, a line each, with a tab and what it is. Where files may stand it gives nothing, and the
/// shell completes them.
/// </summary>
internal sealed class Suggestions : SynchronousCommandLineAction
{
    private readonly Directive _directive;
    private readonly TextWriter _output;

    public Suggestions(Directive directive, TextWriter output)
    {
        _directive = directive;
        _output = output;
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var line = parseResult.Tokens.LastOrDefault(t => t.Type != TokenType.Directive)?.Value ?? "";
        var position = parseResult.GetResult(_directive)?.Values.SingleOrDefault();
        if (int.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var cursor) && cursor < line.Length)
        {
            line = line[..cursor];
        }

        // The program may have been called by another name.
        var end = line.IndexOf(' ', StringComparison.Ordinal);
        if (end < 0)
        {
            return ExitCode.Done;
        }

        var root = (RootCommand)parseResult.RootCommandResult.Command;
        var word = line[(line.LastIndexOf(' ') + 1)..];

        // The parser looks for --option=value as one word, which is no name of anything.
        var equals = word.StartsWith('-') ? word.IndexOf('=', StringComparison.Ordinal) : -1;
        var prefix = equals < 0 ? "" : word[..(equals + 1)];
        word = word[prefix.Length..];
        var asked = root.Name + line[end..^(word.Length + prefix.Length)] + (equals < 0 ? "" : $"{prefix[..^1]} ") + word;
        foreach (var item in Complete(root, asked, parseResult.Configuration).Where(i => i.Label.StartsWith(word, StringComparison.Ordinal)))
        {
            var isOption = item.Label.StartsWith('-');
            if (isOption == word.StartsWith('-'))
            {
                _output.WriteLine(item.Detail is { Length: > 0 } text ? $"{prefix}{item.Label}\t{HelpPage.FirstSentence(text)}" : prefix + item.Label);
            }
        }

        return ExitCode.Done;
    }

    private static List<CompletionItem> Complete(RootCommand root, string line, ParserConfiguration configuration)
    {
        try
        {
            return [.. root.Parse(line, configuration).GetCompletions(line.Length)];
        }
        catch (InvalidOperationException)
        {
            // The library looks for the last word among its tokens, where one in quotes or behind -- is another.
            return [];
        }
    }
}
