namespace Harmony4.Browser.Tests;

/// <summary>Settings with which the reference host does not start.</summary>
public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("Harmony4__Jwt__Authority", "http://issuer.test", "Harmony4:Jwt:Authority: expected an address of https")]
    [InlineData("Harmony4__Jwt__Authority", "https://issuer.test", "Harmony4:Jwt:Audience: expected the audience")]
    [InlineData("Harmony4__ApiKey", " ", "Harmony4:ApiKey: expected a key, found a blank one")]
    [InlineData("Harmony4__ApiKey", "", "Harmony4:ApiKey: expected a key, found a blank one")]
    [InlineData("Harmony4__Limits__MaxOpenContainers", "0", "MaxOpenContainers: expected 1 or more, found 0")]
    [InlineData("Harmony4__DrainTime", "30", "Harmony4:DrainTime: expected hh:mm:ss of 1 second to 1 hour, found '30'")]
    [InlineData("Harmony4__DrainTime", "00:00:00", "Harmony4:DrainTime: expected hh:mm:ss of 1 second to 1 hour, found '00:00:00'")]
    [InlineData("Harmony4__DrainTime", "soon", "Harmony4:DrainTime: expected hh:mm:ss of 1 second to 1 hour, found 'soon'")]
    public async Task Start_UnusableSetting_EndsAndNamesIt(string name, string value, string expected)
    {
        var (exitCode, message) = await ServerProcess.RunAsync(new Dictionary<string, string> { [name] = value });
        Assert.NotEqual(0, exitCode);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }
}
