using System.Globalization;
using System.Text.RegularExpressions;

namespace Harmony4.Architecture.Tests;

/// <summary>The files below <c>deploy</c> give the host the time that its own settings take.</summary>
public sealed partial class DeploymentTests
{
    [Theory]
    [InlineData("deploy/kubernetes.yaml", @"terminationGracePeriodSeconds: (\d+)")]
    [InlineData("deploy/docker-compose.yml", @"stop_grace_period: (\d+)s")]
    public void GracePeriod_OfManifest_IsLongerThanTheDrainTime(string file, string pattern)
    {
        var text = string.Join('\n', Repository.Lines(file));
        var grace = int.Parse(Assert.Single(Regex.Matches(text, pattern)).Groups[1].Value, CultureInfo.InvariantCulture);
        var drain = TimeSpan.Parse(Assert.Single(DrainTime().Matches(text)).Groups[1].Value, CultureInfo.InvariantCulture);

        // The host needs some time to end by itself behind the last transfer.
        Assert.True(grace >= drain.TotalSeconds + 5, $"{file}: a grace period of {grace} s, and {drain.TotalSeconds} s to drain");
    }

    [GeneratedRegex("Harmony4__DrainTime(?::|\\s*\\n\\s*value:) \"([0-9:]+)\"")]
    private static partial Regex DrainTime();
}
