using System.CommandLine;
using System.Globalization;
using Harmony4.Cli.Files;
using Harmony4.Cli.Terminal;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

internal sealed class VerifyCommand : Verb
{
    private readonly Argument<string[]> _containers = new("container") { Description = "Paths, folders, http(s) addresses, or - for standard input.", Arity = ArgumentArity.ZeroOrMore };
    private readonly SignatureArguments _signatures = new();
    private readonly Option<string?> _proof = new("--proof") { Description = "Check this proof instead of a container: that it leads to --root.", HelpName = "file" };
    private readonly Option<string?> _root = new("--root") { Description = "With --proof: the trusted root of the container, in hex." };
    private readonly Option<string?> _newRoot = new("--new-root") { Description = "With --proof of an extension: the root of the longer container, in hex." };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON document; of several files one a line, and a summary." };

    public VerifyCommand(CliConsole console)
        : base("verify", "Read whole containers and check all of them, or check a proof.", console)
    {
        Add(_containers);
        Add(_proof);
        Add(_root);
        Add(_newRoot);
        Add(_json);
        _signatures.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("Read and check every byte.", "harmony4 verify clip.mp4.h4mk"),
        ("Require a signature under this key.", "harmony4 verify clip.mp4.h4mk --public-key signer.pem.pub"),
        ("Every container below a folder, one JSON object a line.", "harmony4 verify archive/ --json"),
    ];

    public override string? MeaningOfNo => "it is damaged or incomplete, or a signature or proof does not hold";

    public static void PrintFindings(TextWriter output, VerificationResult? verification)
    {
        if (verification is null)
        {
            return;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"findings   {verification.FindingCount}"));
        foreach (var finding in verification.Findings)
        {
            output.WriteLine(TerminalText.Printable(string.Create(CultureInfo.InvariantCulture, $"  {finding.Offset}: {finding.Chunk}: {finding.Code.ToName()}: {finding.Message}")));
        }

        if (verification.FindingCount > verification.Findings.Count)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  and {verification.FindingCount - verification.Findings.Count} more"));
        }
    }

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var paths = result.GetValue(_containers) ?? [];
        if (result.GetValue(_proof) is { } proof)
        {
            return paths.Length == 0 && result.GetValue(_root) is { } root && !_signatures.IsAsked(result)
                ? await ProofVerification.RunAsync(proof, root, result.GetValue(_newRoot), result.GetValue(_json), Console, cancellationToken).ConfigureAwait(false)
                : throw CliException.Usage("--proof goes with --root and without a container or keys");
        }

        if (result.GetValue(_root) is not null || result.GetValue(_newRoot) is not null)
        {
            throw CliException.Usage("--root and --new-root go with --proof");
        }

        var options = await _signatures.ReadAsync(result, Console, cancellationToken).ConfigureAwait(false);
        using var sealKey = options.SealKey;
        return paths switch
        {
            [] => throw CliException.Usage("expected a container, found none"),
            [var path] when !Directory.Exists(path) => await VerifyOneAsync(path, options, result.GetValue(_json), cancellationToken).ConfigureAwait(false),
            _ => await new FolderVerification(Console, options, result.GetValue(_json)).RunAsync(paths, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<int> VerifyOneAsync(string path, VerifyOptions options, bool json, CancellationToken cancellationToken)
    {
        var verification = await ContainerFile.VerifyAsync(path, options, Console, cancellationToken).ConfigureAwait(false);
        if (json)
        {
            await JsonText.WriteAsync(Console, writer => verification.WriteTo(writer), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            Console.Output.WriteLine($"state      {verification.State.ToName()}");
            Console.Output.WriteLine($"root       {verification.Identity?.ToString() ?? "none"}");
            Console.Output.WriteLine($"veri       {verification.Veri?.ToString() ?? "none"}");
            Console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"blocks     {verification.BlockCount} ({verification.PayloadLength} bytes)"));
            foreach (var sign in verification.Signs)
            {
                Console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"signature  kind {sign.Kind}, {sign.State.ToName()}"));
            }

            PrintFindings(Console.Output, verification);
        }

        await ContainerFile.TellOfChangeAsync(path, Console).ConfigureAwait(false);
        return verification.State is VerificationState.Valid or VerificationState.Unsigned ? ExitCode.Done : ExitCode.No;
    }
}
