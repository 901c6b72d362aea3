using System.Net;

namespace Harmony4.Browser.Tests;

/// <summary>The reference host as it is published, started from another folder.</summary>
public sealed class PublishedHostTests
{
    [Fact]
    public async Task Start_FromAnotherFolder_FindsThePageAndTheSettings()
    {
        var published = Directory.CreateTempSubdirectory("harmony4-published-").FullName;
        var elsewhere = Directory.CreateTempSubdirectory("harmony4-elsewhere-").FullName;
        try
        {
            await ServerProcess.PublishAsync(published);

            // Only a host that reads this file knows the name.
            var settings = Path.Combine(published, "appsettings.json");
            var text = await File.ReadAllTextAsync(settings);
            await File.WriteAllTextAsync(settings, text.Replace("\"Harmony4\": {", "\"Harmony4\": { \"ApiKey\": \"of-the-file\",", StringComparison.Ordinal));
            await using (var server = await ServerProcess.StartAsync(published, elsewhere))
            {
                using var client = new HttpClient();
                Assert.Contains("<title>", await client.GetStringAsync(server.Address), StringComparison.Ordinal);
                Assert.Contains("import", await client.GetStringAsync(new Uri(server.Address, "/app.js")), StringComparison.Ordinal);
                using var refused = await client.GetAsync(new Uri(server.Address, "/containers"));
                Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            }

            // A folder with settings of its own goes before.
            await File.WriteAllTextAsync(Path.Combine(elsewhere, "appsettings.json"), "{}");
            await using (var server = await ServerProcess.StartAsync(published, elsewhere))
            {
                using var client = new HttpClient();
                using var open = await client.GetAsync(new Uri(server.Address, "/containers"));
                Assert.Equal(HttpStatusCode.OK, open.StatusCode);
            }
        }
        finally
        {
            Directory.Delete(published, recursive: true);
            Directory.Delete(elsewhere, recursive: true);
        }
    }
}
