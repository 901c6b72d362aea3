using System.Globalization;
using Microsoft.CodeAnalysis;

namespace Harmony4.Mutate;

/// <summary>The command line.</summary>
internal sealed class Options
{
    public string Project { get; private set; } = "";

    public string TestOutput { get; private set; } = "";

    public string Configuration { get; private set; } = "Release";

    public string? Known { get; private set; }

    public int Shard { get; private set; }

    public int Shards { get; private set; } = 1;

    public double Minimum { get; private set; }

    public bool ListOnly { get; private set; }

    private List<string> Files { get; } = [];

    public static Options Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i++)
        {
            string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value.");
            switch (args[i])
            {
                case "--project":
                    options.Project = Value();
                    break;
                case "--tests":
                    options.TestOutput = Value();
                    break;
                case "--configuration":
                    options.Configuration = Value();
                    break;
                case "--known":
                    options.Known = Value();
                    break;
                case "--shard":
                    var parts = Value().Split('/');
                    options.Shard = int.Parse(parts[0], CultureInfo.InvariantCulture) - 1;
                    options.Shards = int.Parse(parts[1], CultureInfo.InvariantCulture);
                    break;
                case "--min":
                    options.Minimum = double.Parse(Value(), CultureInfo.InvariantCulture);
                    break;
                case "--list":
                    options.ListOnly = true;
                    break;
                default:
                    options.Files.Add(args[i]);
                    break;
            }
        }

        return options;
    }

    /// <summary>Whether a source file is to be mutated: its path ends with one of the given ones, or contains a given folder, or none was given.</summary>
    public bool Includes(SyntaxTree tree) => Files.Count == 0 || Files.Exists(file => file.EndsWith('/')
        ? tree.FilePath.Contains('/' + file, StringComparison.Ordinal)
        : tree.FilePath.EndsWith('/' + file, StringComparison.Ordinal));
}
