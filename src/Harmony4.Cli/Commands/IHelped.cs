namespace Harmony4.Cli.Commands;

/// <summary>What the help of a command says besides its arguments and options.</summary>
internal interface IHelped
{
    /// <summary>Gets lines to try, and what each does.</summary>
    IReadOnlyList<(string Purpose, string Line)> Examples { get; }

    /// <summary>Gets what the exit code 1 means here; null where it cannot occur.</summary>
    string? MeaningOfNo { get; }
}
