using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using Harmony4.Cli.Commands;

namespace Harmony4.Cli.Help;

/// <summary>Writes the help of a command: what it does, takes and means, and lines to try. Lines are wrapped at the width of the reader's terminal.</summary>
internal sealed class HelpPage
{
    private const int Indent = 2;
    private const int LongestLabel = 24;
    private const int LongestChoice = 26;

    private readonly TextWriter _output;
    private readonly int _width;

    public HelpPage(TextWriter output, int width)
    {
        _output = output;
        _width = width;
    }

    /// <param name="command">The command.</param>
    /// <param name="groups">Its verbs in groups, where there are many; else they come in one.</param>
    /// <param name="examples">Lines to try, and what each does.</param>
    public void Write(Command command, IReadOnlyList<VerbGroup> groups, IReadOnlyList<(string Purpose, string Line)> examples)
    {
        WriteWrapped(command.Description ?? "", "");
        _output.WriteLine();
        _output.WriteLine($"Usage: {Usage(command)}");
        WriteSection("Arguments", command.Arguments.Where(a => !a.Hidden).Select(a => ($"<{a.Name}>", a.Description ?? "")));
        if (groups.Count == 0)
        {
            WriteSection("Commands", command.Subcommands.Where(c => !c.Hidden).Select(Entry));
        }

        foreach (var group in groups)
        {
            WriteSection(group.Title, group.Verbs.Select(Entry));
        }

        WriteSection("Options", OptionsOf(command).Select(o => (Label(o), Describe(o))));
        WriteExamples(examples);
        WriteSection("Exit codes", ExitCodes(command));
    }

    /// <summary>Returns the first sentence of a description, without its full stop.</summary>
    public static string FirstSentence(string text)
    {
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).TrimEnd('.');
    }

    private static (string Label, string Text) Entry(Command verb) => (verb.Name, FirstSentence(verb.Description ?? ""));

    private static string Usage(Command command)
    {
        var arguments = command.Arguments.Select(a => (a.Arity.MinimumNumberOfValues > 0 ? $"<{a.Name}>" : $"[<{a.Name}>]") + (a.Arity.MaximumNumberOfValues > 1 ? "..." : ""));
        string[] verb = command.Subcommands.Count > 0 ? ["<command>"] : [];
        return string.Join(' ', [CliApplication.NameOf(command), .. verb, .. arguments, "[options]"]);
    }

    private static IEnumerable<Option> OptionsOf(Command command)
    {
        var own = command.Options.Where(o => !o.Hidden).OrderBy(o => o is HelpOption or VersionOption);
        var inherited = command.Parents.OfType<Command>().SelectMany(p => p.Options.Concat(p.Parents.OfType<Command>().SelectMany(q => q.Options))).Where(o => o.Recursive && !o.Hidden);
        return own.Concat(inherited);
    }

    private static string Label(Option option)
    {
        var names = string.Join(", ", option.Aliases.Where(a => a != "-?").Append(option.Name).OrderBy(n => n.Length).ThenBy(n => n, StringComparer.Ordinal));
        return ValueName(option) is { } value ? $"{names} <{value}>" : names;
    }

    private static string? ValueName(Option option)
    {
        if (option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0)
        {
            return null;
        }

        if (option.HelpName is { } name)
        {
            return name;
        }

        var choice = string.Join('|', option.GetCompletions(CompletionContext.Empty).Select(c => c.Label));
        return choice.Length is > 0 and <= LongestChoice ? choice : option.Name.TrimStart('-');
    }

    private static string Describe(Option option)
    {
        var required = option.Required ? "(required) " : "";
        var value = option.HasDefaultValue && option.ValueType != typeof(bool) ? $" [default: {option.GetDefaultValue()}]" : "";
        return $"{required}{option.Description}{value}";
    }

    private static IEnumerable<(string Label, string Text)> ExitCodes(Command command)
    {
        var isRoot = command is RootCommand;
        yield return ("0", "done");
        if ((isRoot ? "the answer is no: nothing is there, or something does not verify" : (command as IHelped)?.MeaningOfNo) is { } no)
        {
            yield return ("1", no);
        }

        yield return ("2", "the command line is not usable, or an output exists already");
        yield return ("3", "an input is no usable container or media, or could not be read; or an output could not be written");
        yield return ("130", "interrupted");
        yield return ("141", "nobody reads standard output any more");
    }

    private void WriteExamples(IReadOnlyList<(string Purpose, string Line)> examples)
    {
        if (examples.Count == 0)
        {
            return;
        }

        _output.WriteLine();
        _output.WriteLine("Examples:");
        foreach (var (purpose, line) in examples)
        {
            // As a shell takes them: what a line does is a comment, so that both can be copied.
            WriteWrapped(purpose, "  # ");
            _output.WriteLine($"  {line}");
        }
    }

    private void WriteSection(string title, IEnumerable<(string Label, string Text)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
        {
            return;
        }

        _output.WriteLine();
        _output.WriteLine($"{title}:");
        var column = Math.Min(LongestLabel, all.Max(r => r.Label.Length)) + (2 * Indent);
        var margin = new string(' ', column);
        foreach (var (label, text) in all)
        {
            var lines = Wrap(text, _width - column).ToList();
            var isBeside = label.Length <= LongestLabel && lines.Count > 0;
            _output.WriteLine(isBeside ? $"  {label.PadRight(column - Indent)}{lines[0]}" : $"  {label}");
            foreach (var line in lines.Skip(isBeside ? 1 : 0))
            {
                _output.WriteLine(margin + line);
            }
        }
    }

    private void WriteWrapped(string text, string prefix)
    {
        foreach (var line in Wrap(text, _width - prefix.Length))
        {
            _output.WriteLine(prefix + line);
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        if (line.Length > 0)
        {
            yield return line;
        }
    }
}
