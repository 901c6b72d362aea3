using System.Text.RegularExpressions;

namespace Harmony4.Architecture.Tests;

/// <summary>What a Markdown page says in code.</summary>
public static partial class Markdown
{
    /// <summary>Returns the fenced blocks of C#, each with the number of its first line.</summary>
    public static IEnumerable<(int Line, string Code)> CSharp(string[] page)
    {
        for (var i = 0; i < page.Length; i++)
        {
            if (page[i].StartsWith("```", StringComparison.Ordinal))
            {
                var end = Array.FindIndex(page, i + 1, l => l.StartsWith("```", StringComparison.Ordinal));
                if (page[i] == "```csharp")
                {
                    yield return (i + 2, string.Join('\n', page[(i + 1)..end]));
                }

                i = end;
            }
        }
    }

    /// <summary>Returns all text that is set as code: fenced, indented or in backticks.</summary>
    public static IEnumerable<string> Code(string[] page)
    {
        var isFenced = false;
        foreach (var line in page)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isFenced = !isFenced;
            }
            else if (isFenced || line.StartsWith("    ", StringComparison.Ordinal))
            {
                yield return line;
            }
            else
            {
                foreach (Match span in CodeSpan().Matches(line))
                {
                    yield return span.Value;
                }
            }
        }
    }

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex CodeSpan();
}
