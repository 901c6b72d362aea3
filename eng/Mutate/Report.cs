using System.Globalization;

namespace Harmony4.Mutate;

/// <summary>Counts outcomes and lists what survived.</summary>
internal sealed class Report(KnownSurvivors known)
{
    private readonly Dictionary<Outcome, int> _counts = Enum.GetValues<Outcome>().ToDictionary(o => o, _ => 0);
    private readonly List<Mutation> _survivors = [];
    private int _knownSurvivors;

    public void Add(Mutation mutation, Outcome outcome)
    {
        _counts[outcome]++;
        if (outcome != Outcome.Survived)
        {
            return;
        }

        if (known.Contains(mutation))
        {
            _knownSurvivors++;
        }
        else
        {
            _survivors.Add(mutation);
        }
    }

    /// <summary>Prints the survivors, as lines for the text of known ones, and the closing line.</summary>
    /// <returns>The share of changes that were noticed, in per cent, those known to make no difference left out.</returns>
    public double Print()
    {
        Console.WriteLine("\nsurvivors:");
        foreach (var mutation in _survivors)
        {
            Console.WriteLine($"{KnownSurvivors.Line(mutation)} (line {mutation.Line})");
        }

        var noticed = _counts[Outcome.Killed] + _counts[Outcome.TimedOut];
        var score = 100.0 * noticed / Math.Max(1, noticed + _survivors.Count);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_counts[Outcome.Killed]} killed, {_counts[Outcome.TimedOut]} timed out, {_survivors.Count} survived: {score:f1} %; {_knownSurvivors} known to change nothing, {_counts[Outcome.NotCompiled]} were no program"));
        return score;
    }
}
