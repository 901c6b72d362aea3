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
    public async Task Start_UnusableSetting_EndsAndNamesIt(string name, string value, string expected)
    {
        var (exitCode, message) = await ServerProcess.RunAsync(new Dictionary<string, string> { [name] = value });
        Assert.NotEqual(0, exitCode);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }
}
