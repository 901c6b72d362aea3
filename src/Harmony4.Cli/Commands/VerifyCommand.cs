using System.CommandLine;
using System.Globalization;
using Harmony4.Cli.Files;
using Harmony4.Cli.Terminal;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

internal static class VerifyCommand
{
    public static Command Create(CliConsole console)
    {
        var container = new Argument<string>("container") { Description = "A path, an http(s) address, or - for standard input." };
        var require = new Option<bool>("--require-signature") { Description = "Fail unless a signature holds. A 1.0 container has none." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var command = new Command("verify", "Read the whole container and check all of it.") { container, require, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            var path = result.GetValue(container)!;
            var opened = await ContainerFile.OpenAsync(path, console, cancellationToken).ConfigureAwait(false);
            await using (opened.ConfigureAwait(false))
            {
                var options = new VerifyOptions { RequireSignature = result.GetValue(require) };
                var verification = await ProgressDisplay.RunAsync(console, "verify", progress => CliApplication.LocateAsync(
                    InputFile.NameOf(path),
                    () => new MediaTransport().VerifyAsync(opened, options, progress, cancellationToken))).ConfigureAwait(false);
                var payloadLength = opened.Tracks.Sum(t => t.ByteLength);
                if (result.GetValue(json))
                {
                    await JsonText.WriteAsync(console, writer => verification.WriteTo(payloadLength, writer), cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    console.Output.WriteLine($"state      {verification.State.ToName()}");
                    console.Output.WriteLine($"veri       {verification.Veri?.ToString() ?? "none"}");
                    console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"blocks     {verification.BlockCount} ({payloadLength} bytes)"));
                    PrintFindings(console.Output, verification);
                }

                return verification.State is VerificationState.Valid or VerificationState.Unsigned ? ExitCode.Done : ExitCode.No;
            }
        });
        return command;
    }

    public static void PrintFindings(TextWriter output, VerificationResult? verification)
    {
        if (verification is null)
        {
            return;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"findings   {verification.FindingCount}"));
        foreach (var finding in verification.Findings)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {finding.Offset}: {finding.Chunk}: {finding.Code.ToName()}: {finding.Message}"));
        }

        if (verification.FindingCount > verification.Findings.Count)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  and {verification.FindingCount - verification.Findings.Count} more"));
        }
    }
}
