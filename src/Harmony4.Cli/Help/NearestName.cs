namespace Harmony4.Cli.Help;

/// <summary>Finds the name that a mistyped word was probably meant to be.</summary>
internal static class NearestName
{
    // Of a word this short every other one is near.
    private const int ShortestWord = 3;

    /// <summary>Returns the nearest name; null where none is near.</summary>
    public static string? Find(string word, IEnumerable<string> names)
    {
        var plain = word.TrimStart('-');
        if (plain.Length < ShortestWord)
        {
            return null;
        }

        var best = names
            .Select(n => (Name: n, Distance: Distance(word.ToLowerInvariant(), n)))
            .OrderBy(c => c.Distance)
            .ThenBy(c => c.Name, StringComparer.Ordinal)
            .ToList();
        return best is [var first, ..] && first.Distance <= Math.Max(1, plain.Length / 3) ? first.Name
            : best.Find(c => c.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Name;
    }

    /// <summary>Counts the letters to change, add, leave out or swap with their neighbour.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var changed = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(changed, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}
