namespace Harmony4.Architecture.Tests;

/// <summary>What one package may reference and where its types may live: the table of docs/architecture.md, as a test reads it.</summary>
/// <param name="Assembly">The assembly's name.</param>
/// <param name="RootNamespace">Every type lives here or below.</param>
/// <param name="Packages">Harmony4 assemblies that it may reference.</param>
/// <param name="Libraries">Assemblies of other packages that it may reference.</param>
/// <param name="Banned">Parts of the platform that its tier must not touch, by prefix.</param>
public sealed record PackageRule(string Assembly, string RootNamespace, string[] Packages, string[] Libraries, string[] Banned)
{
    /// <summary>A namespace that it shares: what a host calls at start-up stands beside <c>AddHarmony4</c>.</summary>
    public string? SharedNamespace { get; init; }

    private static readonly string[] Network = ["System.Net", "Microsoft.AspNetCore"];
    private static readonly string[] Cryptography = ["System.Security.Cryptography"];

    public static IReadOnlyList<PackageRule> All { get; } =
    [
        new("Harmony4.Hashing", "Harmony4.Hashing", [], ["System.IO.Hashing"], [.. Network, "System.IO.Pipelines"]),
        new("Harmony4.Transport.Crypto", "Harmony4.Transport.Crypto", ["Harmony4.Hashing"], ["System.Security.Cryptography.Cose", "System.Formats.Cbor"], [.. Network, "System.IO.Pipelines"]),
        new("Harmony4.Tokenization", "Harmony4.Tokenization", [], [], [.. Network, .. Cryptography, "System.IO.Pipelines"]),
        new("Harmony4.Format", "Harmony4.Format", ["Harmony4.Hashing"], [], Network),
        new(
            "Harmony4.Sdk",
            "Harmony4",
            ["Harmony4.Hashing", "Harmony4.Transport.Crypto", "Harmony4.Tokenization", "Harmony4.Format"],
            ["Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Options"],
            ["Microsoft.AspNetCore"]),
        new(
            "Harmony4.AspNetCore",
            "Harmony4.AspNetCore",
            ["Harmony4.Sdk", "Harmony4.Format", "Harmony4.Tokenization", "Harmony4.Transport.Crypto"],
            ["Microsoft.AspNetCore", "Microsoft.Extensions", "Microsoft.Net.Http.Headers"],
            [])
        {
            SharedNamespace = "Harmony4",
        },
        new(
            "harmony4",
            "Harmony4.Cli",
            ["Harmony4.Sdk", "Harmony4.Format", "Harmony4.Tokenization", "Harmony4.Transport.Crypto"],
            ["System.CommandLine", "Spectre.Console", "Microsoft.Extensions.Http.Resilience", "Polly.Core"],
            ["Microsoft.AspNetCore"]),
    ];

    public override string ToString() => Assembly;
}
