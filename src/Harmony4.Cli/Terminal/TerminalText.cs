using System.Text;

namespace Harmony4.Cli.Terminal;

/// <summary>Text from a file on its way to a terminal.</summary>
internal static class TerminalText
{
    /// <summary>Replaces control characters, so that a container cannot drive the terminal it is shown on.</summary>
    public static string Printable(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.AsSpan().ContainsAnyInRange('\u007f', '\u009f'))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            result.Append(char.IsControl(c) ? ' ' : c);
        }

        return result.ToString();
    }
}
