using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Harmony4.Mutate;

/// <summary>One change of a source text.</summary>
/// <param name="Tree">The file.</param>
/// <param name="Span">What is replaced.</param>
/// <param name="Replacement">What stands there instead.</param>
internal sealed record Mutation(SyntaxTree Tree, TextSpan Span, string Replacement)
{
    public string File => Path.GetFileName(Tree.FilePath);

    public int Line => Tree.GetLineSpan(Span).StartLinePosition.Line + 1;

    /// <summary>Gets the line without the change, its indentation left out.</summary>
    public string Before => LineText(Tree.GetText(), Span.Start);

    /// <summary>Gets the line with the change.</summary>
    public string After => LineText(Apply(), Span.Start);

    public SourceText Apply() => Tree.GetText().WithChanges(new TextChange(Span, Replacement));

    public override string ToString() => $"{File}:{Line}: `{Before}` → `{After}`";

    private static string LineText(SourceText text, int position) => text.Lines.GetLineFromPosition(position).ToString().Trim();
}
