using System.Xml.Linq;

namespace Harmony4.Architecture.Tests;

public sealed class InstallCommandTests
{
    /// <summary>Without <c>--prerelease</c> nobody finds a version that is one, and with it nobody should have to ask for one that is none.</summary>
    [Fact]
    public void InstallCommands_OfAllPages_AskForTheVersionsThereAre()
    {
        var isPrerelease = XDocument.Load(Path.Combine(Repository.Root, "src", "Directory.Build.props")).Descendants("VersionSuffix").Any(s => s.Value.Length > 0);
        var commands = Repository.Readmes.Concat(Repository.Pages).SelectMany(Repository.Lines)
            .Where(l => l.Contains("dotnet add package Harmony4", StringComparison.Ordinal) || l.Contains("dotnet tool install --global Harmony4", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(commands);
        Assert.All(commands, c => Assert.Equal(isPrerelease, c.Contains(" --prerelease", StringComparison.Ordinal)));
    }
}
