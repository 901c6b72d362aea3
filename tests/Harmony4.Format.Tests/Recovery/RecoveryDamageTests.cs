using System.Globalization;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Recovery;

/// <summary>Whatever is done to a file, recovery refuses it or gives a container that verifies.</summary>
public sealed class RecoveryDamageTests
{
    // HARMONY4_MUTATIONS=200000 is a long run.
    private static readonly int Mutations = int.Parse(Environment.GetEnvironmentVariable("HARMONY4_MUTATIONS") ?? "4000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Recover_MutatedFiles_GivesSoundContainersOrNothing()
    {
        byte[][] files = [.. Directory.EnumerateFiles(Vectors.PathOf("h4mk-1.1"), "*.h4mk").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(f => f.Length < 12_000)];
        var random = new Random(21);
        var sound = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var mutated = Mutation.Apply(files[random.Next(files.Length)], files, random);
            using var output = new MemoryStream();
            H4mkRecoveryReport report;
            try
            {
                report = await H4mkRecovery.RecoverAsync(H4mkSource.FromMemory(mutated), output, new H4mkRecoveryOptions { Limits = new H4mkContainerOptions { MaxDegreeOfParallelism = 1 } });
            }
            catch (H4mkFormatException exception)
            {
                Assert.True(output.Length == 0 || exception.Code == H4mkErrorCode.Limit, $"{i}: {exception.Message}");
                continue;
            }

            var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(output.ToArray()));
            Assert.True(result.State == VerificationState.Unsigned, $"{i}: {result.State} {(result.Findings.Count > 0 ? result.Findings[0] : null)}");
            Assert.Equal(report.Container.Identity, result.Identity);
            Assert.Equal(report.Container.Length, output.Length);

            // Each track's blocks: the sound ones and the lost ones.
            Assert.Equal(result.BlockCount, report.BlockCount + report.LostCount);
            sound++;
        }

        Assert.InRange(sound, Mutations / 2, Mutations);
    }
}
